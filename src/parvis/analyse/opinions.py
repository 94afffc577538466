"""`parvis analyse opinions`: the groups of opinion of a consultation, from its votes.

The methods are those of `parvis.statistics.opinion_groups`; this module joins the two files and
writes the three formats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Final

import numpy as np
from defusedcsv import csv

from parvis.analyse.errors import quote
from parvis.analyse.messages import Language, Message, sentence
from parvis.analyse.tables import aligned
from parvis.analyse.vote_files import natural_order, read_statements, read_votes
from parvis.statistics.opinion_groups import OpinionGroups, opinion_groups
from parvis.statistics.opinion_votes import VoteTable, last_votes

STATEMENTS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Opinions:
    """The result, with the table it was made from and the texts of the statements."""

    table: VoteTable
    found: OpinionGroups
    texts: Mapping[str, str]


def analyse_opinions(
    votes_path: str,
    statements_path: str | None = None,
    *,
    seed: int = 0,
    left_out_as_passes: bool = False,
) -> Opinions:
    """Find the groups of opinion in VOTES.csv, without the statements moderated out.

    People and statements are in the order of their identifiers, whole numbers by value.

    Raises
    ------
    InputError
        Anything in either file that cannot be used.
    """
    votes = read_votes(votes_path)
    listed = None if statements_path is None else read_statements(statements_path)
    people = sorted(votes.people, key=natural_order)
    names = set(votes.statements) | set(listed.statements if listed else ())
    statements = sorted(names, key=natural_order)
    table = last_votes(
        people,
        statements,
        _places(votes.people, people)[np.asarray(votes.person)],
        _places(votes.statements, statements)[np.asarray(votes.statement)],
        np.asarray(votes.vote),
        time=None if votes.time is None else np.asarray(votes.time),
        left_out=sorted(listed.moderated_out) if listed else (),
    )
    found = opinion_groups(table, seed=seed, left_out_as_passes=left_out_as_passes)
    return Opinions(table, found, listed.texts if listed else {})


def as_json(opinions: Opinions) -> str:
    """Groups, people and statements, numbers to full precision.

    `{"groups", "people": [{"id", "group", "x", "y"}], "statements": [{"id", "consensus",
    "consensus_geometric", "representative_of", "sides"}]}`: `group` is null for who has not
    entered; `sides` says, group by group, whether agreeing or disagreeing sets it apart.
    """
    found = opinions.found
    people = [
        {"id": name, "group": group if group >= 0 else None, "x": x, "y": y}
        for name, group, (x, y) in zip(
            opinions.table.people,
            found.group.tolist(),
            # Adding zero turns -0.0 into 0.0.
            (found.positions + 0.0).tolist(),
            strict=True,
        )
    ]
    statements = []
    for column, name in enumerate(opinions.table.statements):
        sides = found.representative.side[:, column].tolist()
        groups = [group for group, side in enumerate(sides) if side]
        statements.append(
            {
                "id": name,
                "consensus": float(found.consensus[column]) if found.groups else None,
                "consensus_geometric": (
                    float(found.consensus_geometric[column]) if found.groups else None
                ),
                "representative_of": groups,
                "sides": ["agree" if sides[group] > 0 else "disagree" for group in groups],
            }
        )
    content = {"groups": found.groups, "people": people, "statements": statements}
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def as_csv(opinions: Opinions) -> str:
    """Columns id, group, x and y, one row per person; group empty for who has not entered.

    Written for spreadsheets: an identifier that one would run as a formula is defused.
    """
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["id", "group", "x", "y"])
    found = opinions.found
    for name, group, place in zip(
        opinions.table.people, found.group.tolist(), found.positions + 0.0, strict=True
    ):
        # Never an exponent, which the defusing would take for a formula in a negative number.
        x, y = (np.format_float_positional(value, trim="0") for value in place)
        writer.writerow([name, "" if group < 0 else str(group), x, y])
    return output.getvalue()


def as_table(opinions: Opinions, language: Language) -> str:
    """The groups, what sets each apart, what they agree on; to read."""
    found = opinions.found

    def text(column: int) -> str:
        name = str(opinions.table.statements[column])
        return quote(f"{name} {opinions.texts.get(name, '')}".strip())

    def head(*messages: Message) -> tuple[str, ...]:
        return tuple(sentence(message, language) for message in messages)

    parts = [
        sentence(
            Message.GROUPS_FOUND,
            language,
            groups=found.groups,
            entered=int((found.group >= 0).sum()),
            people=len(opinions.table.people),
            statements=len(opinions.table.statements),
        )
        + "\n",
        aligned(
            [
                head(Message.HEAD_GROUP, Message.HEAD_PEOPLE),
                *((str(group), str(size)) for group, size in enumerate(found.sizes())),
            ],
            left=(),
        ),
    ]
    if found.representative.side.any():
        rows = []
        for group in range(found.groups):
            for column in found.most_representative(group, STATEMENTS_SHOWN):
                agrees = found.representative.side[group, column] > 0
                side = sentence(Message.AGREE if agrees else Message.DISAGREE, language)
                rows.append((str(group), side, text(column)))
        title = sentence(Message.REPRESENTATIVE_STATEMENTS, language)
        heads = head(Message.HEAD_GROUP, Message.HEAD_SIDE, Message.HEAD_STATEMENT)
        parts.append(f"\n{title}\n{aligned([heads, *rows], left=(1, 2))}")
    if found.groups and len(found.consensus):
        best = np.argsort(-found.consensus, kind="stable")[:STATEMENTS_SHOWN].tolist()
        scored = [(f"{found.consensus_geometric[column]:.2f}", text(column)) for column in best]
        title = sentence(Message.CONSENSUAL_STATEMENTS, language)
        heads = head(Message.HEAD_CONSENSUS, Message.HEAD_STATEMENT)
        parts.append(f"\n{title}\n{aligned([heads, *scored], left=(1,))}")
    return "".join(parts)


def _places(names: tuple[str, ...], ordered: list[str]) -> np.ndarray:
    place = {name: number for number, name in enumerate(ordered)}
    return np.array([place[name] for name in names], dtype=np.int64)
