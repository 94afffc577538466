"""The pre-electoral period of article L52-1 of the Electoral code."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from parvis.editions.embargo import embargo_on, embargo_period, embargoes_on
from parvis.editions.models import Election
from parvis.editions.tests.factories import EditionFactory, ElectionFactory
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.tests.factories import OrganisationFactory


@pytest.mark.parametrize(
    ("first_round", "begins"),
    [
        # Municipal elections of March 2026 and 2020: the period began on 1 September.
        (date(2026, 3, 15), date(2025, 9, 1)),
        (date(2020, 3, 15), date(2019, 9, 1)),
        # Départements and régions, June 2021: 1 December 2020.
        (date(2021, 6, 20), date(2020, 12, 1)),
        (date(2027, 12, 31), date(2027, 6, 1)),
        (date(2027, 7, 1), date(2027, 1, 1)),
    ],
)
def test_it_begins_on_the_first_day_of_the_sixth_month_before(
    first_round: date, begins: date
) -> None:
    last_round = first_round + timedelta(days=7)
    election = Election(first_round_on=first_round, last_round_on=last_round)
    assert embargo_period(election) == (begins, last_round)


@pytest.mark.django_db
class TestWhom:
    def test_bounds_are_included_and_nothing_beyond(self) -> None:
        edition = EditionFactory()
        election = ElectionFactory(
            edition=edition, first_round_on=date(2026, 3, 15), last_round_on=date(2026, 3, 22)
        )
        inside = [date(2025, 9, 1), date(2026, 3, 15), date(2026, 3, 22)]
        outside = [date(2025, 8, 31), date(2026, 3, 23)]
        assert [embargo_on(edition, "commune", day) for day in inside] == [election] * 3
        assert [embargo_on(edition, "commune", day) for day in outside] == [None] * 2

    def test_a_kind_does_not_concern_the_others(self) -> None:
        edition = EditionFactory()
        ElectionFactory(
            edition=edition,
            first_round_on=date(2026, 3, 15),
            organisation_kind=OrganisationKind.COMMUNE,
        )
        day = date(2026, 1, 1)
        assert embargo_on(edition, OrganisationFactory(), day) is not None
        assert embargo_on(edition, OrganisationFactory(departement=True), day) is None
        assert embargo_on(edition, OrganisationKind.HOSPITAL, day) is None

    def test_a_partial_election_concerns_one_body_not_its_kind(self) -> None:
        edition = EditionFactory()
        body, neighbour = OrganisationFactory.create_batch(2)
        ElectionFactory(edition=edition, first_round_on=date(2026, 3, 15), organisation=body)
        day = date(2026, 1, 1)
        assert embargo_on(edition, body, day) is not None
        assert embargo_on(edition, neighbour, day) is None
        assert embargo_on(edition, OrganisationKind.COMMUNE, day) is None
        assert len(embargoes_on(edition, day)) == 1

    def test_many_bodies_cost_no_more_queries_than_one(self, django_assert_num_queries) -> None:
        edition = EditionFactory()
        ElectionFactory(edition=edition, first_round_on=date(2026, 3, 15))
        bodies = OrganisationFactory.create_batch(5)
        edition = type(edition).objects.prefetch_related("elections").get(pk=edition.pk)
        with django_assert_num_queries(0):
            for body in bodies:
                embargo_on(edition, body, date(2026, 1, 1))
