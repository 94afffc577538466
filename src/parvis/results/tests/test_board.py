"""What other rooms see of results: the board's card, the locked rules, the kinds of strata."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.locks import Section, locks_of
from parvis.editions.models import Edition
from parvis.editions.operations import rules_of, update_edition
from parvis.foundation.errors import Conflict
from parvis.organisations.enums import OrganisationKind, Stratum
from parvis.results.board_card import results_card
from parvis.results.models import Publication
from parvis.results.operations import launch_run, publish
from parvis.results.permissions import kind_of
from parvis.results.tests.factories import FIRST_DAY, small_barometer

OPERATOR = Hat(key="o", kind=RoleKind.OPERATOR, person_id=1, label="Opérateur")


@pytest.mark.django_db
def test_board_follows_from_run_to_publication() -> None:
    barometer = small_barometer(organisations=2, waves=2)
    edition = barometer.edition

    def step() -> str:
        card = results_card(edition, OPERATOR)
        assert card is not None
        return card.next_step.label if card.next_step else ""

    assert step() == "Lancer un calcul"
    runs = [launch_run(edition=edition, wave=scope, by=None) for scope in (*barometer.waves, None)]
    assert step() == "Vérifier et publier"
    for run in runs:
        publish(run=run, by=None)
    assert step() == ""


@pytest.mark.django_db
def test_board_dates_a_publication_by_the_clock_of_the_edition() -> None:
    edition = small_barometer(organisations=2).publish().edition
    # Half past midnight in Paris is still the day before in UTC.
    Publication.objects.update(published_at=datetime(2026, 11, 25, 23, 30, tzinfo=UTC))
    card = results_card(edition, OPERATOR)
    assert card is not None
    assert "26/11/2026" in card.lines[0].value


@pytest.mark.django_db
def test_board_is_silent_until_a_wave_is_closed() -> None:
    barometer = small_barometer(organisations=1)
    barometer.edition.waves.update(state="open", closed_at=None)
    assert results_card(barometer.edition, OPERATOR) is None


@pytest.mark.django_db
def test_publication_settles_the_rules() -> None:
    barometer = small_barometer(organisations=2)
    settled = {Section.GRID, Section.WEIGHTS, Section.THRESHOLDS, Section.TIME_ZONE}
    barometer.publish()
    assert settled <= set(locks_of(barometer.edition))


@pytest.mark.django_db
def test_the_thresholds_of_published_means_do_not_even_rise() -> None:
    """With other thresholds another publication would choose other groups: the difference of the
    two tables would be the mean of whoever stands in one group and not in the other."""
    opening = datetime.combine(FIRST_DAY - timedelta(days=60), time(), tzinfo=UTC)
    barometer = small_barometer(organisations=2, registration_opens_at=opening)
    barometer.publish()
    edition = Edition.objects.get(pk=barometer.edition.pk)
    for field in ("minimum_peers", "minimum_quartile_peers"):
        with pytest.raises(Conflict, match="publiés") as conflict:
            update_edition(
                edition=edition,
                rules=replace(rules_of(edition), **{field: 20}),
                revision=edition.revision,
                by=PersonFactory(),
            )
        assert conflict.value.field == field


def test_every_stratum_has_a_kind() -> None:
    assert {kind_of(stratum) for stratum in Stratum} == {kind.value for kind in OrganisationKind}
