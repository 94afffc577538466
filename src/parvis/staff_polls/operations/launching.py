"""Launching a poll, inviting its agents, reminding them, and moving its end.

From the launch on, cards, groups and threshold no longer change: a group that could be cut in two
after people voted would be a way to read one of them. Lock order: the poll, then its groups.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.dates import moment_in_words
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import queue_mail
from parvis.foundation.working_time import time_zone_of
from parvis.journal.operations import record
from parvis.staff_polls import keys
from parvis.staff_polls.enums import TRANSITIONS, PollState
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.holding import hold_alone, hold_open
from parvis.staff_polls.player_page import minutes_needed
from parvis.staff_polls.poll_document import read_document
from parvis.staff_polls.refusals import Closed
from parvis.staff_polls.sizes import sizes_of

SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=92)
BETWEEN_REMINDERS = timedelta(days=3)
# Agents invited in one transaction.
_CHUNK = 200


def move(poll: StaffPoll, state: PollState) -> None:
    """Change the state of a locked poll, unsaved; raise `Conflict` for an illegal transition."""
    if state not in TRANSITIONS[PollState(poll.state)]:
        raise Conflict(_("Ce sondage n’est plus dans l’état que montrait cette page."))
    poll.state = state


def access_path(poll: StaffPoll) -> str:
    """What agents open, without the address of the installation."""
    return reverse("staff_polls:landing", args=[poll.code])


@transaction.atomic
def launch(*, poll: StaffPoll, by: Person, revision: int | str, base_url: str) -> StaffPoll:
    """Freeze cards, groups and threshold; the keys are then made and the invitations sent.

    `base_url` is the address of the installation, as invitations bear it. Raise `Conflict` when the
    poll changed since `revision` or is launched already, `Refusal` with the field otherwise.
    """
    locked = hold_alone(poll)
    if locked.state == PollState.DRAFT and str(revision) != str(locked.revision):
        raise Conflict(
            _("Quelqu’un a changé ce sondage depuis que vous avez ouvert cette page : relisez-le.")
        )
    move(locked, PollState.PREPARING)
    read_document(locked.document)
    now = timezone.now()
    _check_end(locked.closes_at, now)
    _settle_groups(locked)
    locked.launched_at = now
    locked.save(update_fields=["state", "launched_at"])
    record(
        action="staff_poll.launched",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        threshold=locked.threshold,
    )
    from parvis.staff_polls.tasks import prepare

    prepare.enqueue(locked.pk, base_url)
    return locked


def launch_problems(poll: StaffPoll) -> list[Refusal]:
    """All that keeps a draft from being launched, in the order of its pages; empty = ready."""
    problems: list[Refusal] = []
    for check in (
        lambda: read_document(poll.document),
        lambda: _check_end(poll.closes_at, timezone.now()),
        lambda: _check_groups(poll, _voters(poll)),
    ):
        try:
            check()
        except Refusal as refusal:
            problems.append(refusal)
    return problems


@transaction.atomic
def postpone(*, poll: StaffPoll, closes_at: datetime, by: Person) -> StaffPoll:
    """Move the end of an open poll, three months after its launch at most; raise `Refusal`.

    Moved again and again, it would keep the roll for ever.
    """
    locked = hold_alone(poll)
    if locked.state not in (PollState.PREPARING, PollState.OPEN):
        raise Conflict(_("Seul un sondage ouvert change de date de clôture."))
    assert locked.launched_at is not None  # constraint: launched once
    _check_end(closes_at, timezone.now(), launched_at=locked.launched_at)
    locked.closes_at = closes_at
    locked.save(update_fields=["closes_at"])
    record(
        action="staff_poll.postponed",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        closes_at=closes_at.isoformat(),
    )
    return locked


@transaction.atomic
def remind(*, poll: StaffPoll, by: Person, base_url: str) -> None:
    """Have those who have not collected a token reminded; nobody is told how many they are.

    Raise `Conflict` when the poll is not open or a reminder left less than three days ago.
    """
    locked = hold_alone(poll)
    if locked.state != PollState.OPEN:
        raise Conflict(_("Seul un sondage ouvert envoie des rappels."))
    now = timezone.now()
    if locked.reminded_at and now - locked.reminded_at < BETWEEN_REMINDERS:
        raise Conflict(_("Un rappel est déjà parti il y a moins de trois jours."))
    locked.reminded_at = now
    locked.reminders += 1
    locked.save(update_fields=["reminded_at", "reminders"])
    record(
        action="staff_poll.reminded",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    from parvis.staff_polls.tasks import send_reminders

    send_reminders.enqueue(locked.pk, locked.reminders, base_url)


# --- What the tasks do ---------------------------------------------------------------------------


def make_ready(*, poll: StaffPoll) -> None:
    """Make the keys and open the poll; done twice, it changes nothing the second time."""
    if poll.state != PollState.PREPARING:
        return
    # Outside the transaction: a key of 3,072 bits takes a second, and is kept if this is stopped.
    keys.make_invitations(poll)
    box = keys.make_box(poll)
    made = {group.pk: keys.make_group(group) for group in poll.voting_groups()}
    with transaction.atomic():
        locked = hold_alone(poll)
        if locked.state != PollState.PREPARING:
            return
        for group in locked.voting_groups():
            group.public_key = made[group.pk]
            group.save(update_fields=["public_key"])
        locked.box_public_key = box
        move(locked, PollState.OPEN)
        locked.save(update_fields=["state", "box_public_key"])


def invite(*, poll: StaffPoll, base_url: str, reminder: int = 0) -> None:
    """Queue the invitations of an open poll, or its `reminder`-th reminder; twice changes nothing.

    A reminder reaches those who have not collected a token: whether somebody answered is known to
    nobody, and those who collected and did not answer are not reminded.
    """
    agents = EligibleAgent.objects.filter(poll=poll).order_by("pk")
    if reminder:
        agents = agents.filter(blinded_hash="")
    # The agents as they are now: the numbers are read once, so that none is skipped or met twice.
    numbers = list(agents.values_list("pk", flat=True))
    address = base_url.rstrip("/") + access_path(poll)
    template = "staff_polls/mail/reminder" if reminder else "staff_polls/mail/invitation"
    assert poll.closes_at is not None  # constraint: launched with an end
    minutes = minutes_needed(card.kind for card in read_document(poll.document).cards)
    closes = moment_in_words(poll.closes_at, time_zone_of(poll.organisation.departement_code))
    for start in range(0, len(numbers), _CHUNK):
        with transaction.atomic():
            try:
                hold_open(poll)
            except Closed:
                return
            chunk = agents.filter(pk__in=numbers[start : start + _CHUNK])
            for agent in chunk.select_related("poll"):
                queue_mail(
                    to=agent.email,
                    template=template,
                    context={
                        "poll": poll,
                        "organisation": poll.organisation,
                        "closes": closes,
                        "threshold": poll.threshold,
                        "minutes": minutes,
                        "url": f"{address}#j={keys.invitation(agent)}",
                    },
                    language="fr",
                    key=f"{mail_keys(poll)}{reminder} {agent.pk}",
                    organisation_id=poll.organisation_id,
                )


def mail_keys(poll: StaffPoll) -> str:
    """How the keys of all the mails of a poll begin."""
    return f"staff poll {poll.pk} "


# --- Checks --------------------------------------------------------------------------------------


def _check_end(
    closes_at: datetime | None, now: datetime, *, launched_at: datetime | None = None
) -> None:
    if closes_at is None:
        raise Refusal(_("Dites quand le sondage se termine."), field="closes_at")
    if closes_at < now + SHORTEST:
        raise Refusal(
            _("Le sondage doit rester ouvert au moins une heure : choisissez une fin plus tard."),
            field="closes_at",
        )
    if closes_at > (launched_at or now) + LONGEST:
        raise Refusal(_("Un sondage dure trois mois au plus."), field="closes_at")


def _settle_groups(poll: StaffPoll) -> None:
    """Count the agents of each voting group, those merged into it included, and move them there."""
    groups = list(PollGroup.objects.select_for_update().filter(poll=poll).order_by("pk"))
    voters = _voters(poll)
    _check_groups(poll, voters)
    for group in groups:
        if group.merged_into_id is not None:
            EligibleAgent.objects.filter(poll=poll, group=group).update(group=group.merged_into_id)
        group.eligible = voters.get(group.pk, 0)
        group.save(update_fields=["eligible"])


def _voters(poll: StaffPoll) -> dict[int, int]:
    """Agents of each voting group, by its number in the database: by mail and by printed code."""
    return {size.group.pk: size.voters for size in sizes_of(poll) if size.is_voting}


def _check_groups(poll: StaffPoll, voters: dict[int, int]) -> None:
    groups = {group.pk: group for group in PollGroup.objects.filter(poll=poll)}
    if sum(voters.values()) < poll.threshold:
        raise Refusal(
            _(
                "Il faut au moins %(threshold)d agents pour que personne ne soit reconnu ; la "
                "liste en a %(number)d."
            )
            % {"threshold": poll.threshold, "number": sum(voters.values())},
            field="groups",
        )
    for group in groups.values():
        target = groups.get(group.merged_into_id) if group.merged_into_id else None
        if target is not None and target.merged_into_id is not None:
            raise Refusal(
                _("« %(group)s » rejoint un groupe qui en rejoint lui-même un autre.")
                % {"group": group.name},
                field="groups",
            )
    for number, count in voters.items():
        if count < poll.threshold:
            raise Refusal(
                _(
                    "« %(group)s » compte %(number)d agents : il en faut %(threshold)d. "
                    "Réunissez-le à un autre groupe."
                )
                % {
                    "group": groups[number].name,
                    "number": count,
                    "threshold": poll.threshold,
                },
                field="groups",
            )
