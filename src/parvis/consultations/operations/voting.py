"""Votes: the last word counts, durable once acknowledged, whatever comes twice or at once.

A request hands its votes to the committer of the process, which writes what waits together in one
transaction: each voter, subject and value is one row that a later vote replaces. Sent twice, a vote
changes nothing. Figures are counted again from the votes, never incremented.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.models import (
    Contribution,
    Participant,
    ParticipantAccess,
    Phase,
    Vote,
)
from parvis.consultations.operations.holding import share_running
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.group_commit import BusyError, GroupCommitter
from parvis.foundation.row_arrays import insert_rows

MOST_VOTES_TOGETHER = 2_000
MOST_REQUESTS_WAITING = 400
# A page sends a screen of them at most.
MOST_VOTES_A_REQUEST = 500
MOST_NOTE = 4

_SUBJECTS: Mapping[str, Collection[str]] = {
    VoteKind.SUPPORT: {
        ContributionKind.IDEA,
        ContributionKind.ARGUMENT_FOR,
        ContributionKind.ARGUMENT_AGAINST,
        ContributionKind.CONDITION,
        ContributionKind.COMMENT,
    },
    VoteKind.OPINION: {ContributionKind.STATEMENT},
    VoteKind.PREFERENCE: {ContributionKind.ITEM},
    VoteKind.JUDGEMENT: {ContributionKind.CRITERION},
    VoteKind.ALLOCATION: {ContributionKind.PROJECT},
}
_VALUES: Mapping[str, range] = {
    VoteKind.SUPPORT: range(1, 2),
    VoteKind.OPINION: range(-1, 2),
    VoteKind.PREFERENCE: range(-1, 2),
    VoteKind.JUDGEMENT: range(MOST_NOTE + 1),
    VoteKind.ALLOCATION: range(1, 1_001),
}
_TABLE = Vote._meta.db_table
_COLUMNS = {
    "organisation_id": "bigint",
    "phase_id": "bigint",
    "participant_id": "bigint",
    "kind": "text",
    "subject_id": "bigint",
    "other": "bigint",
    "value": "integer",
}
# Of two resends at once, one row is left.
_ONCE = "ON CONFLICT (participant_id, subject_id, other) DO UPDATE SET value = excluded.value"


@dataclass(frozen=True, slots=True)
class Choice:
    """A vote on `subject` (and `other`, for a preference); `value` None takes it back."""

    subject: int
    value: int | None
    other: int = 0


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one participant says in one request.

    `participant` : the key of who votes; or the hash of the secret that their browser holds
    (`entrance.secret_hash`), which is looked for together with those of the ballots beside.
    `replaces` : the choices are the whole ballot of its kind in the phase; what is not among them
    is taken back.
    """

    phase: Phase
    participant: int | str
    kind: VoteKind
    choices: Sequence[Choice]
    replaces: bool = False


def preference(preferred: int, other: int, *, neither: bool = False) -> Choice:
    """The choice between two items, by their keys, as `Vote` keeps it."""
    low, high = sorted((preferred, other))
    value = 0 if neither else 1 if preferred == low else -1
    return Choice(subject=low, other=high, value=value)


class Stranger(Exception):  # noqa: N818 – says who votes
    """The secret of a browser opens nothing in this consultation, or nothing any more."""


class TooBusy(Refusal, BusyError):  # noqa: N818 – a sentence for whoever votes
    """Votes wait for their turn: nothing was lost but this try."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "Trop de votes arrivent en même temps : le vôtre n’est pas encore enregistré. "
                "Revenez en arrière et réessayez dans un instant."
            )
        )


def vote(ballot: Ballot) -> int:
    """Store a ballot: on the disk when the call returns. Gives the key of who voted.

    Raise `Conflict` when the phase takes no vote at this instant, or a subject is no longer voted
    on; `Refusal` for a value that is none; `Stranger` for a secret that opens nothing; `TooBusy`
    when too many wait. To be called outside any transaction.
    """
    _check(ballot)
    if not ballot.participant:
        # A browser that holds nothing: not worth waiting to hear it.
        raise Stranger
    try:
        return _committer.submit(ballot)
    except BusyError as busy:
        raise TooBusy from busy


def vote_at_once(ballot: Ballot) -> None:
    """The same, in the transaction of the caller: what was looked at before it still holds."""
    _check(ballot)
    (outcome,) = commit([ballot])
    if isinstance(outcome, Exception):
        raise outcome


def _check(ballot: Ballot) -> None:
    values = _VALUES[ballot.kind]
    if len(ballot.choices) > MOST_VOTES_A_REQUEST:
        raise Refusal(_("C’est trop de votes à la fois : envoyez-les en plusieurs fois."))
    for choice in ballot.choices:
        is_pair = 0 < choice.subject < choice.other
        if (
            choice.subject <= 0
            or (choice.value is not None and choice.value not in values)
            or is_pair != (ballot.kind == VoteKind.PREFERENCE)
        ):
            raise Refusal(
                _("Ce vote n’est pas lisible : rechargez la page, puis votez de nouveau.")
            )


def commit(ballots: Sequence[Ballot]) -> list[int | Exception]:
    """Write several ballots in one transaction; in their order, who voted or why not."""
    with scopes_disabled(), transaction.atomic():
        held: dict[int, Phase | Conflict] = {}
        for ballot in sorted(ballots, key=lambda one: one.phase.pk):
            if ballot.phase.pk not in held:
                try:
                    held[ballot.phase.pk] = share_running(ballot.phase)
                except Conflict as conflict:
                    held[ballot.phase.pk] = conflict
        voters = _voters(ballots)
        _hold_voters(ballots, voters)
        subjects = _subjects(ballots)
        outcomes: list[int | Exception] = []
        put: dict[tuple[int, int, int], tuple[Any, ...]] = {}
        taken_back: set[tuple[int, int, int]] = set()
        for ballot, voter in zip(ballots, voters, strict=True):
            outcome = _outcome(ballot, voter, held[ballot.phase.pk], subjects)
            outcomes.append(outcome)
            if isinstance(outcome, int):
                _gather(ballot, outcome, put, taken_back)
        _write(put, taken_back)
        _count_support(
            {
                choice.subject
                for ballot in ballots
                if ballot.kind == VoteKind.SUPPORT
                for choice in ballot.choices
            }
        )
    return outcomes


def _voters(ballots: Sequence[Ballot]) -> list[int | None]:
    """The key of who sends each ballot; None for a secret that opens nothing there."""
    secrets = {ballot.participant for ballot in ballots if isinstance(ballot.participant, str)}
    opened: dict[tuple[str, int], int] = {}
    if secrets:
        rows = ParticipantAccess.objects.filter(
            secret_hash__in=secrets, participant__erased_on=None
        ).values_list("secret_hash", "participant__consultation", "participant")
        opened = {(secret, consultation): key for secret, consultation, key in rows}
    return [
        opened.get((ballot.participant, ballot.phase.consultation_id))
        if isinstance(ballot.participant, str)
        else ballot.participant
        for ballot in ballots
    ]


def _outcome(
    ballot: Ballot,
    voter: int | None,
    held: Phase | Conflict,
    subjects: Mapping[int, tuple[int, str]],
) -> int | Exception:
    if isinstance(held, Conflict):
        return held
    if voter is None:
        return Stranger()
    return _refusal(ballot, subjects) or voter


def _hold_voters(ballots: Sequence[Ballot], voters: Sequence[int | None]) -> None:
    """Two whole ballots of one person, at once in two processes: one after the other.

    Without the key: rows that refer to these people are checked by a lock on it, and a process that
    holds such a row would wait for this one, which waits for the row.
    """
    whole = {
        voter
        for ballot, voter in zip(ballots, voters, strict=True)
        if ballot.replaces and voter is not None
    }
    if whole:
        rows = Participant.objects.select_for_update(no_key=True).filter(pk__in=whole)
        list(rows.order_by("pk").values_list("pk"))


def _subjects(ballots: Sequence[Ballot]) -> dict[int, tuple[int, str]]:
    """Phase and kind of each thing that may be voted on, among those asked for."""
    asked = {choice.subject for ballot in ballots for choice in ballot.choices}
    asked |= {choice.other for ballot in ballots for choice in ballot.choices if choice.other}
    found = Contribution.objects.filter(pk__in=asked, state=ContributionState.PUBLISHED)
    return {key: (phase, kind) for key, phase, kind in found.values_list("pk", "phase", "kind")}


def _refusal(ballot: Ballot, subjects: Mapping[int, tuple[int, str]]) -> Exception | None:
    for choice in ballot.choices:
        for key in (choice.subject, choice.other):
            if not key or choice.value is None:
                continue
            phase, kind = subjects.get(key, (0, ""))
            if phase != ballot.phase.pk or kind not in _SUBJECTS[ballot.kind]:
                return Conflict(_("Ce sur quoi vous votez n’est plus proposé : rechargez la page."))
    return None


def _gather(
    ballot: Ballot,
    voter: int,
    put: dict[tuple[int, int, int], tuple[Any, ...]],
    taken_back: set[tuple[int, int, int]],
) -> None:
    """Add the rows of a ballot to those of the ballots before it, which it replaces."""
    choices = {(choice.subject, choice.other): choice.value for choice in ballot.choices}
    if ballot.replaces:
        given = Vote.objects.filter(
            phase=ballot.phase, participant=voter, kind=ballot.kind
        ).values_list("subject", "other")
        waiting = [
            key[1:]
            for key, row in put.items()
            if key[0] == voter and row[1] == ballot.phase.pk and row[3] == ballot.kind
        ]
        for former in (*given, *waiting):
            choices.setdefault(former, None)
    for (subject, other), value in choices.items():
        key = (voter, subject, other)
        if value is None:
            put.pop(key, None)
            taken_back.add(key)
        else:
            taken_back.discard(key)
            put[key] = (
                ballot.phase.organisation_id,
                ballot.phase.pk,
                voter,
                str(ballot.kind),
                subject,
                other,
                value,
            )


def _write(
    put: Mapping[tuple[int, int, int], tuple[Any, ...]],
    taken_back: Collection[tuple[int, int, int]],
) -> None:
    # In one order everywhere: two processes that write the same rows wait, they do not deadlock.
    if put:
        insert_rows(_TABLE, _COLUMNS, [put[key] for key in sorted(put)], on_conflict=_ONCE)
    if taken_back:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {_TABLE}"  # noqa: S608 – the name of our own table
                " WHERE participant_id = %s AND subject_id = %s AND other = %s",
                sorted(taken_back),
            )


def _count_support(subjects: Collection[int]) -> None:
    """Count supporters again: paper and moved supports included, whatever happened before."""
    if not subjects:
        return
    # Locked in one order first, so that two processes count after each other.
    rows = Contribution.objects.select_for_update(no_key=True).filter(pk__in=subjects)
    list(rows.order_by("pk").values("pk"))
    counted = dict(
        Vote.objects.filter(subject__in=subjects, kind=VoteKind.SUPPORT)
        .values_list("subject")
        .annotate(number=Count("pk", filter=Q(value=1)))
    )
    for key in sorted(subjects):
        Contribution.objects.filter(pk=key).update(support_count=counted.get(key, 0))


_committer: GroupCommitter[Ballot, int] = GroupCommitter(
    name="consultation votes",
    commit=commit,
    weigh=lambda ballot: max(1, len(ballot.choices)),
    most_together=MOST_VOTES_TOGETHER,
    most_waiting=MOST_REQUESTS_WAITING,
)


def own_votes(participant: Participant) -> dict[tuple[int, int], int]:
    """What a participant said and may still change: {(subject, other): value}."""
    given = Vote.objects.filter(participant=participant).values_list("subject", "other", "value")
    return {(subject, other): value for subject, other, value in given}
