"""What this room knows of people: sealed answers of nobody, until each card is counted."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, erases, not_personal
from parvis.live_sessions.operations.running import ERASED, end_again

not_personal(
    "live_sessions.LiveSession",
    "code",
    "title",
    "document",
    because="questions about a service, shown to a whole room",
)
not_personal(
    "live_sessions.LiveRound",
    "card",
    "options",
    "tables",
    because="counts already made safe, and ideas already shown to a whole room",
)
erases(ERASED, end_again)
declare(
    "live_sessions.LiveBallot",
    "token",
    "sealed",
    purpose=_("compter les réponses d’une salle, sans savoir de qui elles viennent"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’au compte de la carte, au plus tard à la fin de la séance, puis effacés"),
)
declare(
    "live_sessions.Presence",
    "token",
    purpose=_("savoir combien d’appareils sont dans la salle"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin de la séance, puis effacé"),
)
declare(
    "live_sessions.LiveText",
    "text",
    purpose=_("lire les mots et les idées d’une salle, sans nom"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que les résultats de la séance"),
)
