"""Holding a poll while something depends on its state.

Ballots and tokens hold it shared, so that they go on side by side; the close holds it alone, so
that none is accepted which the count does not see.
"""

from __future__ import annotations

from django.db import connection

from parvis.staff_polls.codes import read_poll_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.refusals import Closed, unknown_invitation


def find(poll_code: str) -> StaffPoll:
    """The poll of a public address; raise `Unknown`."""
    try:
        found: StaffPoll = StaffPoll.objects.get(code=read_poll_code(poll_code))
    except StaffPoll.DoesNotExist:
        raise unknown_invitation() from None
    if found.state == PollState.DRAFT:
        raise unknown_invitation()
    return found


def hold_open(poll: StaffPoll) -> None:
    """Keep the poll open until the end of the transaction; raise `Closed` when it is not."""
    lock = "" if connection.vendor == "sqlite" else " FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT state FROM {StaffPoll._meta.db_table} WHERE id = %s{lock}",  # noqa: S608
            [poll.pk],
        )
        (state,) = cursor.fetchone()
    _refuse_unless_open(state)


def check_open(poll: StaffPoll) -> None:
    """Raise `Closed` when the poll was not open as it was read; holds nothing."""
    _refuse_unless_open(poll.state)


def hold_alone(poll: StaffPoll) -> StaffPoll:
    """The poll, read again, that nobody else changes or votes in before the transaction ends."""
    locked: StaffPoll = StaffPoll.objects.select_for_update().get(pk=poll.pk)
    return locked


def _refuse_unless_open(state: str) -> None:
    if state != PollState.OPEN:
        raise Closed(was_open=state == PollState.CLOSED)
