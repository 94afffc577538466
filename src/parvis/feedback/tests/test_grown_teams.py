"""A team that grew does not open the days on which fewer than five people worked there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.exports.counts import stream_counts
from parvis.feedback.exports.rows import RowMaker, page_after
from parvis.feedback.models import Touchpoint
from parvis.feedback.operations.touchpoints import TouchpointContent, change_touchpoint
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.feedback.tests.sending import PlayedKiosk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def grown() -> Touchpoint:
    """Four agents until today, six now, with an answer of yesterday."""
    place = TouchpointFactory(staffing=4)
    kiosk = PlayedKiosk(KioskFactory(touchpoint=place), mono_ms=10 * 86_400_000)
    kiosk.send(kiosk.answer(3, age_ms=86_400_000))
    content = TouchpointContent(
        name=place.name,
        site=place.site,
        service=place.service,
        stage=place.stage,
        channel=place.channel,
        staffing=6,
        questionnaire=place.questionnaire,
        time_zone=place.time_zone,
    )
    by = PersonFactory()
    return change_touchpoint(touchpoint=place, content=content, by=by, revision=place.revision)


def test_the_past_of_a_grown_team_stays_closed(grown: Touchpoint) -> None:
    assert grown.staffing == 6
    today = timezone.now().astimezone(grown.zone).date()
    fresh = Touchpoint.objects.select_related("watch").get(pk=grown.pk)
    assert fresh.hides_day(today)
    assert fresh.hides_day((today - timedelta(days=1)).isoformat())
    assert not fresh.hides_day(today + timedelta(days=1))


def test_neither_its_answers_nor_its_days_leave(grown: Touchpoint) -> None:
    organisation = grown.organisation_id
    lines = page_after(organisation, None, before=timezone.now() + timedelta(hours=1), size=10)
    assert len(lines) == 1
    assert not RowMaker(organisation, tuple).may_leave(lines[0])
    assert len(list(stream_counts(organisation, "jour"))) == 1
    assert len(list(stream_counts(organisation, "mois"))) > 1


def test_a_team_always_large_hides_nothing() -> None:
    place = TouchpointFactory(staffing=5)
    kiosk = PlayedKiosk(KioskFactory(touchpoint=place))
    kiosk.send(kiosk.answer(3))
    organisation = place.organisation_id
    (line,) = page_after(organisation, None, before=timezone.now() + timedelta(hours=1), size=10)
    assert RowMaker(organisation, tuple).may_leave(line)
    assert len(list(stream_counts(organisation, "jour"))) > 1
