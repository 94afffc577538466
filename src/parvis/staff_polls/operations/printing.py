"""Printed codes: their hashes enter the list once, never more of them than agents without mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.staff_polls.codes import token_of_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import PollGroup, PrintedCode, StaffPoll
from parvis.staff_polls.printed_sheets import MOST_AT_ONCE


def declared_codes(group: PollGroup) -> int:
    """Agents without mail who vote in a group, those merged into it included."""
    voters = PollGroup.objects.filter(poll=group.poll_id).filter(
        Q(pk=group.pk) | Q(merged_into=group.pk)
    )
    return voters.aggregate(sum=Sum("printed_codes"))["sum"] or 0


def codes_left(group: PollGroup) -> int:
    """How many codes of a group have not been drawn yet; it says nothing of those used."""
    return declared_codes(group) - PrintedCode.objects.filter(group=group).count()


@transaction.atomic
def register_codes(*, group: PollGroup, codes: Sequence[str], by: Person) -> bool:
    """Let these codes vote in the group; False where they already may: the same sheet again.

    Raises `Conflict` where the poll is not open, or where fewer are left to draw.
    """
    poll = StaffPoll.objects.select_for_update().get(pk=group.poll_id)
    if poll.state not in (PollState.PREPARING, PollState.OPEN):
        raise Conflict(_("Les bulletins s’impriment une fois le sondage lancé, avant sa clôture."))
    own = PollGroup.objects.select_for_update().get(pk=group.pk)
    if own.merged_into_id is not None:
        raise Conflict(_("Ce service vote avec un autre : ses bulletins sont avec les siens."))
    if not 0 < len(codes) <= MOST_AT_ONCE:
        raise Refusal(
            _("Une planche compte de 1 à %(most)d bulletins.") % {"most": MOST_AT_ONCE},
            field="count",
        )
    # In the order of their hashes, which is none: neither that of the slips nor that of a draw.
    tokens = sorted(token_of_code(poll.reference, code) for code in codes)
    known = PrintedCode.objects.filter(group=own, token__in=tokens).count()
    if known == len(tokens):
        return False
    left = codes_left(own)
    if known or len(tokens) > left:
        raise Conflict(
            ngettext(
                "Il reste %d bulletin à tirer pour ce service. Rouvrez cette page.",
                "Il reste %d bulletins à tirer pour ce service. Rouvrez cette page.",
                left,
            )
            % left,
            field="count",
        )
    PrintedCode.objects.bulk_create(
        [
            PrintedCode(token=token, organisation_id=poll.organisation_id, poll=poll, group=own)
            for token in tokens
        ],
        batch_size=MOST_AT_ONCE,
    )
    record(
        action="staff_poll.codes_printed",
        actor_id=by.pk,
        subject=poll,
        organisation_id=poll.organisation_id,
        group=own.number,
        codes=len(tokens),
    )
    return True
