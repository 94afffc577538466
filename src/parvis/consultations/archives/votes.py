"""What was voted, phase by phase: ballots of closed phases, or totals where they are too few.

Below `FEWEST_VOTERS` in a phase, and while it runs, only totals leave; none from the close of a
phase until its result is shown, nor of notes while they are given. Voters are numbered anew, in an
order drawn for each archive; two phases share no number.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from parvis.consultations.archives.cells import Cell
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, Vote
from parvis.consultations.results.budgets import pabulib_text
from parvis.consultations.results.showing import is_shown

FEWEST_VOTERS = 50
# While a phase runs, two archives ten minutes apart differ by a few votes: nothing is told of
# fewer people than that.
FEWEST_IN_RUNNING_TOTALS = 5
CHUNK = 5_000
PUBLISHED, MODERATED_OUT = 1, -1

_BALLOTS = {
    PhaseKind.OPINIONS: VoteKind.OPINION,
    PhaseKind.PAIRS: VoteKind.PREFERENCE,
    PhaseKind.PROJECT: VoteKind.JUDGEMENT,
    PhaseKind.EVALUATION: VoteKind.JUDGEMENT,
    PhaseKind.BUDGET: VoteKind.ALLOCATION,
}


# Told by the page to whoever has answered: seen before, totals would pull the answer.
_HIDDEN = frozenset({VoteKind.JUDGEMENT})


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file of the archive, its rows read as they are written."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Callable[[], Iterator[Sequence[Cell]]]
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Text:
    """A file of the archive that is no table."""

    name: str
    title: str
    text: Callable[[], str]
    media_type: str = "text/plain"


File = Table | Text


@dataclass(frozen=True, slots=True)
class PhaseVotes:
    """What leaves of a phase. `ballots` False: totals alone, `voters` being too few or not done."""

    phase: Phase
    voters: int
    is_over: bool
    ballots: bool
    files: list[File]


@dataclass
class Numbers:
    """Fresh numbers for voters, none of them given twice in an archive."""

    last: int = 0
    _drawn: random.Random = field(default_factory=secrets.SystemRandom)

    def draw(self, count: int) -> list[int]:
        """So many numbers that nobody has, in an order drawn at random."""
        numbers = list(range(self.last + 1, self.last + count + 1))
        self.last += count
        self._drawn.shuffle(numbers)
        return numbers


@dataclass(frozen=True, slots=True)
class _Source:
    """What the files of a phase are made of: the votes that may leave, under which folder."""

    phase: Phase
    folder: str
    rows: QuerySet[Any]
    is_over: bool
    ballots: bool
    voters: int
    numbers: Numbers


def votes_of(phase: Phase, numbers: Numbers) -> PhaseVotes | None:
    """The files of a phase; None where nobody votes in it. Its consultation is at hand."""
    if phase.kind not in _BALLOTS:
        return None
    kind = _BALLOTS[PhaseKind(phase.kind)]
    is_over = is_shown(phase)
    # A phase that is closed and not shown yet has its votes among the closed ones already.
    closed = ClosedVote.objects.filter(phase=phase, kind=kind)
    open_votes = Vote.objects.filter(phase=phase, kind=kind)
    rows: QuerySet[Any] = closed if phase.closed_at else open_votes
    who = "voter" if phase.closed_at else "participant"
    voters = rows.values(who).distinct().count()
    ballots = is_over and voters >= FEWEST_VOTERS
    if not is_over and (
        voters < FEWEST_IN_RUNNING_TOTALS or phase.closed_at is not None or kind in _HIDDEN
    ):
        rows = rows.none()
    files: list[File] = []
    source = _Source(
        phase, f"{phase.position}-{phase.kind}", rows, is_over, ballots, voters, numbers
    )
    if kind == VoteKind.OPINION:
        files = _opinions(source)
    elif kind == VoteKind.PREFERENCE:
        files = _pairs(source)
    elif kind == VoteKind.JUDGEMENT:
        files = _judgements(source)
    elif is_over:
        # Running totals of a budget would weigh on the vote: they leave at its end.
        files = _budget(source)
    return PhaseVotes(phase, voters, is_over, ballots, files)


def _subjects(phase: Phase, kind: str) -> Iterator[tuple[int, int, int, str]]:
    """Key, number, 1 or −1 (moderated out), text (empty if so), of what was ever published."""
    rows = Contribution.objects.filter(phase=phase, kind=kind, published_at__isnull=False).order_by(
        "number"
    )
    for key, number, state, text, title in rows.values_list(
        "pk", "number", "state", "text", "title"
    ):
        is_in = state == ContributionState.PUBLISHED
        words = (title or text) if is_in else ""
        yield key, number, PUBLISHED if is_in else MODERATED_OUT, words


def _totals(rows: QuerySet[Any]) -> dict[tuple[int, int], int]:
    """{(subject, value): votes}."""
    counted = rows.values_list("subject", "value").order_by().annotate(number=Count("pk"))
    return {(subject, value): number for subject, value, number in counted}


def _numbered(
    rows: QuerySet[Any], numbers: Sequence[int], subject_numbers: dict[int, int]
) -> Iterator[Sequence[Cell]]:
    """Voter, subject, value: voters in an order drawn at the close, under the numbers given."""
    waiting = iter(numbers)
    current, number = None, 0
    ordered = rows.order_by("voter", "subject").values_list("voter", "subject", "value")
    for voter, subject, value in ordered.iterator(chunk_size=CHUNK):
        if voter != current:
            current, number = voter, next(waiting)
        yield number, subject_numbers[subject], value


def _opinions(source: _Source) -> list[File]:
    def statements() -> Iterator[Sequence[Cell]]:
        totals = _totals(source.rows)
        for key, number, moderated, text in _subjects(source.phase, ContributionKind.STATEMENT):
            agrees, disagrees, passes = (totals.get((key, value), 0) for value in (1, -1, 0))
            yield number, agrees, disagrees, passes, moderated, text

    files: list[File] = [
        Table(
            f"{source.folder}/COMMENTS.csv",
            "Affirmations et leurs totaux / Statements and their totals",
            ("comment-id", "agrees", "disagrees", "passes", "moderated", "comment-body"),
            statements,
        )
    ]
    if source.ballots:
        files.insert(0, _ballot_table(source, "comment-id", "vote"))
    return files


def _judgements(source: _Source) -> list[File]:
    def criteria() -> Iterator[Sequence[Cell]]:
        totals = _totals(source.rows)
        for key, number, _moderated, text in _subjects(source.phase, ContributionKind.CRITERION):
            yield number, text, *(totals.get((key, grade), 0) for grade in range(5))

    grades = tuple(f"grade-{grade}" for grade in range(5))
    files: list[File] = [
        Table(
            f"{source.folder}/CRITERIA.csv",
            "Critères et nombre de chaque note / Criteria and how often each grade was given",
            ("criterion-id", "criterion-body", *grades),
            criteria,
        )
    ]
    if source.ballots:
        files.insert(0, _ballot_table(source, "criterion-id", "grade"))
    return files


def _ballot_table(source: _Source, subject: str, value: str) -> Table:
    drawn = source.numbers.draw(source.voters)
    known = dict(Contribution.objects.filter(phase=source.phase).values_list("pk", "number"))
    return Table(
        f"{source.folder}/VOTES.csv",
        "Votes, sous des numéros tirés au sort / Votes, under numbers drawn at random",
        ("voter-id", subject, value),
        lambda: _numbered(source.rows, drawn, known),
    )


def _pairs(source: _Source) -> list[File]:
    """Each comparison a row, sorted: which ones somebody made together cannot be told."""
    known = dict(Contribution.objects.filter(phase=source.phase).values_list("pk", "number"))
    published = {
        key
        for key, _n, state, _t in _subjects(source.phase, ContributionKind.ITEM)
        if state == PUBLISHED
    }
    counted = list(
        source.rows.order_by()
        .values_list("subject", "other", "value")
        .annotate(number=Count("pk"))
        .order_by("subject", "other", "value")
    )

    def comparisons() -> Iterator[Sequence[Cell]]:
        for first, second, value, number in counted:
            if value and {first, second} <= published:
                winner, loser = (first, second) if value > 0 else (second, first)
                for _one in range(number):
                    yield known[winner], known[loser]

    def items() -> Iterator[Sequence[Cell]]:
        won: dict[int, int] = {}
        lost: dict[int, int] = {}
        level: dict[int, int] = {}
        for first, second, value, number in counted:
            winner, loser = (first, second) if value > 0 else (second, first)
            for tally, key in (
                ((won, winner), (lost, loser))
                if value
                else (
                    (level, first),
                    (level, second),
                )
            ):
                tally[key] = tally.get(key, 0) + number
        for key, number, moderated, text in _subjects(source.phase, ContributionKind.ITEM):
            yield number, won.get(key, 0), lost.get(key, 0), level.get(key, 0), moderated, text

    files: list[File] = [
        Table(
            f"{source.folder}/ITEMS.csv",
            "Sujets comparés et leurs totaux / Items compared and their totals",
            ("item-id", "won", "lost", "neither", "moderated", "item-body"),
            items,
        )
    ]
    if source.is_over:
        # Sorted by pair, rows are the totals of each pair: nobody is in them, however few voted.
        files.insert(
            0,
            Table(
                f"{source.folder}/VOTES.csv",
                "Comparaisons, triées / Comparisons, sorted",
                ("winner", "loser"),
                comparisons,
            ),
        )
    return files


def _budget(source: _Source) -> list[File]:
    def projects() -> Iterator[Sequence[Cell]]:
        totals = _totals(source.rows)
        chosen = {str(one) for one in source.phase.result.get("selected", [])}
        costs = dict(
            Contribution.objects.filter(phase=source.phase).values_list("pk", "cost_euros")
        )
        for key, number, _state, title in _subjects(source.phase, ContributionKind.PROJECT):
            given = {value: count for (subject, value), count in totals.items() if subject == key}
            votes, score = sum(given.values()), sum(v * count for v, count in given.items())
            yield number, costs[key], votes, score, int(str(number) in chosen), title

    files: list[File] = [
        Table(
            f"{source.folder}/PROJECTS.csv",
            "Projets, soutiens, choix / Projects, support, choice",
            ("project_id", "cost", "votes", "score", "selected", "name"),
            projects,
        )
    ]
    if source.ballots:
        drawn = source.numbers.draw(source.voters)
        files.insert(
            0,
            Text(
                f"{source.folder}/VOTE.pb",
                "Bulletins au format Pabulib / Ballots in the format of Pabulib",
                lambda: renumbered(pabulib_text(source.phase), drawn),
            ),
        )
    return files


def renumbered(pabulib: str, numbers: Sequence[int]) -> str:
    """The same `.pb` file, its voters under the numbers given, in their order."""
    head, separator, ballots = pabulib.partition("\nVOTES\n")
    lines = ballots.splitlines()
    rest = (line.partition(";")[2] for line in lines[1:])
    written = (f"{number};{line}" for number, line in zip(numbers, rest, strict=True))
    return head + separator + "\n".join([*lines[:1], *written]) + "\n"
