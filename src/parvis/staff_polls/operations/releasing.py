"""What is shown of a poll, and when; the close, and what it destroys.

While the poll is open the whole body's tables are shown at milestones of participation. At the
close the box is opened once more for the final tables, those of the groups and the sentences; then
ballots, roll and codes are erased in the same transaction, and the keys after it. What the
sentences speak of is found afterwards, by a task: it takes seconds, and nobody votes meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.foundation import freed_space
from parvis.foundation.erasures import record_erasure
from parvis.foundation.errors import Conflict
from parvis.foundation.mail import forget_mails
from parvis.foundation.models import OutgoingMail
from parvis.journal.operations import record
from parvis.staff_polls import keys
from parvis.staff_polls.columns import Columns, IntArray, columns_of
from parvis.staff_polls.enums import CardKind, PollState
from parvis.staff_polls.measures import publish_measures
from parvis.staff_polls.models import (
    Ballot,
    EligibleAgent,
    PollComment,
    PollGroup,
    PrintedCode,
    Release,
    StaffPoll,
)
from parvis.staff_polls.operations.casting import read_written
from parvis.staff_polls.operations.holding import hold_alone
from parvis.staff_polls.operations.launching import mail_keys, move
from parvis.staff_polls.poll_document import Answers, Document, read_document
from parvis.staff_polls.release_document import Tables, card_tables, group_tables, told
from parvis.statistics.poll_coarse import exact_beside_groups
from parvis.statistics.poll_disclosure import (
    exact_tables,
    final_tables,
    hide_groups,
    plan_release,
)
from parvis.statistics.poll_tables import tabulate
from parvis.texts.masking import mask

# Shares of the eligible agents whose ballots unlock the next release, in per cent.
MILESTONES = (30, 50, 70)
# Names, in the list of what is erased again after a restore, what a close erased.
ERASED = "staff_polls.StaffPoll"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Opened:
    """The box, opened: what is needed of each ballot, in a random order."""

    tokens: list[str]
    # By ballot and column.
    answers: IntArray
    # The sentences of each card that asks for one.
    sentences: dict[str, list[str]]
    groups: IntArray
    entered: IntArray
    replaced: np.ndarray


def release_if_due(*, poll: StaffPoll) -> Release | None:
    """Show the tables that a milestone unlocks; None when none is due or safe yet.

    One release a milestone at most. Which ballots enter is drawn at random.
    """
    with scopes_disabled(), transaction.atomic():
        locked = hold_alone(poll)
        if locked.state != PollState.OPEN:
            return None
        done = locked.releases.count()
        if done >= len(MILESTONES):
            return None
        eligible = _eligible(locked)
        ballots = Ballot.objects.filter(poll=locked).count()
        if 100 * ballots < MILESTONES[done] * eligible or ballots < 2 * locked.threshold:
            return None
        return _release(locked, eligible, done + 1)


def _release(poll: StaffPoll, eligible: int, number: int) -> Release | None:
    voting = poll.voting_groups()
    document = read_document(poll.document)
    columns = columns_of(document)
    opened = _open(poll, voting, document, columns)
    past = list(poll.releases.order_by("number"))
    plan = plan_release(
        opened.answers,
        opened.entered,
        _refreshes(columns, past),
        options=columns.options,
        rng=np.random.default_rng(secrets.randbits(128)),
        threshold=poll.threshold,
        cards=columns.card_of,
    )
    if not plan.refreshed.any():
        return None
    inside = opened.answers[plan.entered > 0]
    everybody = np.zeros(len(inside), dtype=np.int64)
    counts = tabulate(inside, everybody, options=columns.options, n_groups=1)[:, 0]
    made = card_tables(
        columns,
        counts,
        made=plan.refreshed.tolist(),
        exact=exact_tables(counts, cards=columns.card_of).tolist(),
        release=number,
    )
    entering = [
        token
        for token, now, before in zip(opened.tokens, plan.entered, opened.entered, strict=True)
        if now != before
    ]
    # The poll is held meanwhile: nobody votes.
    for start in range(0, len(entering), _BATCH):
        Ballot.objects.filter(pk__in=entering[start : start + _BATCH]).update(entered=number)
    shown = dict(past[-1].tables["cards"]) if past else {}
    release = Release.objects.create(
        organisation_id=poll.organisation_id,
        poll=poll,
        number=number,
        tables={
            "eligible": eligible,
            "ballots": told(len(opened.tokens), eligible, poll.threshold),
            "cards": {**shown, **made},
        },
        refreshed=list(made),
    )
    _stir(poll)
    return release


@transaction.atomic
def close(*, poll: StaffPoll, by: Person | None) -> Release:
    """Close an open poll: count, show, erase. `by` None: its end has come.

    Raise `Conflict` when it is not open,
    `KeyMissing` where the key of its box is not: nothing is changed then.
    """
    with scopes_disabled():
        locked = hold_alone(poll)
        if locked.state == PollState.CLOSED:
            raise Conflict(_("Ce sondage est déjà clos."))
        move(locked, PollState.CLOSED)
        voting = locked.voting_groups()
        document = read_document(locked.document)
        columns = columns_of(document)
        opened = _open(locked, voting, document, columns)
        sentences = _keep_sentences(locked, opened.sentences)
        release = Release.objects.create(
            organisation_id=locked.organisation_id,
            poll=locked,
            number=locked.releases.count() + 1,
            is_final=True,
            tables={**_final(locked, voting, opened, columns), "sentences": sentences},
        )
        if sentences:
            # Queued with the close itself, so that a stop in between loses neither.
            from parvis.staff_polls.tasks import sort_sentences

            sort_sentences.enqueue(locked.pk)
        locked.closed_at = timezone.now()
        locked.save(update_fields=["state", "closed_at"])
        _erase(locked)
        publish_measures(poll=locked, release=release)
        record(
            action="staff_poll.closed",
            actor_id=by.pk if by else None,
            subject=locked,
            organisation_id=locked.organisation_id,
        )
        record_erasure(kind=ERASED, subject_id=locked.pk)
        # Robust: the poll is closed, whoever asked is told so; the tasks finish the rest.
        transaction.on_commit(lambda: finish_close(poll=locked), robust=True)
        return release


def finish_close(*, poll: StaffPoll) -> None:
    """Destroy the keys of a closed poll and what its erased rows left on the disk.

    Outside any transaction. Done again by the tasks until it was done once.
    """
    wipe_freed_space()
    with scopes_disabled():
        keys.destroy(poll)


def wipe_freed_space() -> None:
    """Overwrite or free what erased rows left in the database's files; in no transaction.

    Raise `OperationalError` when somebody reads for so long that SQLite cannot.
    """
    freed_space.wipe_freed_space(Ballot, EligibleAgent, PrintedCode, OutgoingMail)


def close_again(poll_pk: int) -> None:
    """What a close erased, in a database put back from before it: nothing opens its box any more.

    Done twice, it changes nothing. A poll whose key is held is another, or closes in its turn.
    """
    poll = StaffPoll.objects.select_for_update().filter(pk=poll_pk).first()
    if (
        poll is None
        or poll.state not in (PollState.PREPARING, PollState.OPEN)
        or keys.are_held(poll)
    ):
        return
    _end_uncounted(poll)


@transaction.atomic
def close_unopened(*, poll: StaffPoll) -> None:
    """End a launched poll whose keys could not be made before its end: nobody could vote.

    Raise `Conflict` when it has opened, or ended, meanwhile. Nothing is noted for restores, which
    would say that it was counted: put back from a backup, it has ended all the same.
    """
    with scopes_disabled():
        locked = hold_alone(poll)
        if locked.state != PollState.PREPARING:
            raise Conflict(_("Ce sondage n’est plus dans l’état que montrait cette page."))
        _end_uncounted(locked)
        record(
            action="staff_poll.closed_unopened",
            actor_id=None,
            subject=locked,
            organisation_id=locked.organisation_id,
        )
        transaction.on_commit(lambda: finish_close(poll=locked), robust=True)


def _end_uncounted(poll: StaffPoll) -> None:
    _erase(poll)
    poll.state, poll.closed_at = PollState.CLOSED, timezone.now()
    poll.save(update_fields=["state", "closed_at"])


def stir(*, poll: StaffPoll) -> None:
    """Write roll and box of an open poll anew in a random order.

    In the files rows lie in the order in which they were written: on PostgreSQL they also say which
    transaction did, on SQLite the pages that hold what is too long for the tree are taken in turn.
    """
    with scopes_disabled(), transaction.atomic():
        locked = hold_alone(poll)
        if locked.state == PollState.OPEN:
            _stir(locked)


# --- Opening -------------------------------------------------------------------------------------


def _open(
    poll: StaffPoll, voting: Sequence[PollGroup], document: Document, columns: Columns
) -> _Opened:
    box = keys.Box(poll)
    rank = {group.pk: number for number, group in enumerate(voting)}
    rows = list(
        Ballot.objects.filter(poll=poll).values_list(
            "token", "group", "sealed", "entered", "is_replaced"
        )
    )
    # The keys of the rows are hashes of random numbers; drawn again all the same, so that nothing
    # written from here on follows the order of the table.
    secrets.SystemRandom().shuffle(rows)
    sentences: dict[str, list[str]] = {
        card.key: [] for card in document.cards if card.kind == CardKind.SENTENCE
    }

    def read() -> Iterator[Answers]:
        for token, _group, sealed, _entered, _replaced in rows:
            answers = read_written(box.open(bytes(sealed), token=token))
            for key, texts in sentences.items():
                if key in answers:
                    texts.append(str(answers[key]))
            yield answers

    return _Opened(
        [row[0] for row in rows],
        columns.tabulated(read()),
        sentences,
        np.array([rank[row[1]] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.int64),
        np.array([row[4] for row in rows], dtype=np.bool_),
    )


def _refreshes(columns: Columns, past: Sequence[Release]) -> np.ndarray:
    """Which columns each release made anew; shape (n_releases, n_columns)."""
    table = np.zeros((len(past), columns.options.size), dtype=np.bool_)
    for row, release in enumerate(past):
        for rank, card in enumerate(columns.cards):
            table[row, columns.of_card(rank)] = card.key in release.refreshed
    return table


def _final(
    poll: StaffPoll, voting: Sequence[PollGroup], opened: _Opened, columns: Columns
) -> Tables:
    """What the close shows, sentences apart."""
    past = list(poll.releases.order_by("number"))
    refreshes = _refreshes(columns, past)
    final = final_tables(
        opened.answers,
        opened.entered,
        refreshes,
        options=columns.options,
        threshold=poll.threshold,
        cards=columns.card_of,
    )
    hidden = hide_groups(
        opened.answers,
        opened.groups,
        opened.entered,
        refreshes,
        n_groups=len(voting),
        unsteady=opened.replaced,
        options=columns.options,
        threshold=poll.threshold,
        cards=columns.card_of,
    )
    counts = tabulate(opened.answers, opened.groups, options=columns.options, n_groups=len(voting))
    shown = dict(past[-1].tables["cards"]) if past else {}
    made = card_tables(
        columns,
        counts.sum(axis=1),
        made=final.shown.tolist(),
        exact=exact_beside_groups(counts, hidden, cards=columns.card_of).tolist(),
        release=len(past) + 1,
    )
    eligible = _eligible(poll)
    return {
        "eligible": eligible,
        "ballots": told(len(opened.tokens), eligible, poll.threshold),
        "cards": {**shown, **made},
        "groups": group_tables(
            columns,
            counts,
            np.bincount(opened.groups, minlength=len(voting)),
            hidden,
            voting,
            threshold=poll.threshold,
        ),
    }


def _keep_sentences(poll: StaffPoll, written: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Write down the sentences that may be shown; returns how many a card, "" for all together.

    Those of a card stand under it when they reach the threshold; the others are put together, and
    dropped when even so they are too few: agents read that before they write.
    """
    by_card: dict[str, Sequence[str]] = {}
    rest: list[str] = []
    for key, texts in written.items():
        if len(texts) >= poll.threshold:
            by_card[key] = texts
        else:
            rest += texts
    if len(rest) >= poll.threshold:
        by_card[""] = rest
    comments = [
        PollComment(organisation_id=poll.organisation_id, poll=poll, card=key, text=mask(text))
        for key, texts in by_card.items()
        for text in texts
    ]
    secrets.SystemRandom().shuffle(comments)
    PollComment.objects.bulk_create(comments, batch_size=_BATCH)
    return {key: len(texts) for key, texts in by_card.items()}


# --- Erasing, and writing anew -------------------------------------------------------------------


def _erase(poll: StaffPoll) -> None:
    _overwrite_what_is_freed()
    for model in (Ballot, EligibleAgent, PrintedCode):
        model.objects.filter(poll=poll).delete()
    # Who was reminded had not collected: the outbox would remember it for months.
    forget_mails(keys=mail_keys(poll))


def _overwrite_what_is_freed() -> None:
    if connection.vendor == "sqlite":
        # Otherwise freed pages are only marked free.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _stir(poll: StaffPoll) -> None:
    _overwrite_what_is_freed()
    _write_anew(Ballot, poll)
    _write_anew(EligibleAgent, poll)
    _write_anew(PrintedCode, poll)


def _write_anew(model: type[Ballot | EligibleAgent | PrintedCode], poll: StaffPoll) -> None:
    rows: list[Any] = list(model.objects.filter(poll=poll))
    secrets.SystemRandom().shuffle(rows)
    model.objects.filter(poll=poll).delete()
    model.objects.bulk_create(rows, batch_size=_BATCH)


def _eligible(poll: StaffPoll) -> int:
    return sum(group.eligible for group in poll.voting_groups())
