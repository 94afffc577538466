"""What was voted, phase by phase: ballots of closed phases, or totals where they are too few.

Below `FEWEST_VOTERS` in a phase, and while it runs, only totals leave; none from the close of a
phase until its result is shown, nor of notes while they are given, nor ever of fewer people than
`disclosure.FEWEST_PEOPLE`: such totals are left empty. Those of a running phase are of its last
figures (`operations.following`), the ones its pages show. Voters are numbered anew, in an order
drawn for each archive; two phases share no number.

What the result of a closed phase was counted on stays in its files as it was at the close, so that
anybody finds the result again: a text that a moderator takes off afterwards has no words left, its
votes and its place in the count stay.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from parvis.consultations.archives.cells import Cell
from parvis.consultations.disclosure import are_few, people_of
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, PhaseFigures, Vote
from parvis.consultations.results.budgets import pabulib_text
from parvis.consultations.results.showing import is_shown

FEWEST_VOTERS = 50
CHUNK = 5_000
PUBLISHED, MODERATED_OUT = 1, -1
# Three totals that are not told: nothing is said of them, which is not zero.
_NOT_TOLD = (None, None, None)

_BALLOTS = {
    PhaseKind.OPINIONS: VoteKind.OPINION,
    PhaseKind.PAIRS: VoteKind.PREFERENCE,
    PhaseKind.PROJECT: VoteKind.JUDGEMENT,
    PhaseKind.EVALUATION: VoteKind.JUDGEMENT,
    PhaseKind.BUDGET: VoteKind.ALLOCATION,
}


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
    """What leaves of a phase.

    `ballots` False: totals alone, `voters` being too few or not done; `is_few`: not even totals.
    """

    phase: Phase
    voters: int
    is_few: bool
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
    """What the files of a phase are made of.

    `rows` are its closed votes; `tells` says whether what they come to may leave, `ballots` whether
    they may one by one.
    """

    phase: Phase
    folder: str
    rows: QuerySet[Any]
    tells: bool
    ballots: bool
    voters: int
    numbers: Numbers

    @property
    def counted(self) -> frozenset[int] | None:
        """Numbers of what the result was counted on; None while the phase runs."""
        if self.phase.closed_at is None:
            return None
        result = self.phase.result
        of_kind = (result.get(name, ()) for name in ("items", "criteria", "projects"))
        return frozenset(one["number"] for rows in of_kind for one in rows)


def votes_of(phase: Phase, numbers: Numbers) -> PhaseVotes | None:
    """The files of a phase; None where nobody votes in it. Its consultation is at hand."""
    if phase.kind not in _BALLOTS:
        return None
    kind = _BALLOTS[PhaseKind(phase.kind)]
    is_over = is_shown(phase)
    closed = ClosedVote.objects.filter(phase=phase, kind=kind)
    given = Vote.objects.filter(phase=phase, kind=kind)
    # A phase that is closed and not shown yet has its votes among the closed ones already.
    voters = (
        closed.values("voter").distinct().count()
        if phase.closed_at
        else given.values("participant").distinct().count()
    )
    # Of those who voted, some may have voted only on what is not counted.
    is_few = are_few(voters) or (
        phase.closed_at is not None and voters > 0 and _are_few_counted(phase)
    )
    tells = is_over and not is_few
    ballots = tells and voters >= FEWEST_VOTERS
    files: list[File] = []
    folder = f"{phase.position}-{phase.kind}"
    source = _Source(phase, folder, closed, tells, ballots, voters, numbers)
    if kind == VoteKind.OPINION:
        files = _opinions(source)
    elif kind == VoteKind.PREFERENCE:
        files = _pairs(source)
    elif kind == VoteKind.JUDGEMENT:
        files = _judgements(source)
    elif is_over:
        # Running totals of a budget would weigh on the vote: they leave at its end.
        files = _budget(source)
    return PhaseVotes(phase, voters, is_few, is_over, ballots, files)


def _are_few_counted(phase: Phase) -> bool:
    people = people_of(phase.result)
    return people == 0 or are_few(people)


def _subjects(source: _Source, kind: str) -> Iterator[tuple[int, int, int, str]]:
    """Key, number, 1 or −1 (moderated out), text, of what was ever published.

    Once the phase is closed, 1 or −1 as it was counted; the text is empty where it is not published
    now.
    """
    counted = source.counted
    rows = Contribution.objects.filter(
        phase=source.phase, kind=kind, published_at__isnull=False
    ).order_by("number")
    for key, number, state, text, title in rows.values_list(
        "pk", "number", "state", "text", "title"
    ):
        is_readable = state == ContributionState.PUBLISHED
        is_in = is_readable if counted is None else number in counted
        words = (title or text) if is_readable else ""
        yield key, number, PUBLISHED if is_in else MODERATED_OUT, words


def _running_totals(source: _Source) -> Mapping[int, Sequence[int]]:
    """Totals by number of the last figures of a running phase; empty where none may be told."""
    if source.phase.closed_at is not None:
        return {}
    figures = PhaseFigures.objects.filter(phase=source.phase).only("document", "state").first()
    if figures is None or are_few(people_of(figures.document)):
        return {}
    return {number: row for number, *row in figures.state.get("totals", ())}


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
        running = {} if source.tells else _running_totals(source)
        totals = _totals(source.rows) if source.tells else {}
        for key, number, moderated, text in _subjects(source, ContributionKind.STATEMENT):
            told: Sequence[Cell] = (
                [totals.get((key, value), 0) for value in (1, -1, 0)]
                if source.tells
                else running.get(number, _NOT_TOLD)
            )
            yield number, *told, moderated, text

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
        totals = _totals(source.rows) if source.tells else {}
        for key, number, _moderated, text in _subjects(source, ContributionKind.CRITERION):
            told = (totals.get((key, grade), 0) if source.tells else None for grade in range(5))
            yield number, text, *told

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
    compared = {
        key for key, _n, state, _t in _subjects(source, ContributionKind.ITEM) if state == PUBLISHED
    }
    counted = (
        list(
            source.rows.order_by()
            .values_list("subject", "other", "value")
            .annotate(number=Count("pk"))
            .order_by("subject", "other", "value")
        )
        if source.tells
        else []
    )

    def comparisons() -> Iterator[Sequence[Cell]]:
        for first, second, value, number in counted:
            if value and {first, second} <= compared:
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
        running = {} if source.tells else _running_totals(source)
        for key, number, moderated, text in _subjects(source, ContributionKind.ITEM):
            told: Sequence[Cell] = (
                [tally.get(key, 0) for tally in (won, lost, level)]
                if source.tells
                else running.get(number, _NOT_TOLD)
            )
            yield number, *told, moderated, text

    files: list[File] = [
        Table(
            f"{source.folder}/ITEMS.csv",
            "Sujets comparés et leurs totaux / Items compared and their totals",
            ("item-id", "won", "lost", "neither", "moderated", "item-body"),
            items,
        )
    ]
    if source.tells:
        # Sorted by pair, rows are the totals of each pair: nobody's ballot is in them.
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
        totals = _totals(source.rows) if source.tells else {}
        chosen = {str(one) for one in source.phase.result.get("selected", [])}
        costs = dict(
            Contribution.objects.filter(phase=source.phase).values_list("pk", "cost_euros")
        )
        for key, number, _state, title in _subjects(source, ContributionKind.PROJECT):
            given = {value: count for (subject, value), count in totals.items() if subject == key}
            told: Sequence[Cell] = (
                [sum(given.values()), sum(value * count for value, count in given.items())]
                if source.tells
                else (None, None)
            )
            yield number, costs[key], *told, int(str(number) in chosen), title

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
