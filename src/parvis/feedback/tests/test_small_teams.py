"""Where fewer than five people work: what is shown, and that no subtraction leads to less."""

from __future__ import annotations

import itertools
import json
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import sign_in
from parvis.feedback.boards.closed_periods import close_periods, shown_periods
from parvis.feedback.boards.periods import Period
from parvis.feedback.enums import AlertKind, Exclusion
from parvis.feedback.models import Alert, ClosedPeriod, HourCount, MonthCount, TouchpointWatch
from parvis.feedback.operations.drop_watch import watch_for_drop
from parvis.feedback.tests.counting import add_answers, days, fill_days
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.organisations.tests.factories import MandateFactory, SiteFactory

pytestmark = pytest.mark.django_db
BOARD = reverse("feedback:board")
TODAY = date(2026, 11, 26)


@pytest.fixture
def small():
    return TouchpointFactory(name="Guichet unique", staffing=2)


def close(touchpoint, today=TODAY):
    with scopes_disabled():
        return close_periods(touchpoint=touchpoint, today=today)


def shown(touchpoint):
    with scopes_disabled():
        rows = ClosedPeriod.objects.filter(touchpoint=touchpoint)
        return [(row.first_month, row.last_month, row.levels) for row in rows]


def test_months_are_put_together_until_they_hold_thirty_answers(small):
    for month, answers in ((3, 12), (4, 17), (5, 1), (6, 45), (7, 29)):
        add_answers(small, date(2026, month, 10), (0, 0, answers, 0))
    assert close(small) == 2
    assert shown(small) == [
        (date(2026, 3, 1), date(2026, 5, 1), [0, 0, 30, 0]),
        (date(2026, 6, 1), date(2026, 6, 1), [0, 0, 45, 0]),
    ]
    assert close(small) == 0


def test_a_month_is_shown_a_week_after_its_end(small):
    add_answers(small, date(2026, 10, 31), (0, 0, 40, 0))
    assert close(small, date(2026, 11, 7)) == 0
    assert close(small, date(2026, 11, 8)) == 1


def test_late_and_excluded_answers_do_not_move_what_was_shown(small):
    add_answers(small, date(2026, 6, 10), (5, 5, 10, 20))
    close(small)
    before = shown(small)
    add_answers(small, date(2026, 6, 11), (29, 0, 0, 0))
    assert close(small) == 0
    assert shown(small) == before
    add_answers(small, date(2026, 6, 12), (1, 0, 0, 0))
    assert close(small) == 1
    assert shown(small) == [(date(2026, 6, 1), date(2026, 6, 1), [35, 5, 10, 20])]


def test_thirty_changes_of_both_signs_are_not_thirty_of_one(small):
    """Fifteen answers come, fifteen go: each half would be readable in the difference."""
    add_answers(small, date(2026, 6, 10), (20, 5, 10, 20))
    close(small)
    before = shown(small)
    with scopes_disabled():
        MonthCount.objects.filter(touchpoint=small, answer=0).update(answers=5)
        MonthCount.objects.filter(touchpoint=small, answer=3).update(answers=35)
    assert close(small) == 0
    assert shown(small) == before


def test_whatever_period_is_asked_for_none_is_cut(small):
    for month in range(1, 11):
        add_answers(small, date(2026, month, 5), (1, 2, 3, 4 + 3 * month))
    close(small)
    whole = {(period[0], tuple(period[2])) for period in shown(small)}
    starts = [date(2026, month, day) for month in range(1, 11) for day in (1, 5, 6, 20)]
    for first, last in itertools.combinations(starts, 2):
        with scopes_disabled():
            periods = shown_periods([small], Period(first, last))[small.pk]
        assert {(p.first, tuple(p.totals.levels)) for p in periods} <= whole


# --- The attack: every board a coordinator can ask for, and the differences between any two -------


@pytest.fixture
def coordinator(client, small):
    mandate = MandateFactory(confirmed=True, organisation=small.organisation)
    return sign_in(client, mandate.person)


def sums_shown(client, **query):
    """Every count the page gives away: totals, drawn tables, periods of small teams."""
    response = client.get(BOARD, query)
    assert response.status_code == 200
    return response.context["board"], response.content.decode()


@pytest.fixture
def still_clock(monkeypatch):
    """Pages say the time they were made at, and which days are the last seven."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.usefixtures("still_clock")
def test_no_board_nor_difference_of_boards_moves_with_a_small_team(coordinator, small):
    """Two worlds that differ by one week of the small team's answers give the same pages."""
    body = small.organisation
    site = SiteFactory(organisation=body)
    for name in ("Un", "Deux"):
        large = TouchpointFactory(organisation=body, name=name, site=site, service="Accueil")
        for day in days(timezone.localdate() - timedelta(days=20), 21):
            add_answers(large, day, (1, 2, 3, 4))
    small.site, small.service = site, "Accueil"
    small.save()
    add_answers(small, date(2026, 6, 10), (5, 5, 10, 20))
    close(small)
    queries = [
        {},
        {"lieu": site.pk},
        {"service": "Accueil"},
        {"point": small.pk},
        {"periode": "7j"},
        {"periode": "24m"},
        {"du": "2026-06-01", "au": "2026-06-30"},
        {"du": "2026-06-10", "au": "2026-06-10"},
    ]
    pages = [reverse("feedback:board_live"), reverse("feedback:wall"), reverse("feedback:alerts")]

    def world():
        boards = [visible_text(coordinator.get(BOARD, query)) for query in queries]
        lives = [
            visible_text(coordinator.get(url, query)) for url in pages for query in queries[:4]
        ]
        return boards + lives

    before = world()
    for day in days(timezone.localdate() - timedelta(days=6), 7):
        add_answers(small, day, (9, 0, 0, 0), hour=15)
        add_answers(small, day, (3, 0, 0, 0), exclusion=Exclusion.BURST)
    add_answers(small, date(2026, 6, 10), (7, 0, 0, 0))
    close(small, timezone.localdate())
    assert world() == before


def visible_text(response):
    """The page but for what changes from one request to the next."""
    assert response.status_code == 200
    return re.sub(
        r"csrfmiddlewaretoken\" value=\"\w+\"|X-CSRFToken\": \"\w+\"", "", response.content.decode()
    )


def test_a_small_team_is_in_no_sum_with_others(coordinator, small):
    large = TouchpointFactory(organisation=small.organisation)
    add_answers(small, date(2026, 6, 10), (40, 0, 0, 0))
    add_answers(large, date(2026, 6, 10), (0, 0, 0, 7))
    close(small)
    board, text = sums_shown(coordinator, du="2026-06-01", au="2026-06-30")
    assert board.totals.levels == [0, 0, 0, 7]
    (line,) = board.by_period
    assert line.periods[0][2].answers == 40
    assert "Petites équipes" in text


def test_alone_it_has_no_hour_no_day_no_place_among_others(coordinator, small):
    for day in days(date(2026, 6, 1), 28):
        add_answers(small, day, (1, 2, 3, 4))
    close(small)
    board, text = sums_shown(coordinator, point=small.pk, du="2026-06-01", au="2026-06-30")
    assert board.trend is board.heat is board.comparison is board.figures is None
    assert board.reasons == ()
    assert "Du 1er juin 2026 au 30 juin 2026".lower() in text.lower()


def test_below_thirty_it_says_not_yet(coordinator, small):
    add_answers(small, date(2026, 6, 10), (9, 9, 9, 2))
    close(small)
    _board, text = sums_shown(coordinator, periode="12m")
    assert "Pas encore 30 avis" in text
    assert "29" not in json.dumps(re.findall(r">\s*(\d+)\s*<", text))


def test_no_drop_alert_however_deep_the_drop(small):
    for day in days(TODAY - timedelta(days=120), 120):
        bad = 15 if day > TODAY - timedelta(days=20) else 1
        fill_days(small, [day], (bad, 0, 0, 10))
    with scopes_disabled():
        assert watch_for_drop(touchpoint=small, today=TODAY) is None
        assert watch_for_drop(touchpoint=small, today=TODAY + timedelta(days=30)) is None
        assert not Alert.objects.filter(kind=AlertKind.DROP).exists()


def test_a_drop_alert_is_hidden_once_the_team_is_small(coordinator, small):
    with scopes_disabled():
        alert = Alert.objects.create(
            organisation=small.organisation,
            touchpoint=small,
            kind=AlertKind.DROP,
            details={
                "day": "2026-06-20",
                "since": "2026-06-12",
                "dissatisfied": 17,
                "answers": 23,
                "usual_share": 0.2,
                "alarms_a_year": 1,
            },
        )
    text = coordinator.get(reverse("feedback:alert", args=[alert.pk])).content.decode()
    assert "mécontents" not in text
    assert "12 juin" not in text
    assert "ne se montrent plus" in text


def test_a_team_that_grows_does_not_open_the_days_before(coordinator, small):
    """Declaring a fifth agent the time of a look shows nothing of the days before."""
    today = timezone.localdate()
    for day in days(today - timedelta(days=20), 21):
        add_answers(small, day, (3, 2, 5, 20))
    close(small, today)
    small.staffing = 6
    small.save()
    for query in ({}, {"periode": "7j"}, {"point": small.pk}, {"du": today.isoformat()}):
        board, text = sums_shown(coordinator, **query)
        assert board.figures is None
        assert "s’est agrandie" in text
    assert "trente avis" in coordinator.get(reverse("feedback:wall")).content.decode()
    with scopes_disabled():
        assert watch_for_drop(touchpoint=small, today=today) is None
        TouchpointWatch.objects.update(few_agents_on=today - timedelta(days=8))
    board, _text = sums_shown(coordinator, periode="7j")
    assert board.totals.counted == 7 * 30


def test_hours_exist_in_the_counts_all_the_same(small):
    """The test of the attack would prove nothing if nothing were there to leak."""
    add_answers(small, date(2026, 6, 10), (1, 0, 0, 0), hour=15)
    with scopes_disabled():
        assert HourCount.objects.filter(touchpoint=small, hour=15).exists()
