"""What the body writes about a consultation, and who of its people works on it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

not_personal(
    "consultations.Consultation",
    "code",
    "title",
    "summary",
    "description",
    "plain_summary",
    "language",
    "translations",
    "proofs",
    "charter",
    "conclusion",
    "embargo_reason",
    because="what a body publishes of a consultation",
)
not_personal(
    "consultations.Phase",
    "title",
    "presentation",
    "translations",
    "settings",
    "result",
    because="what a body publishes of a phase, and counts of it",
)
not_personal(
    "consultations.Milestone", "title", "text", because="what a body publishes of what it does"
)
not_personal(
    "consultations.OfficialAnswer", "reason", because="what a body publishes as its answer"
)
declare(
    "consultations.OfficialAnswer",
    "by",
    purpose=_("savoir qui a répondu au nom de l’organisme"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la réponse"),
)
