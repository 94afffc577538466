"""What agents see, milestone by milestone; never more than is shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from parvis.measures.models import Measure
from parvis.staff_polls.gauge import gauge_of
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.results.reveal import Reveal, read_reveal, reveal
from parvis.staff_polls.tests.factories import every_kind
from parvis.staff_polls.tests.releases import closed_poll, group, running_poll, say, show

pytestmark = pytest.mark.django_db


def with_measure(poll: StaffPoll, source: str) -> None:
    Measure.objects.create(
        organisation_id=poll.organisation_id,
        source=source,
        source_reference="run:1",
        channel="phone",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 1, 31),
        estimate_percent=83.0,
        lower_percent=80.0,
        upper_percent=86.0,
        answers=40,
    )


def read(poll: StaffPoll) -> Reveal:
    found = read_reveal(poll)
    assert found is not None
    return found


def shown(poll: StaffPoll) -> str:
    return render_to_string("staff_polls/_reveal.html", {"reveal": read(poll)})


def test_nothing_before_the_first_release() -> None:
    poll = running_poll()

    assert reveal(poll) is None
    assert render_to_string("staff_polls/_reveal.html", {"reveal": None}).strip() == ""


@pytest.mark.parametrize(("source", "opened_by"), [("feedback", 2), ("mystery_audits", 3)])
def test_real_figure_waits_for_its_milestone(source: str, opened_by: int) -> None:
    document = every_kind()
    (card,) = [card for card in document["cards"] if card["kind"] == "guess"]
    card["source"] = source
    poll = running_poll(document=document)
    with_measure(poll, source)
    for number in (1, 2, 3):
        show(poll, number=number, is_final=False)
        text = shown(poll)
        assert ("8,3 sur 10" in text) == (number >= opened_by)
        assert ("La vraie réponse se dévoile à" in text) == (number < opened_by)


def test_close_opens_everything_but_hidden_sentences_and_groups() -> None:
    poll = closed_poll()
    with_measure(poll, "mystery_audits")
    table = {"fierte": {"answers": 20, "shares": [[[15, 0], [75, 0], [10, -1]]]}}
    show(poll, groups=[group(1, table), group(2, {})])
    (hidden,) = say(poll, "Une phrase qui blesse")
    say(poll, "Ouvrir plus tôt <b>")
    hidden.is_hidden = True
    hidden.save()
    text = shown(poll)

    assert "8,3 sur 10" in text
    assert "Ouvrir plus tôt &lt;b&gt;" in text
    assert "Une phrase qui blesse" not in text
    assert "Service 1" not in text


def test_it_is_read_once_for_all(django_assert_max_num_queries: object) -> None:
    cache.clear()
    poll = closed_poll()
    show(poll)
    first = reveal(poll)

    with django_assert_max_num_queries(1):  # type: ignore[operator]
        assert reveal(poll) == first


def test_page_of_agents_shows_it(client: Client) -> None:
    cache.clear()
    poll = closed_poll()
    show(poll)
    text = client.get(reverse("staff_polls:reveal", args=[poll.code])).content.decode()

    assert "Ce qui tient" in text
    assert text.count("<h1") == 1


@pytest.mark.parametrize(
    ("source", "place", "words"), [("feedback", 1, "usagers"), ("mystery_audits", 2, "mystère")]
)
def test_gauge_promises_the_real_figure_where_it_opens(source: str, place: int, words: str) -> None:
    document = every_kind()
    (card,) = [card for card in document["cards"] if card["kind"] == "guess"]
    card["source"] = source
    texts = [reward.text for reward in gauge_of(running_poll(document=document)).rewards]

    assert [words in text for text in texts] == [rank == place for rank in range(3)]
