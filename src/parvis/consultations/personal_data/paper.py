"""What was keyed of paper sheets, and by whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.consultations.operations.keying import forget_keyed
from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "consultations.PaperSheet",
    "first",
    "second",
    "settled",
    "left_out",
    purpose=_("comparer les deux saisies d’une feuille et répondre à une contestation"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin du délai de recours de son étape"),
    purge=forget_keyed,
)
declare(
    "consultations.PaperSheet",
    "first_by",
    "second_by",
    "settled_by",
    purpose=_("qu’une feuille soit saisie par deux personnes"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la consultation"),
)
declare(
    "consultations.PaperSheet",
    "participant",
    purpose=_("qu’une personne ne vote qu’une fois, en ligne ou sur papier"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin de son étape"),
)
not_personal(
    "consultations.PaperSheet",
    "label",
    because="the number of a sheet",
)
