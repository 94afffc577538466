"""What this room holds that could name a person: who launched and who published; scores do not."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

_DECISIONS = _("gardé : un numéro, devenu pseudonyme quand la personne est effacée")
_NUMBERS = "scores of an organisation and numbers of rows; the contacts' comments are left out"

declare(
    "results.Run",
    "created_by",
    purpose=_("qui a lancé le calcul des scores"),
    controller=Controller.OPERATOR,
    retention=_DECISIONS,
)
declare(
    "results.Publication",
    "published_by",
    purpose=_("qui a ouvert les résultats aux participants"),
    controller=Controller.OPERATOR,
    retention=_DECISIONS,
)
not_personal(
    "results.Run",
    "software_version",
    "input_document",
    "input_sha256",
    "result_document",
    "result_sha256",
    "overview",
    because=_NUMBERS,
)
not_personal("results.ScoreSheet", "sheet", because=_NUMBERS)
not_personal("results.Publication", "comparisons", because="means of groups of organisations")
