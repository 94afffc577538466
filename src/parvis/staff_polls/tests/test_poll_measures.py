"""What a closed poll publishes on the one scale."""

from __future__ import annotations

import pytest
from django.utils import timezone

from parvis.measures.models import Measure
from parvis.staff_polls.measures import publish_measures
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.tests.releases import closed_poll, every_table, show
from parvis.staff_polls.tests.voting import open_poll, put

pytestmark = pytest.mark.django_db


def published() -> dict[tuple[str, str, str], int]:
    return {
        (row.stage, row.channel, row.determinant): round(row.estimate_percent)
        for row in Measure.objects.filter(source="staff_polls")
    }


def test_every_combination_of_scored_cards() -> None:
    poll = closed_poll()
    release = show(poll)

    assert publish_measures(poll=poll, release=release) == 11
    assert published() == {
        ("", "", ""): 52,  # (90 + 50 + 15) / 3; guesses and choices measure nothing
        ("access", "", ""): 90,
        ("", "visit", ""): 90,
        ("", "", "courtesy"): 90,
        ("access", "visit", ""): 90,
        ("access", "", "courtesy"): 90,
        ("", "visit", "courtesy"): 90,
        ("access", "visit", "courtesy"): 90,
        ("", "phone", ""): 15,
        ("", "", "waiting"): 15,
        ("", "phone", "waiting"): 15,
    }
    row = Measure.objects.get(stage="access", channel="", determinant="")
    assert row.lower_percent is not None
    assert row.upper_percent is not None
    assert row.lower_percent < 90 < row.upper_percent
    assert row.answers == 60
    assert (row.organisation_id, row.source_reference) == (poll.organisation_id, f"poll:{poll.pk}")
    assert row.period_start < row.period_end


def test_publishing_twice_leaves_one_of_each() -> None:
    poll = closed_poll()
    release = show(poll)
    publish_measures(poll=poll, release=release)
    publish_measures(poll=poll, release=release)

    assert Measure.objects.count() == 11


def test_card_that_is_not_shown_measures_nothing() -> None:
    poll = closed_poll()
    release = show(poll, {"attente": every_table()["attente"]})
    publish_measures(poll=poll, release=release)

    assert set(published()) == {
        ("", "", ""),
        ("", "phone", ""),
        ("", "", "waiting"),
        ("", "phone", "waiting"),
    }


def test_close_publishes() -> None:
    poll = open_poll(30)
    for number in range(20):
        put(poll, 1, {"fierte": number % 2})
    close(poll=poll, by=None)

    assert published()["access", "visit", "courtesy"] == 50
    (period,) = set(Measure.objects.values_list("period_start", "period_end"))
    assert period[0] <= timezone.localdate() <= period[1]
    assert not Measure.objects.exclude(organisation=poll.organisation_id).exists()


def test_close_of_a_poll_nobody_answered_publishes_nothing() -> None:
    close(poll=open_poll(12), by=None)

    assert published() == {}
