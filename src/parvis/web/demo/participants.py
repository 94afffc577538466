"""Who takes part in the demonstration: how many bodies of each kind, and of what size.

Sizes are those of real bodies of the same stratum, drawn from the directory and blurred by some
percent so that none can be recognised. A département code is kept from the body the size came from:
it gives the public holidays and the time zone, Alsace-Moselle and overseas included, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from parvis.organisations.enums import EpciType, OrganisationKind, Stratum
from parvis.organisations.models import Organisation
from parvis.web.demo.names import NameMaker, known_names

# Share of each stratum among participants, in percent. Of the 175 participants of edition 6, 40
# were general-interest bodies, 23 % (domain.md §3); the split inside is a choice.
SHARES: Mapping[Stratum, float] = {
    Stratum.COMMUNE_UNDER_2000: 4,
    Stratum.COMMUNE_2000: 16,
    Stratum.COMMUNE_10000: 13,
    Stratum.COMMUNE_20000: 14,
    Stratum.COMMUNE_50000: 7,
    Stratum.COMMUNE_100000: 4,
    Stratum.EPCI_CC: 5,
    Stratum.EPCI_CA: 5,
    Stratum.EPCI_CU_METRO: 2,
    Stratum.DEPARTEMENT: 6,
    Stratum.REGION: 1,
    Stratum.CCAS: 6,
    Stratum.HOSPITAL: 6,
    Stratum.SOCIAL_LANDLORD: 4,
    Stratum.FUND: 4,
    Stratum.STATE_SERVICE: 3,
}
FEWEST = 16
MOST = 1_000

_COMMUNE_BOUNDS = {
    Stratum.COMMUNE_UNDER_2000: (200, 1_999),
    Stratum.COMMUNE_2000: (2_000, 9_999),
    Stratum.COMMUNE_10000: (10_000, 19_999),
    Stratum.COMMUNE_20000: (20_000, 49_999),
    Stratum.COMMUNE_50000: (50_000, 99_999),
    Stratum.COMMUNE_100000: (100_000, 10_000_000),
}
_EPCI_TYPES = {
    Stratum.EPCI_CC: (EpciType.COMMUNITY_OF_COMMUNES,),
    Stratum.EPCI_CA: (EpciType.COMMUNITY_OF_AGGLOMERATION,),
    Stratum.EPCI_CU_METRO: (EpciType.URBAN_COMMUNITY, EpciType.METROPOLIS),
}
_KINDS = {
    Stratum.DEPARTEMENT: OrganisationKind.DEPARTEMENT,
    Stratum.REGION: OrganisationKind.REGION,
    Stratum.CCAS: OrganisationKind.CCAS,
    Stratum.HOSPITAL: OrganisationKind.HOSPITAL,
    Stratum.SOCIAL_LANDLORD: OrganisationKind.SOCIAL_LANDLORD,
    Stratum.FUND: OrganisationKind.FUND,
    Stratum.STATE_SERVICE: OrganisationKind.STATE_SERVICE,
}
# Largest relative change of a size taken from a real body.
_BLUR = 0.04


@dataclass(frozen=True, slots=True)
class _Model:
    """What is taken from a real body."""

    population: int
    departement_code: str
    region_code: str
    epci_type: str


def participants(rng: np.random.Generator, *, count: int) -> list[Organisation]:
    """Draw `count` bodies, FEWEST to MOST, not saved yet, in a random order.

    Raises ValueError outside these bounds; reads the directory, which must be loaded.
    """
    if not FEWEST <= count <= MOST:
        raise ValueError(f"a demonstration has {FEWEST} to {MOST} organisations")
    names = NameMaker(rng, known_names())
    models = _models()
    strata = [stratum for stratum, number in _split(count).items() for _ in range(number)]
    return [_body(rng, names, models, strata[int(index)]) for index in rng.permutation(count)]


def _split(count: int) -> dict[Stratum, int]:
    """Whole numbers in the proportions of `SHARES`, by largest remainders."""
    exact = {stratum: count * share / sum(SHARES.values()) for stratum, share in SHARES.items()}
    numbers = {stratum: int(value) for stratum, value in exact.items()}
    by_remainder = sorted(exact, key=lambda stratum: numbers[stratum] - exact[stratum])
    for stratum in by_remainder[: count - sum(numbers.values())]:
        numbers[stratum] += 1
    return numbers


def _models() -> dict[Stratum, Sequence[_Model]]:
    """Real bodies to take sizes from; other kinds than communes and EPCI follow the communes."""
    found: dict[Stratum, list[_Model]] = {stratum: [] for stratum in Stratum}
    rows = (
        Organisation.objects.real()
        .current()
        .filter(kind__in=["commune", "epci", "departement", "region"])
        .order_by("kind", "insee_code", "siren")
        .values_list("kind", "epci_type", "population", "departement_code", "region_code")
    )
    for kind, epci_type, population, departement_code, region_code in rows:
        if population is None:
            continue
        for stratum in _strata_of(kind, epci_type, population):
            found[stratum].append(_Model(population, departement_code, region_code, epci_type))
    for stratum in _KINDS:
        if not found[stratum]:
            found[stratum] = found[Stratum.COMMUNE_20000]
    return {stratum: models for stratum, models in found.items() if models}


def _strata_of(kind: str, epci_type: str, population: int) -> list[Stratum]:
    if kind == OrganisationKind.COMMUNE:
        bounds = _COMMUNE_BOUNDS.items()
        return [stratum for stratum, (low, high) in bounds if low <= population <= high]
    if kind == OrganisationKind.EPCI:
        return [stratum for stratum, types in _EPCI_TYPES.items() if epci_type in types]
    return [Stratum(kind)]


def _body(
    rng: np.random.Generator,
    names: NameMaker,
    models: Mapping[Stratum, Sequence[_Model]],
    stratum: Stratum,
) -> Organisation:
    model = models[stratum][int(rng.integers(len(models[stratum])))]
    size = round(model.population * (1 + _BLUR * (2 * rng.random() - 1)))
    low, high = _COMMUNE_BOUNDS.get(stratum, (1, 100_000_000))
    # A fictitious département is in none of the real ones, nor is a region.
    is_placed = stratum not in (Stratum.DEPARTEMENT, Stratum.REGION)
    kind = _KINDS.get(
        stratum, OrganisationKind.COMMUNE if stratum in _COMMUNE_BOUNDS else OrganisationKind.EPCI
    )
    has_population = kind in ("commune", "epci", "departement", "region")
    epci_type = model.epci_type if kind == OrganisationKind.EPCI else ""
    return Organisation(
        kind=kind,
        name=names.epci(epci_type) if epci_type else getattr(names, kind)(),
        epci_type=epci_type,
        population=min(max(size, low), high) if has_population else None,
        departement_code=model.departement_code if is_placed else "",
        region_code=model.region_code if is_placed else "",
        is_simulated=True,
    )
