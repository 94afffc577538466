"""A list of agents as people paste it: read line by line, each line kept whole with its number.

One agent a line: an address, or a service and an address in two columns (tab, semicolon or comma).
A heading, quotes, "Prénom Nom <adresse>" and blank lines are what spreadsheets and mail programs
give: they are read, not refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MAX_LINES = 20_000
MAX_LINE_CHARACTERS = 400
MAX_ADDRESS_CHARACTERS = 254
_SEPARATORS = ("\t", ";", ",")
_ANGLED = re.compile(r"<([^<>]*)>")
_HEADING = re.compile(r"mail|courriel|adresse|service|e-?mél", re.IGNORECASE)
# What Windows and old spreadsheets write, after UTF-8: the last one reads any byte.
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


@dataclass(frozen=True, slots=True)
class RollLine:
    """A line as read: an address in lower case, its service, or why it cannot be read."""

    number: int
    text: str
    service: str = ""
    email: str = ""
    problem: str = ""


def decode(content: bytes) -> str:
    """The text of a file, whatever wrote it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def read_lines(text: str) -> Iterator[RollLine]:
    """Each line that says something, with its number from 1."""
    is_first = True
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.lstrip("\ufeff")), start=1):
        line = raw.replace("\x00", "").encode(errors="replace").decode().strip()
        if not line.strip(";,\t \"'"):
            continue
        if is_first and "@" not in line and _HEADING.search(line):
            is_first = False
            continue
        is_first = False
        yield _read_line(number, line)


def _read_line(number: int, line: str) -> RollLine:
    if len(line) > MAX_LINE_CHARACTERS:
        return RollLine(
            number,
            line,
            problem=_("Cette ligne dépasse %(most)d caractères.") % {"most": MAX_LINE_CHARACTERS},
        )
    cells = [cell for cell in _cells(line) if cell]
    addresses = [cell for cell in cells if "@" in cell]
    if not addresses:
        return RollLine(number, line, problem=_("Cette ligne ne contient pas d’adresse."))
    if len(addresses) > 1:
        return RollLine(
            number, line, problem=_("Cette ligne contient plusieurs adresses : une par ligne.")
        )
    service = next((" ".join(cell.split()) for cell in cells if "@" not in cell), "")
    email = _address(addresses[0])
    if not _is_address(email):
        return RollLine(
            number,
            line,
            service,
            problem=_("« %(address)s » n’est pas une adresse.") % {"address": email},
        )
    return RollLine(number, line, service, email)


def _cells(line: str) -> list[str]:
    separator = next((mark for mark in _SEPARATORS if mark in line), ";")
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except (csv.Error, StopIteration):
        cells = line.split(separator)
    return [cell.strip() for cell in cells]


def _address(cell: str) -> str:
    angled = _ANGLED.search(cell)
    address = (angled[1] if angled else cell).strip().strip("'\"").removeprefix("mailto:")
    return address.strip().lower()


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MAX_ADDRESS_CHARACTERS
