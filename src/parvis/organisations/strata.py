"""With whom a body is compared: its stratum, and what that is shown with when it is too small.

The classes are those of the method page: communes by population, EPCI by type, every other kind
together. A stratum with fewer than six participants is shown with the next wider group.
"""

from __future__ import annotations

from parvis.organisations.enums import EpciType, OrganisationKind, Stratum, WiderGroup
from parvis.organisations.models import Organisation

# Lowest population, in inhabitants, of each class of communes, largest first.
COMMUNE_CLASSES: tuple[tuple[int, Stratum], ...] = (
    (100_000, Stratum.COMMUNE_100000),
    (50_000, Stratum.COMMUNE_50000),
    (20_000, Stratum.COMMUNE_20000),
    (10_000, Stratum.COMMUNE_10000),
    (2_000, Stratum.COMMUNE_2000),
    (0, Stratum.COMMUNE_UNDER_2000),
)
EPCI_STRATA: dict[EpciType, Stratum] = {
    EpciType.COMMUNITY_OF_COMMUNES: Stratum.EPCI_CC,
    EpciType.COMMUNITY_OF_AGGLOMERATION: Stratum.EPCI_CA,
    EpciType.URBAN_COMMUNITY: Stratum.EPCI_CU_METRO,
    EpciType.METROPOLIS: Stratum.EPCI_CU_METRO,
}
_COMMUNES = frozenset(stratum for _floor, stratum in COMMUNE_CLASSES)
_EPCI = frozenset(EPCI_STRATA.values())


def stratum_of(organisation: Organisation) -> Stratum:
    """The comparison group of a body.

    A commune of unknown population counts as inhabited by nobody: the source has no figure for six
    communes without inhabitants only. An EPCI has its type from the official geography.
    """
    return stratum_for(
        OrganisationKind(organisation.kind), organisation.epci_type, organisation.population
    )


def stratum_for(kind: OrganisationKind, epci_type: str, population: int | None) -> Stratum:
    """`stratum_of` from the three columns it reads, where whole rows would be too much to load."""
    if kind == OrganisationKind.COMMUNE:
        people = population or 0
        return next(stratum for floor, stratum in COMMUNE_CLASSES if people >= floor)
    if kind == OrganisationKind.EPCI:
        return EPCI_STRATA[EpciType(epci_type)]
    return Stratum(kind.value)


def wider_group_of(stratum: Stratum) -> WiderGroup:
    """The group that a stratum with too few participants is shown with."""
    if stratum in _COMMUNES:
        return WiderGroup.COMMUNES
    if stratum in _EPCI:
        return WiderGroup.EPCI
    return WiderGroup.ALL
