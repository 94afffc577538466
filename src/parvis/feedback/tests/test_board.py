"""The board: what it says of known counts, to whom, and what it never lets be subtracted."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import sign_in
from parvis.feedback.enums import Exclusion
from parvis.feedback.tests.counting import add_answers, add_reasons, days
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.organisations.tests.factories import MandateFactory, SiteFactory

pytestmark = pytest.mark.django_db
BOARD = reverse("feedback:board")


@pytest.fixture
def touchpoint():
    return TouchpointFactory(name="Accueil central")


@pytest.fixture
def coordinator(client, touchpoint):
    mandate = MandateFactory(confirmed=True, organisation=touchpoint.organisation)
    return sign_in(client, mandate.person)


def today():
    return timezone.localdate()


def page(client, **query):
    response = client.get(BOARD, query)
    assert response.status_code == 200
    return response


def test_an_empty_board_teaches(client):
    mandate = MandateFactory(confirmed=True)
    text = page(sign_in(client, mandate.person)).content.decode()
    assert "Pas encore de point d’écoute" in text


@pytest.mark.parametrize(
    "name", ["board", "alerts", "wall_links", "comments", "ideas", "exports", "webhooks"]
)
def test_no_two_tabs_of_a_page_bear_the_same_name(client, name):
    mandate = MandateFactory(confirmed=True)
    text = sign_in(client, mandate.person).get(reverse(f"feedback:{name}")).content.decode()
    rows = re.findall(r'<ul class="tabs">(.*?)</ul>', text, flags=re.S)
    names = [
        re.sub(r"<[^>]*>", "", tab).strip() for tab in re.findall(r"<a .*?</a>", "".join(rows))
    ]
    assert len(rows) == 2
    assert len(names) == len(set(names))


def test_figures_of_known_counts(coordinator, touchpoint):
    for day in days(today() - timedelta(days=9), 10):
        add_answers(touchpoint, day, (1, 1, 3, 5))
        add_answers(touchpoint, day, (2, 0, 0, 0), exclusion=Exclusion.BURST)
    board = page(coordinator).context["board"]
    assert (board.totals.counted, board.totals.raw) == (100, 120)
    assert board.figures.share == pytest.approx(0.8)
    assert board.figures.net == pytest.approx(60.0)
    # Wilson, 80 of 100.
    assert board.figures.share_lower == pytest.approx(0.7112, abs=1e-4)
    assert board.figures.share_upper == pytest.approx(0.8666, abs=1e-4)
    assert board.figures.mean == pytest.approx((100 / 3 + 200 + 500) / 10)
    assert board.exclusions == [("Rafale d’appuis", 20)]
    assert "100 avis" in board.certain[0]


def test_whole_months_and_edges_are_read_once_each(coordinator, touchpoint, settings):
    """A period from the middle of one month to the middle of another, three months later."""
    inside = [date(2026, 3, 15), date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31)]
    inside.append(date(2026, 6, 10))
    for day in (*inside, date(2026, 3, 14), date(2026, 6, 11)):
        add_answers(touchpoint, day, (0, 0, 0, 1))
    response = page(coordinator, du="2026-03-15", au="2026-06-10")
    board = response.context["board"]
    assert board.totals.counted == len(inside)
    by_day = [row for row in board.trend.table.rows if row[2] != "0"]
    assert [row[0] for row in by_day] == ["15/03", "31/03", "01/04", "31/05", "10/06"]
    assert page(coordinator, du="2026-03-01", au="2026-06-30").context["board"].totals.counted == 7
    by_month = page(coordinator, du="2026-02-15", au="2026-06-10").context["board"]
    rows = {row[0]: row[2] for row in by_month.trend.table.rows}
    assert rows["mars 2026"] == "3"
    assert rows["juin 2026"] == "1"


def test_the_week_is_read_hour_by_hour(coordinator, touchpoint):
    for week in range(4):
        monday = date(2026, 6, 1) + timedelta(weeks=week)
        add_answers(touchpoint, monday, (9, 1, 0, 0), hour=9)
        add_answers(touchpoint, monday + timedelta(days=3), (0, 0, 5, 20), hour=14)
    response = page(coordinator, du="2026-06-01", au="2026-06-30")
    heat = response.context["board"].heat
    assert heat.table.headers[1] == "lundi"
    rows = {row[0]: row[1:] for row in heat.table.rows}
    assert rows["9 h"][0].startswith("0 (40)")
    assert rows["14 h"][3].startswith("100 (100)")
    assert heat.title == "Moins satisfaisant que le reste\u00a0: lundi à 9 h"


def test_reasons_compare_the_dissatisfied_with_the_satisfied(coordinator, touchpoint):
    add_answers(touchpoint, today(), (10, 0, 0, 40))
    add_reasons(touchpoint, today(), 0, {0: 8, 1: 2}, respondents=10)
    add_reasons(touchpoint, today(), 3, {0: 4, 1: 30}, respondents=40)
    (chart,) = page(coordinator).context["board"].reasons
    assert chart.table.rows[0] == ("L’attente", "80", "49–94", "10")
    assert (
        chart.title == "Ce qui pèse le plus quand on est mécontent\u00a0: «\u00a0L’attente\u00a0»"
    )


def test_a_touchpoint_out_of_the_ordinary_is_named(coordinator, touchpoint):
    body = touchpoint.organisation
    others = [TouchpointFactory(organisation=body, name=f"Annexe {n}") for n in range(5)]
    for index, other in enumerate(others):
        add_answers(other, today(), (10 + index, 10, 100, 80))
    add_answers(touchpoint, today(), (90, 50, 40, 20))
    board = page(coordinator).context["board"]
    assert board.comparison.title == "En dessous de l’attendu\u00a0: Accueil central"


def test_four_touchpoints_are_not_ranked(coordinator, touchpoint):
    for n in range(3):
        other = TouchpointFactory(organisation=touchpoint.organisation)
        add_answers(other, today(), (0, 0, n, 100))
    add_answers(touchpoint, today(), (90, 0, 0, 10))
    board = page(coordinator).context["board"]
    assert "Position" not in board.comparison.table.headers
    assert "Cinq points d’écoute au moins" in board.comparison.title


def test_filters_are_in_the_address(coordinator, touchpoint):
    site = SiteFactory(organisation=touchpoint.organisation)
    other = TouchpointFactory(organisation=touchpoint.organisation, site=site, service="Urbanisme")
    add_answers(touchpoint, today(), (0, 0, 0, 3))
    add_answers(other, today(), (0, 0, 0, 5))
    for query in ({"lieu": site.pk}, {"service": "Urbanisme"}, {"point": other.pk}):
        assert page(coordinator, **query).context["board"].totals.counted == 5
    assert page(coordinator).context["board"].totals.counted == 8


@pytest.mark.parametrize(
    "query",
    [
        {"lieu": "99999"},
        {"point": "x"},
        {"service": "\x00"},
        {"periode": "siècle"},
        {"du": "2026-02-31"},
        {"du": "2026-05-01", "au": "2026-04-01"},
        {"du": "0001-01-01"},
        {"au": "9999-12-31", "du": "9999-12-01"},
        {"du": "hier"},
    ],
)
def test_bad_parameters_leave_a_page(coordinator, query):
    page(coordinator, **query)


def test_another_body_s_touchpoint_is_unknown(coordinator, touchpoint):
    other = TouchpointFactory(name="Ailleurs")
    add_answers(other, today(), (0, 0, 0, 9))
    response = page(coordinator, point=other.pk)
    assert response.context["board"].totals.raw == 0
    assert "valeur inconnue" in response.content.decode()
    assert "Ailleurs" not in response.content.decode()


def test_the_number_of_queries_does_not_grow(
    coordinator, touchpoint, django_assert_max_num_queries
):
    for _n in range(8):
        other = TouchpointFactory(organisation=touchpoint.organisation)
        KioskFactory(touchpoint=other)
        add_answers(other, today(), (1, 2, 3, 4))
    with django_assert_max_num_queries(32):
        page(coordinator, periode="24m")


def test_the_live_fragment_tells_today(coordinator, touchpoint):
    add_answers(touchpoint, today() - timedelta(days=1), (0, 0, 0, 50))
    add_answers(touchpoint, today(), (0, 0, 0, 4))
    KioskFactory(touchpoint=touchpoint, last_seen_at=timezone.now())
    text = coordinator.get(reverse("feedback:board_live")).content.decode()
    assert "Aujourd’hui\u00a0: 4 avis" in text
    assert "1 borne en ligne sur 1" in text


def test_kiosks_tell_their_health(coordinator, touchpoint):
    KioskFactory(
        touchpoint=touchpoint,
        last_seen_at=timezone.now() - timedelta(hours=2),
        queue_length=612,
        storage_left_bytes=12_000_000,
        clock_offset_ms=-2 * 3600 * 1000,
        missing_sequences=[[4, 6], [9, 9]],
    )
    (line,) = page(coordinator).context["board"].kiosks
    assert (line.state, line.queue, line.missing) == ("Hors ligne", "612", "4")
    assert (line.clock, line.room) == ("en avance de 2 heures", "12\u00a0Mo")
    assert len(line.to_mend) == 3
