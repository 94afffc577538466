"""Months of feedback on the one scale: known means, what is too little to be said, late answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from parvis.feedback import bulk
from parvis.feedback.bulk import NOT_ANSWERED, Source, Visits, load
from parvis.feedback.enums import Exclusion
from parvis.feedback.measures import publish_month, publish_past_months
from parvis.feedback.models import MonthCount, Touchpoint
from parvis.feedback.operations.questionnaires import publish as publish_questionnaire
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    the_version,
)
from parvis.measures.models import Measure
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import Channel, JourneyStage

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)
Key = tuple[str, str, str]


def place(organisation: Organisation, **changes: object) -> Touchpoint:
    return TouchpointFactory(organisation=organisation, **changes)


def give(
    touchpoint: Touchpoint,
    smileys: Sequence[int],
    *,
    day: date = date(2026, 3, 10),
    others: dict[str, Sequence[int]] | None = None,
    exclusion: Exclusion = Exclusion.NONE,
) -> None:
    """Visits of one morning to a new kiosk of the touchpoint."""
    n = len(smileys)
    begin = bulk.microseconds(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    moments = begin + np.arange(n) * 30_000_000
    kiosk = KioskFactory(touchpoint=touchpoint)
    load(
        [
            Visits(
                source=Source(kiosk, the_version(touchpoint.questionnaire)),
                occurred_us=moments,
                received_us=moments,
                smiley=np.array(smileys),
                others={name: np.array(values) for name, values in (others or {}).items()},
                exclusion=np.full(n, int(exclusion)),
                language=np.full(n, "fr"),
                first_sequence=1,
            )
        ],
        np.random.default_rng(kiosk.pk),
    )


def published(month: str = "2026-03") -> dict[Key, Measure]:
    return {
        (row.stage, row.channel, row.determinant): row
        for row in Measure.objects.filter(source="feedback", source_reference=f"period:{month}")
    }


def test_the_mean_of_the_smileys_by_stage_and_channel():
    body = OrganisationFactory()
    desk = place(body, stage=JourneyStage.HANDLING, channel=Channel.VISIT)
    site = place(body, stage=JourneyStage.ACCESS, channel=Channel.WEBSITE)
    give(desk, [0] * 10 + [1] * 10 + [2] * 10 + [3] * 10)
    give(site, [3] * 30)
    assert publish_month(MARCH) == 5
    found = published()
    assert {key: (round(row.estimate_percent, 2), row.answers) for key, row in found.items()} == {
        ("", "", ""): (round((40 * 50 + 30 * 100) / 70, 2), 70),
        ("handling", "", ""): (50, 40),
        ("access", "", ""): (100, 30),
        ("", "visit", ""): (50, 40),
        ("", "website", ""): (100, 30),
    }
    everything = found[("", "", "")]
    assert everything.organisation == body
    assert (everything.period_start, everything.period_end) == (MARCH, date(2026, 3, 31))
    assert everything.lower_percent is not None
    assert everything.lower_percent < everything.estimate_percent < everything.upper_percent


def test_a_touchpoint_without_stage_enters_no_stage():
    give(place(OrganisationFactory(), stage=""), [2] * 30)
    publish_month(MARCH)
    assert set(published()) == {("", "", ""), ("", "visit", "")}


def test_what_was_set_apart_does_not_count():
    desk = place(OrganisationFactory(), stage="")
    give(desk, [3] * 30)
    give(desk, [0] * 50, exclusion=Exclusion.BURST)
    publish_month(MARCH)
    assert published()[("", "", "")].estimate_percent == 100
    assert published()[("", "", "")].answers == 30


@pytest.mark.parametrize(("answers", "measures"), [(29, 0), (30, 2)])
def test_below_thirty_answers_nothing_is_said(answers, measures):
    give(place(OrganisationFactory(), stage=""), [3] * answers)
    publish_month(MARCH)
    assert len(published()) == measures


def test_few_agents_with_few_answers_show_in_no_difference():
    """All less the large desk would be the small one: it enters neither."""
    body = OrganisationFactory()
    large = place(body, stage=JourneyStage.ACCESS, staffing=9)
    small = place(body, stage=JourneyStage.HANDLING, staffing=4)
    give(large, [3] * 40)
    give(small, [0] * 29)
    publish_month(MARCH)
    assert published()[("", "", "")].answers == published()[("access", "", "")].answers == 40
    assert published()[("", "", "")].estimate_percent == 100
    # One more answer and the period is long enough to be shown.
    give(small, [0])
    publish_month(MARCH)
    assert published()[("", "", "")].answers == 70
    assert published()[("handling", "", "")].estimate_percent == 0


def test_a_reason_says_how_those_who_ticked_it_felt():
    desk = place(OrganisationFactory(), stage="")
    # Waiting is the option 0 of the proposed questionnaire, courtesy the option 1.
    give(
        desk,
        [0] * 20 + [2] * 20 + [3] * 20,
        others={"reasons": [0b01] * 20 + [0b11] * 20 + [0b10] * 10 + [NOT_ANSWERED] * 10},
    )
    publish_month(MARCH)
    waiting, courtesy = published()[("", "", "waiting")], published()[("", "", "courtesy")]
    assert waiting.answers == 40
    assert waiting.estimate_percent == pytest.approx(20 * (200 / 3) / 40)
    assert courtesy.answers == 30
    assert courtesy.estimate_percent == pytest.approx((20 * (200 / 3) + 10 * 100) / 30)


def test_a_question_about_a_determinant_prevails_over_reasons():
    questionnaire = QuestionnaireFactory(published=False)
    questionnaire.draft["steps"][2] = {
        "key": "wait",
        "kind": "scale",
        "determinant": "waiting",
        "text": {"fr": "L’attente ?", "en": "Waiting?"},
        "low": {"fr": "Longue", "en": "Long"},
        "high": {"fr": "Courte", "en": "Short"},
    }
    questionnaire.save()
    publish_questionnaire(questionnaire=questionnaire, by=None)
    desk = place(questionnaire.organisation, questionnaire=questionnaire, stage="")
    give(desk, [0] * 40, others={"reasons": [0b01] * 40, "wait": [8] * 40})
    publish_month(MARCH)
    assert published()[("", "", "waiting")].estimate_percent == 80
    assert published()[("", "", "waiting")].answers == 40


def test_two_options_of_one_determinant_make_one_answer():
    questionnaire = QuestionnaireFactory(published=False)
    for option in questionnaire.draft["steps"][1]["options"][:2]:
        option["determinant"] = "waiting"
    questionnaire.save()
    publish_questionnaire(questionnaire=questionnaire, by=None)
    desk = place(questionnaire.organisation, questionnaire=questionnaire, stage="")
    give(desk, [1] * 35, others={"reasons": [0b11] * 35})
    publish_month(MARCH)
    assert published()[("", "", "waiting")].answers == 35


def test_months_that_are_over_are_published_once_and_again_when_late_answers_come():
    desk = place(OrganisationFactory(), stage="")
    give(desk, [3] * 30, day=date(2026, 1, 12))
    give(desk, [2] * 40, day=date(2026, 3, 12))
    give(desk, [1] * 50, day=date(2026, 4, 2))
    assert publish_past_months(today=date(2026, 4, 20)) == 2
    references = set(Measure.objects.values_list("source_reference", flat=True))
    assert references == {"period:2026-01", "period:2026-03"}
    written = set(Measure.objects.values_list("pk", flat=True))
    # Again, it finds everything as it should be.
    assert publish_past_months(today=date(2026, 4, 20)) == 0
    assert set(Measure.objects.values_list("pk", flat=True)) == written
    # A kiosk comes back with answers of January.
    give(desk, [0] * 30, day=date(2026, 1, 13))
    assert publish_past_months(today=date(2026, 4, 20)) == 1
    assert published("2026-01")[("", "", "")].estimate_percent == 50
    # In May, April is over.
    assert publish_past_months(today=date(2026, 5, 1)) == 1
    assert published("2026-04")[("", "", "")].answers == 50


def test_a_month_whose_answers_were_all_set_apart_is_taken_back():
    desk = place(OrganisationFactory(), stage="")
    give(desk, [3] * 30)
    publish_month(MARCH)
    desk.staffing = 2
    desk.save()
    assert publish_month(MARCH) is None
    give(desk, [3] * 30, day=date(2026, 2, 3))
    Measure.objects.filter(source_reference="period:2026-02").delete()
    MonthCount.objects.filter(month=MARCH).update(exclusion=Exclusion.MANUAL)
    assert publish_month(MARCH) == 0
    assert published() == {}


def test_each_organisation_has_its_own(django_assert_max_num_queries):
    bodies = [OrganisationFactory() for _ in range(3)]
    for level, body in enumerate(bodies):
        give(place(body, stage=""), [level] * 30)
    with django_assert_max_num_queries(16):
        publish_month(MARCH)
    means = dict(
        Measure.objects.filter(channel="").values_list("organisation_id", "estimate_percent")
    )
    assert [round(means[body.pk], 1) for body in bodies] == [0, 33.3, 66.7]


def test_nothing_counted_nothing_published():
    assert publish_past_months(today=date(2026, 4, 20)) == 0
