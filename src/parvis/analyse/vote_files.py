"""The files of a consultation on statements: the votes, and the statements with their moderation.

They are those of the Polis export, read by the names of their columns. Rows are read one at a
time into arrays: five million votes are an ordinary national consultation.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.named_rows import NamedRows, check_new

VOTER, STATEMENT, VOTE, TIME = "voter-id", "comment-id", "vote", "timestamp"
MODERATED, BODY = "moderated", "comment-body"
VOTES: Final = {"1": 1, "-1": -1, "0": 0}
MODERATED_OUT: Final = "-1"
MODERATION: Final = ("1", "0", MODERATED_OUT)
WHOLE_NUMBER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VotesFile:
    """Votes in the order of the file; people and statements are numbered as they first appear."""

    people: tuple[str, ...]
    statements: tuple[str, ...]
    person: array[int]
    statement: array[int]
    vote: array[int]
    time: array[int] | None


@dataclass(frozen=True, slots=True)
class StatementsFile:
    """All statements, those moderated out, and the texts of those that have one."""

    statements: tuple[str, ...]
    moderated_out: frozenset[str]
    texts: Mapping[str, str]


def read_votes(path: str) -> VotesFile:
    """Read VOTES.csv: columns voter-id, comment-id, vote and, if present, timestamp.

    Raises
    ------
    InputError
        Unreadable or malformed file, a missing column, no row, an empty identifier, a vote that
        is none of 1, −1 and 0, a timestamp that is not a whole number.
    """
    rows = NamedRows(path, needed=(VOTER, STATEMENT, VOTE))
    who, what, which, when = (rows.position(name) for name in (VOTER, STATEMENT, VOTE, TIME))
    people: dict[str, int] = {}
    statements: dict[str, int] = {}
    person, statement, vote, time = array("q"), array("q"), array("b"), array("q")
    for line, cells in rows:
        value = VOTES.get(cells[which])
        if value is None:
            raise InputError(
                Message.VOTE_INVALID, file=path, line=line, field=VOTE, value=quote(cells[which])
            )
        voter, name = cells[who], cells[what]
        if not voter or not name:
            field = STATEMENT if voter else VOTER
            raise InputError(Message.ID_EMPTY, file=path, line=line, field=field)
        person.append(people.setdefault(voter, len(people)))
        statement.append(statements.setdefault(name, len(statements)))
        vote.append(value)
        if when >= 0:
            if not WHOLE_NUMBER.fullmatch(cells[when]):
                raise InputError(
                    Message.TIME_INVALID, file=path, line=line, field=TIME, value=quote(cells[when])
                )
            time.append(int(cells[when]))
    if not vote:
        raise InputError(Message.CSV_NO_ROW, file=path)
    return VotesFile(
        people=tuple(people),
        statements=tuple(statements),
        person=person,
        statement=statement,
        vote=vote,
        time=time if when >= 0 else None,
    )


def read_statements(path: str) -> StatementsFile:
    """Read COMMENTS.csv: columns comment-id, moderated and, if present, comment-body.

    Raises
    ------
    InputError
        Unreadable or malformed file, a missing column, an identifier empty or repeated, a state
        of moderation that is none of 1, 0 and −1.
    """
    rows = NamedRows(path, needed=(STATEMENT, MODERATED))
    what, state, body = (rows.position(name) for name in (STATEMENT, MODERATED, BODY))
    lines: dict[str, int] = {}
    out: set[str] = set()
    texts: dict[str, str] = {}
    for line, cells in rows:
        name = cells[what]
        check_new(name, lines, path, line, STATEMENT)
        if cells[state] not in MODERATION:
            raise InputError(
                Message.MODERATION_INVALID,
                file=path,
                line=line,
                field=MODERATED,
                value=quote(cells[state]),
            )
        if cells[state] == MODERATED_OUT:
            out.add(name)
        if body >= 0:
            texts[name] = cells[body]
    return StatementsFile(tuple(lines), frozenset(out), texts)


def natural_order(identifier: str) -> tuple[int, int, str]:
    """Whole numbers by value first, then texts; for `sorted`."""
    if identifier.isascii() and identifier.isdigit():
        return (0, int(identifier[:300]), identifier)
    return (1, 0, identifier)
