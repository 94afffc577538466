"""The local roll of a consultation: read from a file line by line, kept as keyed hashes alone.

What is right is kept at once; what is not comes back with its line and its reason, to be corrected.
Sending the same file again adds nobody twice. The file itself is never stored.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations import keys
from parvis.consultations.enums import Proof
from parvis.consultations.models import Consultation, Participant, RollEntry
from parvis.consultations.operations.holding import hold_enterable
from parvis.consultations.operations.verifying import RollHashes
from parvis.consultations.roll_names import (
    FIRST_YEAR,
    folded_family,
    folded_given,
    folded_number,
    read_day,
)
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.organisations.search_words import words_of

MOST_LINES = 100_000
MOST_BYTES = 15_000_000
# A page shows no more of them; the file is corrected and sent again.
MOST_REPORTED = 200
_MOST_CHARACTERS = 300
_ROWS = 2_000
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")

_COLUMNS = {
    "family": ("nom", "nom naissance", "nom famille", "nom patronymique", "naissance nom"),
    "usage": ("nom usage", "nom epouse", "nom marital", "usage nom"),
    "given": ("prenom", "prenoms"),
    "born": ("date naissance", "naissance", "ne", "nee", "ne e", "date"),
    "number": ("numero", "numero liste", "no", "n", "numero electeur", "numero ordre", "ordre"),
}
_SMALL_WORDS = frozenset({"de", "d", "du", "la", "le", "l", "sur", "s"})


@dataclass(frozen=True, slots=True)
class RollLine:
    """A line of the file, as written; `number` is its place in it, from 1."""

    number: int
    family: str
    given: str
    born: str
    usage: str = ""
    roll_number: str = ""


@dataclass(frozen=True, slots=True)
class LineReport:
    number: int
    # The names on the line, for whoever corrects it.
    names: str
    reason: str


@dataclass(slots=True)
class RollReport:
    """What became of the lines of a file."""

    added: int = 0
    # Were on the roll already.
    already: int = 0
    # The same person twice in the file: taken once.
    repeated: int = 0
    # People of the file whom only their number tells from others.
    homonyms: int = 0
    refused: int = 0
    # The first of those refused.
    refusals: list[LineReport] = field(default_factory=list)


def import_roll(*, consultation: Consultation, content: bytes, by: Person) -> RollReport:
    """Add the people of a CSV file; raise `Refusal` where the file as a whole cannot be read.

    Columns are found by their headings: nom (de naissance), nom d’usage, prénoms, date de
    naissance, numéro. The number is asked of homonyms only.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(_("Ce fichier dépasse 15 Mo : envoyez-le en plusieurs."), field="file")
    lines = list(read_roll(content))
    if not lines:
        raise Refusal(_("Ce fichier ne contient aucune ligne sous ses titres."), field="file")
    # Before the transaction: a key without a consultation is harmless, the reverse is not.
    keys.make(consultation)
    with transaction.atomic():
        held = hold_enterable(consultation)
        reading = _Reading(held)
        for line in lines:
            reading.take(line)
        RollEntry.objects.bulk_create(reading.sorted_rows(), batch_size=_ROWS)
        report = reading.report
        record(
            action="consultation.roll_imported",
            actor_id=by.pk,
            subject=held,
            organisation_id=held.organisation_id,
            added=report.added,
            refused=report.refused,
        )
    return report


@transaction.atomic
def remove_roll(*, consultation: Consultation, by: Person) -> int:
    """Take people off the roll, but those who took part: they stay who they are.

    Sent again otherwise written, with another number, they would be somebody else and vote twice.
    """
    held = hold_enterable(consultation)
    entered = Participant.objects.filter(consultation=held, proof=Proof.ROLL)
    removed, _models = (
        RollEntry.objects.filter(consultation=held)
        .exclude(numbered_identity__in=entered.values("identity"))
        .delete()
    )
    if removed:
        record(
            action="consultation.roll_removed",
            actor_id=by.pk,
            subject=held,
            organisation_id=held.organisation_id,
            removed=removed,
        )
    return removed


def read_roll(content: bytes) -> Iterator[RollLine]:
    """The lines of a file, whatever wrote it; raise `Refusal` where its columns are not found."""
    text = _decoded(content).replace("\x00", "")
    heading = text.split("\n", 1)[0]
    separator = max((";", "\t", ","), key=heading.count)
    csv.field_size_limit(MOST_BYTES)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        places = _places(next(rows, []))
        for count, cells in enumerate(rows, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if count > MOST_LINES:
                raise Refusal(
                    _("Ce fichier dépasse %(most)d lignes : envoyez-le en plusieurs.")
                    % {"most": MOST_LINES},
                    field="file",
                )
            yield _line(rows.line_num, cells, places)
    except csv.Error as error:
        raise Refusal(
            _("La ligne %(line)d de ce fichier n’est pas lisible : est-ce bien un CSV ?")
            % {"line": rows.line_num},
            field="file",
        ) from error


def _line(number: int, cells: Sequence[str], places: dict[str, int]) -> RollLine:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return " ".join(cells[place].split()) if place < len(cells) else ""

    return RollLine(
        number, cell("family"), cell("given"), cell("born"), cell("usage"), cell("number")
    )


def _places(headings: Sequence[str]) -> dict[str, int]:
    """Where each column is."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        words = " ".join(word for word in words_of(heading) if word not in _SMALL_WORDS)
        for name, known in _COLUMNS.items():
            if words in known:
                places.setdefault(name, place)
    missing = [
        label
        for name, label in (
            ("family", _("nom")),
            ("given", _("prénoms")),
            ("born", _("date de naissance")),
        )
        if name not in places
    ]
    if missing:
        raise Refusal(
            _(
                "La première ligne nomme les colonnes : il y manque %(columns)s. Attendu : nom ; "
                "prénoms ; date de naissance ; numéro."
            )
            % {"columns": ", ".join(missing)},
            field="file",
        )
    return places


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


class _Reading:
    """The roll as it is, and as the lines change it."""

    def __init__(self, consultation: Consultation) -> None:
        self.consultation = consultation
        self.hashes = RollHashes(consultation)
        self.rows: list[RollEntry] = []
        self.report = RollReport()
        # (family, first names) → the numbered identities of those who share them.
        self.alike: dict[tuple[str, str], set[str]] = {}
        known = RollEntry.objects.filter(consultation=consultation).values_list(
            "identity", "given", "numbered_identity"
        )
        self.known: set[str] = set()
        for identity, given, numbered in known.iterator():
            self.known.add(numbered)
            self.alike.setdefault((identity, "".join(given)), set()).add(numbered)
        self.made: set[str] = set()

    def take(self, line: RollLine) -> None:
        try:
            self._take(line)
        except Refusal as refusal:
            self.report.refused += 1
            if len(self.report.refusals) < MOST_REPORTED:
                names = f"{line.family} {line.given}".strip()[:80]
                self.report.refusals.append(LineReport(line.number, names, refusal.message))

    def _take(self, line: RollLine) -> None:
        born_on = self._checked(line)
        family = self.hashes.family(line.family, born_on)
        given = sorted(self.hashes.given(family, line.given))
        person = self.hashes.person(family, given, line.roll_number)
        if person in self.made:
            self.report.repeated += 1
            return
        if person in self.known:
            self.report.already += 1
            return
        alike = self.alike.setdefault((family, "".join(given)), set())
        if alike:
            without_number = self.hashes.person(family, given, "")
            if not folded_number(line.roll_number) or without_number in alike:
                raise Refusal(
                    _(
                        "Une autre personne porte ces noms et est née ce jour-là : donnez à "
                        "chacune son numéro, ou retirez la liste et renvoyez-la."
                    )
                )
            self.report.homonyms += 1
        alike.add(person)
        self.made.add(person)
        usage = self.hashes.family(line.usage, born_on) if folded_family(line.usage) else ""
        self.rows.append(
            RollEntry(
                organisation_id=self.consultation.organisation_id,
                consultation=self.consultation,
                identity=family,
                usage_identity="" if usage == family else usage,
                given=given,
                numbered_identity=person,
            )
        )
        self.report.added += 1

    def sorted_rows(self) -> list[RollEntry]:
        """In the order of their hashes: a row does not tell its line in the file."""
        return sorted(self.rows, key=lambda row: row.numbered_identity)

    def _checked(self, line: RollLine) -> date:
        if any(
            len(text) > _MOST_CHARACTERS
            for text in (line.family, line.given, line.usage, line.born, line.roll_number)
        ):
            raise Refusal(_("Cette ligne est trop longue pour être celle d’une personne."))
        if not folded_family(line.family):
            raise Refusal(_("Le nom manque, ou n’est pas en lettres latines."))
        if not folded_given(line.given):
            raise Refusal(_("Les prénoms manquent, ou ne sont pas en lettres latines."))
        born_on = read_day(line.born)
        if born_on is None:
            raise Refusal(
                _(
                    "« %(day)s » n’est pas une date de naissance : jour/mois/année, à partir de "
                    "%(first)d."
                )
                % {"day": line.born[:20], "first": FIRST_YEAR}
            )
        return born_on
