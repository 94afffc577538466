"""Personal data of this room: who registered a body, and the free text of declarations."""

from __future__ import annotations

from parvis.foundation.personal_data import Controller, declare, not_personal

not_personal(
    "editions.Edition",
    "title",
    "slug",
    "presentation",
    "time_zone",
    because="published by the operator about the edition",
)
not_personal("editions.Option", "description", because="published by the operator")
not_personal("editions.Election", "label", because="a public election")
declare(
    "editions.Registration",
    "submitted_by",
    purpose="knowing who undertook, for the body, to inform its staff",
    controller=Controller.OPERATOR,
    retention="as long as the edition; erasing the person leaves a pseudonym",
)
declare(
    "editions.Registration",
    "withdrawal_reason",
    purpose="explaining to the operator and to colleagues why the body left",
    controller=Controller.OPERATOR,
    retention="as long as the edition",
)
declare(
    "editions.DeclaredChannel",
    "address",
    purpose="contacting the body as the public does; an address may bear an agent's name",
    controller=Controller.OPERATOR,
    retention="as long as the edition, whose contacts refer to it",
)
