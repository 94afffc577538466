"""The calendar of a consultation: what is past, under way and to come, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from parvis.consultations.calendar import When, place_in_words, steps_of
from parvis.consultations.enums import ConsultationState, PhaseKind
from parvis.consultations.models import Consultation
from parvis.consultations.tests.factories import ConsultationFactory, PhaseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

NOW = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def six() -> Consultation:
    consultation: Consultation = ConsultationFactory.create(opened=True)
    kinds = (
        (PhaseKind.STRUCTURING, -30, -20),
        (PhaseKind.IDEAS, -20, -10),
        (PhaseKind.ADMISSIBILITY, -10, 0),
        (PhaseKind.BUDGET, 0, 10),
        (PhaseKind.DELIVERY, 10, 300),
        (PhaseKind.EVALUATION, 300, 330),
    )
    for kind, opens, closes in kinds:
        PhaseFactory.create(
            consultation=consultation,
            kind=kind,
            opens_at=NOW + opens * DAY,
            closes_at=NOW + closes * DAY,
        )
    return consultation


def test_the_six_phases_stand_where_the_clock_says(six: Consultation):
    steps = steps_of(six, now=NOW)
    assert [step.when for step in steps] == [When.PAST] * 3 + [When.PRESENT] + [When.TO_COME] * 2
    assert steps[0].dates == "du 8 février 2027 au 18 février 2027"
    assert steps[3].dates == "jusqu’au 20 mars 2027 à 13 h 00"
    assert place_in_words(steps[3].phase, steps).startswith("Étape 4 sur 6, en cours, jusqu’au")


def test_a_second_before_its_end_a_phase_is_under_way(six: Consultation):
    end = NOW + 10 * DAY
    assert steps_of(six, now=end - timedelta(seconds=1))[3].when is When.PRESENT
    assert steps_of(six, now=end)[3].when is When.PAST


def test_nothing_is_under_way_once_the_consultation_is_closed(six: Consultation):
    six.state = ConsultationState.CLOSED
    assert {step.when for step in steps_of(six, now=NOW)} == {When.PAST}


def test_each_step_is_a_link_said_in_words(six: Consultation):
    steps = steps_of(six, now=NOW)
    html = render_to_string(
        "consultations/public/_calendar.html",
        {"steps": steps, "consultation": six, "current": steps[3].phase},
    )
    assert html.count("<a ") == 5
    assert html.count('aria-current="page"') == 1
    assert html.count("terminée") == 3
    assert html.count("à venir") == 2
