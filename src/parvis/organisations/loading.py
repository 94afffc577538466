"""Bring the directory to the official geography of a year, and keep what it was before.

A body keeps its row, hence all that refers to it, for ever: a new name leaves the old one in
`FormerName`, a body that is no longer listed is ended with its successor when the source tells,
a membership gets its last year. Loading the same year again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict
from parvis.journal.operations import record
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.geography import Geography, ListedBody
from parvis.organisations.models import FormerName, Membership, Organisation, PostalCode

# Columns the geography decides; the others of a row are left alone.
WRITTEN = (
    "name",
    "insee_code",
    "siren",
    "epci_type",
    "population",
    "departement_code",
    "region_code",
    "vintage",
    "ended_year",
    "successor_id",
    "search_name",
    "search_text",
)
BATCH = 2_000
COMMUNE = OrganisationKind.COMMUNE.value
EPCI = OrganisationKind.EPCI.value

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DirectoryChanges:
    """What a loading changed, in numbers of rows."""

    year: int
    created: int = 0
    updated: int = 0
    renamed: int = 0
    ended: int = 0
    memberships_begun: int = 0
    memberships_ended: int = 0

    def __bool__(self) -> bool:
        return any(number for name, number in asdict(self).items() if name != "year")


@transaction.atomic
def load(geography: Geography, *, by: Person | None) -> DirectoryChanges:
    """Bring the directory to `geography`; raise `Conflict` when a newer year is already loaded."""
    return _Loading(geography).run(by)


class _Loading:
    """One loading: the rows as they were, the rows as they will be, and the difference.

    Rows yet to be created have no number, so rows are known here by what names them: their kind
    and code (`_Key`).
    """

    def __init__(self, geography: Geography) -> None:
        self.geography = geography
        rows = list(
            Organisation.objects.real().filter(
                Q(kind__in=[COMMUNE, "departement", "region", EPCI]) | ~Q(insee_code="")
            )
        )
        newest = max((row.vintage or 0 for row in rows), default=0)
        if newest > geography.year:
            raise Conflict(
                _("L’annuaire de %(newest)d est déjà chargé : celui de %(year)d est plus ancien.")
                % {"newest": newest, "year": geography.year}
            )
        self.before = {row.pk: self._columns(row) for row in rows}
        self.rows: dict[_Key, Organisation] = {self._key(row): row for row in rows}
        self.by_siren = {(row.kind, row.siren): row for row in rows if row.siren and row.is_current}
        self.listed: set[_Key] = set()
        self.new_former_names: list[tuple[_Key, FormerName]] = []
        by_number = {row.pk: key for key, row in self.rows.items()}
        self.successors: dict[_Key, _Key] = {
            key: by_number[row.successor_id]
            for key, row in self.rows.items()
            if row.successor_id is not None
        }

    @staticmethod
    def _key(row: Organisation) -> _Key:
        return (row.kind, row.insee_code or row.siren or "")

    @staticmethod
    def _columns(row: Organisation) -> tuple[object, ...]:
        return tuple(getattr(row, column) for column in WRITTEN)

    def run(self, by: Person | None) -> DirectoryChanges:
        for body in self.geography.bodies:
            self._list(body)
        ended = self._end_unlisted()
        self._keep_former_communes()
        self._index()
        created, updated = self._write_bodies()
        FormerName.objects.bulk_create(
            [former for _key, former in self.new_former_names],
            ignore_conflicts=True,
            batch_size=BATCH,
        )
        self._replace_postal_codes()
        begun, finished = self._replace_memberships()
        changes = DirectoryChanges(
            year=self.geography.year,
            created=created,
            updated=updated,
            renamed=sum(former.until_year is not None for _key, former in self.new_former_names),
            ended=ended,
            memberships_begun=begun,
            memberships_ended=finished,
        )
        if changes:
            record(
                action="directory.loaded",
                actor_id=by.pk if by else None,
                source=self.geography.source,
                **asdict(changes),
            )
        return changes

    def _list(self, body: ListedBody) -> None:
        """Bring the row of a listed body up to date, or prepare a new one."""
        row = self.rows.get(body.key) or self._moved(body)
        if row is None:
            row = self.rows[body.key] = Organisation(kind=body.kind.value)
        elif row.name != body.name and (row.vintage or 0) < self.geography.year:
            former = FormerName(organisation=row, name=row.name, until_year=self.geography.year)
            self.new_former_names.append((body.key, former))
        row.name = body.name
        row.insee_code = body.insee_code
        # The source may lack a SIREN that somebody has filled in since.
        row.siren = body.siren or row.siren
        row.epci_type = body.epci_type
        row.population = body.population
        row.departement_code = body.departement_code
        row.region_code = body.region_code
        row.vintage = self.geography.year
        row.ended_year = None
        row.successor = None
        self.successors.pop(body.key, None)
        self.listed.add(body.key)

    def _moved(self, body: ListedBody) -> Organisation | None:
        """The row of a commune that changed code (another département) but not SIREN."""
        row = self.by_siren.get((body.kind.value, body.siren)) if body.siren else None
        if row is not None:
            del self.rows[self._key(row)]
            self.rows[body.key] = row
        return row

    def _end_unlisted(self) -> int:
        """End the bodies of an earlier year that this one no longer lists."""
        heirs = self._heirs()
        ended = 0
        for key, row in self.rows.items():
            if key in self.listed or row.vintage is None or not row.is_current:
                continue
            row.ended_year = self.geography.year
            if key in heirs:
                self.successors[key] = heirs[key]
            ended += 1
        return ended

    def _heirs(self) -> dict[_Key, _Key]:
        """Who took over from whom: by the codes a commune took over, by the members of an EPCI."""
        heirs: dict[_Key, _Key] = {
            (COMMUNE, code): body.key
            for body in self.geography.bodies
            for code in body.former_codes
        }
        group_of = {
            code: (EPCI, siren) for siren, codes in self.geography.members.items() for code in codes
        }
        joined: dict[_Key, set[_Key | None]] = defaultdict(set)
        for siren, code in Membership.objects.filter(
            until_year__isnull=True, epci__is_simulated=False
        ).values_list("epci__siren", "commune__insee_code"):
            # A commune merged this very year is followed through the one that took it over.
            heir = heirs.get((COMMUNE, code))
            joined[(EPCI, siren or "")].add(group_of.get(code if heir is None else heir[1]))
        for key, groups in joined.items():
            # An EPCI split among several, or some of whose communes left all EPCI, has no heir.
            only = next(iter(groups)) if len(groups) == 1 else None
            if only is not None:
                heirs[key] = only
        return heirs

    def _keep_former_communes(self) -> None:
        """Keep the communes of before: ended rows, or former names where the code lives on."""
        for former in self.geography.former_communes:
            key = (COMMUNE, former.insee_code)
            if key in self.listed:
                alive = self.rows[key]
                if alive.name != former.name:
                    name = FormerName(organisation=alive, name=former.name)
                    self.new_former_names.append((key, name))
                continue
            if key not in self.rows:
                self.rows[key] = Organisation(
                    kind=COMMUNE,
                    name=former.name,
                    insee_code=former.insee_code,
                    departement_code=former.departement_code,
                    region_code=former.region_code,
                )
            self.successors[key] = (COMMUNE, former.seat)

    def _index(self) -> None:
        """Let each current body be found by all the names and codes that lead to it."""
        names: dict[_Key, set[str]] = defaultdict(set)
        codes: dict[_Key, set[str]] = defaultdict(set)
        by_number = {row.pk: key for key, row in self.rows.items() if row.pk is not None}
        for number, name in FormerName.objects.filter(
            organisation__in=Organisation.objects.real()
        ).values_list("organisation_id", "name"):
            if number in by_number:
                names[by_number[number]].add(name)
        for key, former in self.new_former_names:
            names[key].add(former.name)
        for body in self.geography.bodies:
            codes[body.key].update(body.postal_codes, body.former_codes)
        for key in self.successors:
            row, heir, seen = self.rows[key], key, {key}
            while heir in self.successors and self.successors[heir] not in seen:
                heir = self.successors[heir]
                seen.add(heir)
            names[heir].update({row.name}, names[key])
            codes[heir].update({row.insee_code, row.siren or ""})
        for key, row in self.rows.items():
            # Sorted, so that the order in which years were loaded leaves no trace.
            row.index_for_search(also_called=sorted(names[key]), codes=sorted(codes[key]))

    def _write_bodies(self) -> tuple[int, int]:
        """Create and update rows, the listed ones first: they are the successors of others."""
        new = {key: row for key, row in self.rows.items() if row.pk is None}
        self._create({key: row for key, row in new.items() if key in self.listed})
        for key, successor in self.successors.items():
            self.rows[key].successor = self.rows[successor]
        self._create({key: row for key, row in new.items() if key not in self.listed})
        changed = [
            row
            for row in self.rows.values()
            if row.pk in self.before and self.before[row.pk] != self._columns(row)
        ]
        # An upsert by number is one statement a batch; bulk_update would be a CASE a row.
        Organisation.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[column.removesuffix("_id") for column in WRITTEN],
            batch_size=BATCH,
        )
        return len(new), len(changed)

    def _create(self, rows: dict[_Key, Organisation]) -> None:
        columns = ("kind", "is_simulated", *WRITTEN)
        values = [tuple(getattr(row, column) for column in columns) for row in rows.values()]
        _insert(Organisation, columns, values)
        for number, kind, insee_code, siren in Organisation.objects.real().values_list(
            "pk", "kind", "insee_code", "siren"
        ):
            row = rows.get((kind, insee_code or siren or ""))
            if row is not None:
                row.pk = number
                row._state.adding = False

    def _replace_postal_codes(self) -> None:
        wanted = {
            (self.rows[body.key].pk, code)
            for body in self.geography.bodies
            for code in body.postal_codes
        }
        concerned = {self.rows[key].pk for key in self.listed}
        present = {
            (organisation, code): number
            for number, organisation, code in PostalCode.objects.filter(
                organisation__is_simulated=False, organisation__kind=COMMUNE
            ).values_list("pk", "organisation_id", "code")
        }
        gone = [
            number
            for (organisation, code), number in present.items()
            if organisation in concerned and (organisation, code) not in wanted
        ]
        for start in range(0, len(gone), BATCH):
            PostalCode.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        _insert(PostalCode, ("organisation_id", "code"), sorted(wanted - present.keys()))

    def _replace_memberships(self) -> tuple[int, int]:
        year = self.geography.year
        wanted = {
            (self.rows[(EPCI, siren)].pk, self.rows[(COMMUNE, code)].pk)
            for siren, codes in self.geography.members.items()
            for code in codes
        }
        present = {
            (epci, commune): number
            for number, epci, commune in Membership.objects.filter(
                until_year__isnull=True, epci__is_simulated=False
            ).values_list("pk", "epci_id", "commune_id")
        }
        finished = [number for pair, number in present.items() if pair not in wanted]
        for start in range(0, len(finished), BATCH):
            Membership.objects.filter(pk__in=finished[start : start + BATCH]).update(
                until_year=year
            )
        begun = sorted(wanted - present.keys())
        _insert(
            Membership,
            ("epci_id", "commune_id", "since_year"),
            [(epci, commune, year) for epci, commune in begun],
        )
        return len(begun), len(finished)


def _insert(model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert tens of thousands of rows three times as fast as through model instances."""
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # noqa: S608
