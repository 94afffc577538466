"""Decisions of moderators, words said with them, reports, the team and its invitations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.accounts.operations import INVITATION_LIFETIME
from parvis.consultations.operations.team import forget_old_invitations
from parvis.foundation.personal_data import Controller, declare

AS_LONG_AS_IT = _("aussi longtemps que la consultation")

declare(
    "consultations.ModerationDecision",
    "words",
    "by",
    purpose=_(
        "dire à l’auteur ce qui a été décidé et pourquoi, et qu’un autre tranche son recours"
    ),
    controller=Controller.ORGANISATION,
    retention=AS_LONG_AS_IT,
)
declare(
    "consultations.Report",
    "participant",
    purpose=_("compter une fois chaque signalement d’une contribution"),
    controller=Controller.ORGANISATION,
    retention=AS_LONG_AS_IT,
)
declare(
    "consultations.SupportMove",
    "participant",
    purpose=_("demander à qui soutient une idée si son soutien suit une fusion ou une scission"),
    controller=Controller.ORGANISATION,
    retention=AS_LONG_AS_IT,
)
declare(
    "consultations.TeamMember",
    "person",
    purpose=_("savoir qui travaille sur une consultation, et ce qu’il y fait"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à ce que le rôle prenne fin"),
)
declare(
    "consultations.TeamInvitation",
    "email",
    purpose=_("confier un rôle à qui accepte l’invitation envoyée à cette adresse"),
    controller=Controller.ORGANISATION,
    retention=INVITATION_LIFETIME,
    purge=forget_old_invitations,
)
