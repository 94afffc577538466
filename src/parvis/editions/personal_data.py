"""Personal data of this room: who registered a body, and the free text of declarations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
    purpose=_("savoir qui s’est engagé, pour l’organisme, à informer les agents"),
    controller=Controller.OPERATOR,
    retention=_("aussi longtemps que l’édition ; effacer la personne laisse un pseudonyme"),
)
declare(
    "editions.Registration",
    "withdrawal_reason",
    purpose=_("expliquer à l’opérateur et aux collègues pourquoi l’organisme s’est retiré"),
    controller=Controller.OPERATOR,
    retention=_("aussi longtemps que l’édition"),
)
declare(
    "editions.DeclaredChannel",
    "address",
    purpose=_(
        "joindre l’organisme comme le fait le public ; une adresse peut porter le nom d’un agent"
    ),
    controller=Controller.OPERATOR,
    retention=_("aussi longtemps que l’édition, dont les prises de contact en dépendent"),
)
