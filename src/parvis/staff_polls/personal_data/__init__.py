"""What this room knows of people, and when it leaves: the roll, until the poll closes.

The box holds nobody: a token, a group and a sealed text that only its key opens.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, erases, not_personal
from parvis.staff_polls.operations.preparing import purge_forgotten_drafts
from parvis.staff_polls.operations.releasing import ERASED, close_again

not_personal(
    "staff_polls.StaffPoll",
    "code",
    "title",
    "introduction",
    "document",
    "box_public_key",
    because="questions about a service, shown to all who vote",
)
not_personal("staff_polls.PollGroup", "name", "public_key", because="a service and its public key")
not_personal("staff_polls.PrintedCode", "token", because="hash of a code drawn from a hat")
not_personal("staff_polls.Release", "tables", "refreshed", because="counts already made safe")
declare(
    "staff_polls.EligibleAgent",
    "email",
    "blinded_hash",
    purpose=_("inviter chaque agent, une fois, à prendre son bulletin"),
    controller=Controller.ORGANISATION,
    retention=_(
        "jusqu’à la clôture du sondage ; celle d’un brouillon, jusqu’à sa suppression ou un an "
        "sans changement"
    ),
    purge=purge_forgotten_drafts,
)
erases(ERASED, close_again)
declare(
    "staff_polls.Ballot",
    "token",
    "sealed",
    purpose=_("compter les réponses des agents, sans savoir de qui elles viennent"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la clôture du sondage, puis effacés"),
)
declare(
    "staff_polls.PollComment",
    "card",
    "text",
    "theme",
    purpose=_("lire ce que les agents ont écrit, sans nom ni service"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que les résultats du sondage"),
)
