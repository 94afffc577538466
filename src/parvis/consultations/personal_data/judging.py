"""What people think, while it may still change; and what is left of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "consultations.Vote",
    "participant",
    purpose=_("compter une voix par personne, et la laisser la changer"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin de l’étape pour un vote, de la consultation pour un soutien"),
)
declare(
    "consultations.PhaseFigures",
    "state",
    purpose=_(
        "montrer à chacun sa place parmi les groupes d’opinion, et ne refaire les chiffres qu’à "
        "cinq votants près"
    ),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin de l’étape"),
)
not_personal(
    "consultations.PhaseFigures", "document", because="counts and shares of groups of people"
)
