"""The open data of a conversation of Polis: `comments.csv` and `votes.csv`, in a ZIP."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind
from parvis.consultations.imports.reading import (
    MOST_BYTES,
    MOST_TEXTS,
    MOST_VOTES,
    Reading,
    Text,
    decoded,
    refuse_too_many,
    table,
    unmarked,
    whole,
)
from parvis.consultations.models import CONTRIBUTION_TEXT_LENGTH
from parvis.foundation.errors import Refusal

COMMENTS, VOTES, SUMMARY = "comments.csv", "votes.csv", "summary.csv"
_VOTES = {"1": 1, "-1": -1, "0": 0}
_MODERATED_OUT = "-1"
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_polis(content: bytes, sha256: str) -> Reading:
    """The statements of a conversation and, where its ZIP has them, its votes.

    `content` is a ZIP of the files of Polis, or `comments.csv` alone. Raise `Refusal` when they
    cannot be read.
    """
    files = _files(content)
    if COMMENTS not in files:
        raise Refusal(
            _("Il n’y a pas de comments.csv dans ce fichier : donnez l’export de Polis en ZIP."),
            field="file",
        )
    reading = Reading(origin=f"Polis {_conversation(files) or sha256[:10]}")
    known = _read_statements(reading, decoded(files[COMMENTS]))
    if VOTES in files:
        _read_votes(reading, decoded(files[VOTES]), known)
    return reading


def _files(content: bytes) -> Mapping[str, bytes]:
    """The files of the export by their plain names, whatever folder they are in."""
    if not content.startswith(b"PK"):
        return {COMMENTS: content}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _content(archive, entry) for name, entry in _wanted(archive).items()}
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError, zlib.error):
        # In turn: no ZIP or a wrong checksum, a later version of ZIP, names that are none, a file
        # cut short, data that do not inflate.
        raise _unreadable() from None


def _unreadable() -> Refusal:
    return Refusal(_("Ce ZIP est abîmé ou chiffré : il ne se lit pas."), field="file")


def _wanted(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries of the export, each once, by their plain names in lower case."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename.rpartition("/")[2].lower()
        if name not in (COMMENTS, VOTES, SUMMARY) or entry.filename.startswith("__MACOSX"):
            continue
        if name in found:
            raise Refusal(
                _("Il y a deux %(name)s dans ce ZIP : une conversation à la fois.")
                % {"name": name},
                field="file",
            )
        found[name] = entry
    return found


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # Encrypted or compressed otherwise: never what Polis gives, and each fails in its own way.
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _COMPRESSIONS:
        raise _unreadable()
    with archive.open(entry) as stream:
        # What is read is counted, whatever the archive says of itself.
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refusal(_("Ce fichier est trop gros : 60 Mo au plus."), field="file")
    return data


def _conversation(files: Mapping[str, bytes]) -> str:
    """The identifier of the conversation, by the address its summary gives."""
    summary = files.get(SUMMARY, b"").decode("utf-8", "replace")
    match = re.search(r"^url,\s*\"?https?://[^/\s]+/([A-Za-z0-9]{4,20})", summary, re.MULTILINE)
    return match[1] if match else ""


def _read_statements(reading: Reading, text: str) -> dict[str, int]:
    """Add the statements; {identifier: place among `ballots.subjects`}."""
    known: dict[str, int] = {}
    needed = ("comment-id", "moderated", "comment-body")
    for line, row in table(text, needed, COMMENTS):
        number, body = row["comment-id"].strip(), unmarked(row["comment-body"]).strip()
        if whole(number) is None or number in known:
            reading.say(line, _("Identifiant absent, illisible ou répété : ligne laissée."))
            continue
        if not body:
            # An archive of Parvis keeps the votes of a statement moderated out, not its text.
            reading.say(line, _("Affirmation sans texte : ligne laissée."))
            continue
        if len(body) > CONTRIBUTION_TEXT_LENGTH:
            reading.say(line, _("Texte trop long, coupé à 5 000 caractères."))
            body = body[: CONTRIBUTION_TEXT_LENGTH - 1] + "…"
        known[number] = len(reading.ballots.subjects)
        reading.ballots.subjects.append(number)
        reading.texts.append(
            Text(
                line=line,
                number=number,
                kind=ContributionKind.STATEMENT,
                text=body,
                is_refused=row["moderated"].strip() == _MODERATED_OUT,
                published_at=_moment(row.get("timestamp", "")),
                figures={
                    "agrees": whole(row.get("agrees", "")) or 0,
                    "disagrees": whole(row.get("disagrees", "")) or 0,
                },
            )
        )
        refuse_too_many(len(reading.texts), MOST_TEXTS, _("affirmations"))
    # In the order they were written in: exports list them as they please.
    reading.texts.sort(key=lambda one: int(one.number))
    return known


def _read_votes(reading: Reading, text: str, known: Mapping[str, int]) -> None:
    ballots = reading.ballots
    voters: dict[str, int] = {}
    rows: list[tuple[int, int, int, int]] = []
    for line, row in table(text, ("voter-id", "comment-id", "vote"), VOTES):
        value = _VOTES.get(row["vote"].strip())
        voter = row["voter-id"].strip()[:40]
        subject = known.get(row["comment-id"].strip())
        if value is None or not voter:
            reading.say(line, _("Vote illisible : ligne laissée."))
            continue
        if subject is None:
            reading.say(line, _("Vote sur une affirmation absente : ligne laissée."))
            continue
        time = row.get("timestamp", "").strip()
        when = int(time) if time.isascii() and time.isdigit() and len(time) < 18 else 0
        rows.append((when, voters.setdefault(voter, len(voters)), subject, value))
        refuse_too_many(len(rows), MOST_VOTES, _("votes"))
    rows.sort(key=lambda one: one[0])
    ballots.voters = list(voters)
    for _when, voter_place, subject_place, value in rows:
        ballots.voter.append(voter_place)
        ballots.subject.append(subject_place)
        ballots.value.append(value)


def _moment(timestamp: str) -> datetime | None:
    """Milliseconds since 1970."""
    timestamp = timestamp.strip()
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) == 13):
        return None
    return datetime.fromtimestamp(int(timestamp) / 1000, tz=UTC)
