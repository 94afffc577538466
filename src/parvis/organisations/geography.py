"""The official geography of a year, read from a file of `data/` or one of the same shape.

`data/README.md` gives the columns. A file that does not hold them is refused as a whole, before
anything is written.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.organisations.enums import EpciType, OrganisationKind

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ListedBody:
    """A body as the geography lists it; fields as in `Organisation`.

    `former_codes` are INSEE codes the commune took over, by merger or change of département.
    """

    kind: OrganisationKind
    name: str
    insee_code: str = ""
    siren: str | None = None
    epci_type: str = ""
    population: int | None = None
    departement_code: str = ""
    region_code: str = ""
    postal_codes: tuple[str, ...] = ()
    former_codes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What names the body from one year to the next: EPCI have no INSEE code."""
        return (self.kind.value, self.insee_code or self.siren or "")


@dataclass(frozen=True, slots=True)
class FormerCommune:
    """A commune déléguée or associée: once a commune, now part of the one at `seat`.

    `seat` is an INSEE code; when it is the former commune's own, the new commune took it over.
    """

    insee_code: str
    name: str
    departement_code: str
    region_code: str
    seat: str


@dataclass(frozen=True, slots=True)
class Geography:
    """All bodies of a year; `members` gives the INSEE codes of the communes of an EPCI by SIREN."""

    year: int
    source: str
    bodies: tuple[ListedBody, ...]
    former_communes: tuple[FormerCommune, ...]
    members: dict[str, tuple[str, ...]]


def shipped_years() -> list[int]:
    """Years whose geography comes with the software, oldest first."""
    return sorted(int(path.name[10:14]) for path in DATA.glob("directory-????.json.xz"))


def shipped_file(year: int) -> Path:
    """The file of a year that comes with the software; raise `Refusal` when there is none."""
    if year not in shipped_years():
        raise Refusal(
            _("L’annuaire de %(year)d n’est pas livré avec le logiciel, qui contient : %(years)s.")
            % {"year": year, "years": ", ".join(map(str, shipped_years()))},
            field="year",
        )
    return DATA / f"directory-{year}.json.xz"


def read_geography(path: Path) -> Geography:
    """Read a file, compressed (`.xz`) or not; raise `Refusal` when it is not a geography."""
    try:
        content = path.read_bytes()
        raw = json.loads(lzma.decompress(content) if path.suffix == ".xz" else content)
        return _geography(raw)
    except OSError as error:
        raise Refusal(
            _("Le fichier de l’annuaire ne peut pas être lu : %(reason)s.")
            % {"reason": error.strerror},
            field="file",
        ) from error
    except (lzma.LZMAError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Refusal(
            _("Ce fichier n’est pas un annuaire, ou il est abîmé : %(reason)s.")
            % {"reason": f"{type(error).__name__} {error}"},
            field="file",
        ) from error


def _geography(raw: dict[str, Any]) -> Geography:
    bodies = [
        ListedBody(OrganisationKind.REGION, name, code, population=people, region_code=code)
        for code, name, people in raw["regions"]
    ]
    bodies += [
        ListedBody(
            OrganisationKind.DEPARTEMENT,
            name,
            code,
            population=people,
            departement_code=code,
            region_code=region,
        )
        for code, name, region, people in raw["departements"]
    ]
    bodies += [
        ListedBody(
            OrganisationKind.OTHER,
            name,
            code,
            population=people,
            departement_code=code,
            region_code=code,
        )
        for code, name, people in raw["collectivities"]
    ]
    bodies += [
        ListedBody(
            OrganisationKind.COMMUNE,
            name,
            code,
            siren=siren,
            population=people,
            departement_code=departement,
            region_code=region,
            postal_codes=tuple(postal_codes),
            former_codes=tuple(former_codes),
        )
        for code, name, departement, region, siren, people, postal_codes, former_codes in raw[
            "communes"
        ]
    ]
    members: dict[str, tuple[str, ...]] = {}
    for siren, name, epci_type, departement, region, people, communes in raw["epci"]:
        members[siren] = tuple(communes)
        bodies.append(
            ListedBody(
                OrganisationKind.EPCI,
                name,
                siren=siren,
                epci_type=EpciType(epci_type).value,
                population=people,
                departement_code=departement,
                region_code=region,
            )
        )
    former = tuple(FormerCommune(*columns) for columns in raw["former_communes"])
    _check(bodies, former, members)
    return Geography(int(raw["year"]), str(raw["source"]), tuple(bodies), former, members)


def _check(
    bodies: list[ListedBody],
    former_communes: tuple[FormerCommune, ...],
    members: dict[str, tuple[str, ...]],
) -> None:
    keys = {body.key for body in bodies}
    communes = {code for kind, code in keys if kind == OrganisationKind.COMMUNE}
    if len(keys) != len(bodies):
        raise ValueError("a body is listed twice")
    if not {former.seat for former in former_communes} <= communes:
        raise ValueError("a former commune has an unknown seat")
    belonging = [code for codes in members.values() for code in codes]
    if not set(belonging) <= communes or len(set(belonging)) != len(belonging):
        raise ValueError("a member of an EPCI is unknown or listed twice")
