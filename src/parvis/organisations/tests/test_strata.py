"""The strata of the method page, at the edges of their classes."""

import pytest

from parvis.organisations.enums import EpciType, OrganisationKind, Stratum, WiderGroup
from parvis.organisations.models import Organisation
from parvis.organisations.strata import stratum_of, wider_group_of


@pytest.mark.parametrize(
    ("population", "stratum"),
    [
        (None, Stratum.COMMUNE_UNDER_2000),
        (0, Stratum.COMMUNE_UNDER_2000),
        (1_999, Stratum.COMMUNE_UNDER_2000),
        (2_000, Stratum.COMMUNE_2000),
        (9_999, Stratum.COMMUNE_2000),
        (10_000, Stratum.COMMUNE_10000),
        (19_999, Stratum.COMMUNE_10000),
        (20_000, Stratum.COMMUNE_20000),
        (49_999, Stratum.COMMUNE_20000),
        (50_000, Stratum.COMMUNE_50000),
        (99_999, Stratum.COMMUNE_50000),
        (100_000, Stratum.COMMUNE_100000),
        (2_103_778, Stratum.COMMUNE_100000),
    ],
)
def test_communes_by_population(population, stratum):
    commune = Organisation(kind=OrganisationKind.COMMUNE, population=population)
    assert stratum_of(commune) == stratum
    assert wider_group_of(stratum) == WiderGroup.COMMUNES


@pytest.mark.parametrize(
    ("epci_type", "stratum"),
    [
        (EpciType.COMMUNITY_OF_COMMUNES, Stratum.EPCI_CC),
        (EpciType.COMMUNITY_OF_AGGLOMERATION, Stratum.EPCI_CA),
        (EpciType.URBAN_COMMUNITY, Stratum.EPCI_CU_METRO),
        (EpciType.METROPOLIS, Stratum.EPCI_CU_METRO),
    ],
)
def test_epci_by_type_whatever_their_population(epci_type, stratum):
    for population in (3_000, 3_000_000):
        body = Organisation(kind=OrganisationKind.EPCI, epci_type=epci_type, population=population)
        assert stratum_of(body) == stratum
    assert wider_group_of(stratum) == WiderGroup.EPCI


@pytest.mark.parametrize("kind", [k for k in OrganisationKind if k not in ("commune", "epci")])
def test_every_other_kind_is_its_own_stratum_shown_with_all_bodies(kind):
    stratum = stratum_of(Organisation(kind=kind, population=1_000_000))
    assert stratum == Stratum(kind.value)
    assert wider_group_of(stratum) == WiderGroup.ALL
