"""Background work of the room. A task of no tenant reads all of them."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django_scopes import scopes_disabled
from django_tasks import task

from parvis.foundation import leases
from parvis.foundation.errors import Conflict
from parvis.foundation.schedule import scheduled
from parvis.staff_polls import keys
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.launching import invite, make_ready
from parvis.staff_polls.operations.releasing import (
    close,
    close_unopened,
    finish_close,
    release_if_due,
    stir,
    wipe_freed_space,
)
from parvis.staff_polls.operations.sentences import label_sentences

logger = logging.getLogger(__name__)


@task()
def prepare(poll_pk: int, base_url: str) -> None:
    """Make the keys of a launched poll, open it, queue its invitations.

    Nothing past its end: nobody is invited to a poll that closes within minutes.
    """
    with scopes_disabled():
        poll = StaffPoll.objects.get(pk=poll_pk)
        if _has_ended(poll):
            return
        make_ready(poll=poll)
        invite(poll=_with_body(poll_pk), base_url=base_url)


@task()
def send_reminders(poll_pk: int, number: int, base_url: str) -> None:
    with scopes_disabled():
        invite(poll=_with_body(poll_pk), base_url=base_url, reminder=number)


@task()
def sort_sentences(poll_pk: int) -> None:
    """Find what the sentences of a closed poll speak of."""
    with scopes_disabled():
        label_sentences(poll=StaffPoll.objects.get(pk=poll_pk))


@scheduled(every=timedelta(minutes=5))
def follow_polls() -> int:
    """Close the polls whose end has come, show what may be shown of the others.

    Returns how many did either. One that fails does not keep the others; the task then fails.
    """
    done = failed = 0
    with scopes_disabled():
        for poll in StaffPoll.objects.exclude(state=PollState.DRAFT).order_by("pk"):
            try:
                done += _follow(poll)
            except Exception:
                failed += 1
                logger.exception("staff poll", extra={"poll": poll.pk})
    if failed:
        raise RuntimeError(f"{failed} polls could not be followed")
    return done


def _follow(poll: StaffPoll) -> bool:
    """Do what is due for a poll; whether it was closed or showed something new."""
    if poll.state == PollState.CLOSED:
        # A close cut short before its keys were destroyed.
        if keys.are_held(poll):
            finish_close(poll=poll)
        return False
    if _has_ended(poll):
        # Somebody may close it, or it may open, at the same moment.
        with suppress(Conflict):
            if poll.state == PollState.PREPARING:
                close_unopened(poll=poll)
            else:
                close(poll=poll, by=None)
            return True
        return False
    _prepare_again(poll)
    return poll.state == PollState.OPEN and release_if_due(poll=poll) is not None


def _has_ended(poll: StaffPoll) -> bool:
    return poll.closes_at is not None and poll.closes_at <= timezone.now()


def _prepare_again(poll: StaffPoll) -> None:
    """Take up the preparation of a poll that was given up: agents wait for their invitations.

    Whatever was done of it stays; the task, which knows the address that invitations bear, does the
    rest.
    """
    given_up = leases.parked().filter(task_path=prepare.module_path, args_kwargs__args__0=poll.pk)
    for pk in given_up.values_list("pk", flat=True):
        logger.warning("staff poll prepared again", extra={"poll": poll.pk})
        leases.restart(pk)


@scheduled(every=timedelta(hours=1))
def stir_polls() -> int:
    """Write roll and box of every open poll anew, in a random order; returns how many polls."""
    with scopes_disabled():
        polls = list(StaffPoll.objects.filter(state=PollState.OPEN).order_by("pk"))
        for poll in polls:
            stir(poll=poll)
    if polls:
        # The rows as they came, and the order of the writes, lie in the files until then.
        wipe_freed_space()
    return len(polls)


def _with_body(poll_pk: int) -> StaffPoll:
    return StaffPoll.objects.select_related("organisation").get(pk=poll_pk)
