"""The `.pb` file of a participatory budget, in the format of Pabulib.

Three sections, each a table whose cells are separated by `;`: META (envelope, form of vote),
PROJECTS (identifier, cost) and VOTES (one ballot a line, lists separated by commas). Columns are
read by their names; those that the rules do not need are passed over.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.named_rows import check_new
from parvis.analyse.text_file import read_text
from parvis.statistics.budget_votes import BallotKind, BudgetVote, budget_vote

META, PROJECTS, VOTES = "META", "PROJECTS", "VOTES"
SECTIONS: Final = (META, PROJECTS, VOTES)
BUDGET, VOTE_TYPE = "budget", "vote_type"
PROJECT, COST, VOTER, VOTE, POINTS = "project_id", "cost", "voter_id", "vote", "points"
KINDS: Final = {
    "approval": BallotKind.APPROVAL,
    "choose-1": BallotKind.APPROVAL,
    "cumulative": BallotKind.POINTS,
    "scoring": BallotKind.POINTS,
}
NUMBER: Final = re.compile(r"\d{1,15}([.,]\d{1,6})?", re.ASCII)


@dataclass(slots=True)
class _Section:
    """A table of the file: its columns, and its rows with their lines."""

    line: int
    columns: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def position(self, name: str, path: str) -> int:
        if name not in self.columns:
            named = ", ".join(quote(one) for one in self.columns)
            raise InputError(
                Message.COLUMN_NEEDED, file=path, line=self.line, field=name, columns=named
            )
        return self.columns.index(name)


def read_budget_vote(path: str) -> BudgetVote:
    """Read a `.pb` file.

    Raises
    ------
    InputError
        Unreadable file; a section, a key or a column missing; another form of vote (ordinal); an
        amount or points that are no number of zero or more; a project or a voter repeated; a vote
        for an unknown project.
    """
    sections = _read_sections(path)
    meta = {cells[0].casefold(): (line, cells[1]) for line, cells in sections[META].rows}
    for key in (BUDGET, VOTE_TYPE):
        if key not in meta:
            raise InputError(Message.KEY_MISSING, file=path, field=key)
    line, form = meta[VOTE_TYPE]
    kind = KINDS.get(form.casefold())
    if kind is None:
        raise InputError(
            Message.CHOICE_UNKNOWN,
            file=path,
            line=line,
            field=VOTE_TYPE,
            value=quote(form),
            choices=", ".join(KINDS),
        )
    envelope = _number(meta[BUDGET][1], path, meta[BUDGET][0], BUDGET, Message.AMOUNT_INVALID)
    costs = _read_costs(sections[PROJECTS], path)
    ballots = list(_read_ballots(sections[VOTES], kind, costs, path))
    unit = math.lcm(envelope.denominator, *(cost.denominator for cost in costs.values()))
    # Points are compared with points only: their scale does not matter.
    scale = math.lcm(*(given.denominator for ballot in ballots for given in ballot.values()))
    return budget_vote(
        {name: int(cost * unit) for name, cost in costs.items()},
        int(envelope * unit),
        [{name: int(given * scale) for name, given in ballot.items()} for ballot in ballots],
        kind,
        unit=unit,
    )


def _read_sections(path: str) -> dict[str, _Section]:
    sections: dict[str, _Section] = {}
    current: _Section | None = None
    awaited: str | None = None
    for line, cells in _lines(read_text(path)):
        title = cells[0].upper()
        if title in SECTIONS and not any(cells[1:]):
            if title in sections:
                raise InputError(Message.SECTION_TWICE, file=path, line=line, section=title)
            awaited = title
        elif awaited is not None:
            columns = [name.casefold() for name in cells]
            current = sections[awaited] = _Section(line, columns)
            if awaited == META and columns[0] != "key":
                current.rows.append((line, [*cells, ""]))
            awaited = None
        elif current is None:
            raise InputError(Message.OUTSIDE_SECTIONS, file=path, line=line)
        else:
            width = max(len(current.columns), 2)
            # Remarks among the META may hold separators; elsewhere a cell too many is a mistake.
            if any(cells[width:]) and current is not sections.get(META):
                raise InputError(
                    Message.CSV_CELL_COUNT,
                    file=path,
                    line=line,
                    found=len(cells),
                    expected=width,
                )
            current.rows.append((line, cells[:width] + [""] * (width - len(cells))))
    for name in SECTIONS:
        if name not in sections and name != awaited:
            raise InputError(Message.SECTION_MISSING, file=path, section=name)
    if awaited is not None:
        sections[awaited] = _Section(0, [PROJECT, COST, VOTE, POINTS])
    return sections


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not empty, cut into cells; no cell goes on over the end of its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        for record in csv.reader([line], delimiter=";"):
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield number, cells


def _read_costs(section: _Section, path: str) -> dict[str, Fraction]:
    # Old files call the identifier otherwise; it is the first column.
    which = section.columns.index(PROJECT) if PROJECT in section.columns else 0
    how_much = section.position(COST, path)
    costs: dict[str, Fraction] = {}
    lines: dict[str, int] = {}
    for line, cells in section.rows:
        name = cells[which]
        check_new(name, lines, path, line, PROJECT)
        costs[name] = _number(cells[how_much], path, line, COST, Message.AMOUNT_INVALID)
    return costs


def _read_ballots(
    section: _Section, kind: BallotKind, costs: dict[str, Fraction], path: str
) -> Iterator[dict[str, Fraction]]:
    if not section.rows:
        return
    chosen = section.position(VOTE, path)
    given = section.position(POINTS, path) if kind is BallotKind.POINTS else None
    voter = section.columns.index(VOTER) if VOTER in section.columns else None
    lines: dict[str, int] = {}
    for line, cells in section.rows:
        if voter is not None:
            check_new(cells[voter], lines, path, line, VOTER)
        names = _listed(cells[chosen])
        points = [Fraction(1)] * len(names)
        if given is not None:
            written = _listed(cells[given])
            if len(written) != len(names):
                raise InputError(
                    Message.POINTS_COUNT,
                    file=path,
                    line=line,
                    field=POINTS,
                    points=len(written),
                    projects=len(names),
                )
            points = [_number(one, path, line, POINTS, Message.POINTS_INVALID) for one in written]
        ballot: dict[str, Fraction] = {}
        for name, number in zip(names, points, strict=True):
            if name not in costs:
                raise InputError(
                    Message.PROJECT_UNKNOWN, file=path, line=line, field=VOTE, id=quote(name)
                )
            # Real files have approvals given twice, which say nothing more; points would differ.
            if name in ballot and kind is BallotKind.POINTS:
                raise InputError(
                    Message.PROJECT_TWICE, file=path, line=line, field=VOTE, id=quote(name)
                )
            ballot[name] = number
        yield ballot


def _listed(cell: str) -> Sequence[str]:
    """The items of a list; Pabulib also writes an empty one as `None`."""
    if cell.casefold() in ("", "none"):
        return []
    return [one.strip() for one in cell.split(",") if one.strip()]


def _number(cell: str, path: str, line: int, column: str, refusal: Message) -> Fraction:
    if not NUMBER.fullmatch(cell):
        raise InputError(refusal, file=path, line=line, field=column, value=quote(cell))
    return Fraction(cell.replace(",", "."))
