"""Acts on alerts at the same instant, on a server's database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.boards.closed_periods import close_periods
from parvis.feedback.enums import AlertKind, AlertState
from parvis.feedback.models import Alert, ClosedPeriod
from parvis.feedback.operations import alerts
from parvis.feedback.operations.drop_watch import watch_for_drop
from parvis.feedback.tests.counting import add_answers, days, fill_days
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.errors import Conflict
from parvis.foundation.models import OutgoingMail
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db(transaction=True)
DETAILS = {"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}}


@pytest.fixture(autouse=True)
def _server():
    needs_a_server()
    with scopes_disabled():
        yield


@pytest.fixture
def touchpoint():
    made = TouchpointFactory()
    MandateFactory(confirmed=True, organisation=made.organisation)
    return made


def test_two_that_see_the_same_open_one_alert_and_send_one_mail(touchpoint):
    def see():
        return alerts.open_alert(touchpoint=touchpoint, kind=AlertKind.MISUSE, details=DETAILS)

    assert at_once(see, see) is None
    assert Alert.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_two_people_close_once(touchpoint):
    alert = alerts.open_alert(touchpoint=touchpoint, kind=AlertKind.MISUSE, details=DETAILS)
    first, second = PersonFactory(), PersonFactory()
    raised = at_once(
        lambda: alerts.close(alert=alert, reason="Vu", by=first),
        lambda: alerts.close(alert=alert, reason="Vu aussi", by=second),
    )
    assert isinstance(raised, Conflict)
    alert.refresh_from_db()
    assert (alert.closed_by, alert.reason) == (first, "Vu")


def test_closing_a_drop_while_it_is_computed_does_not_block(touchpoint):
    """Each needs the watch and the alert: in another order, they would wait for each other."""
    start = date(2026, 6, 1)
    fill_days(touchpoint, days(start, 84), (2, 2, 8, 8))
    first = start + timedelta(days=84)
    watch_for_drop(touchpoint=touchpoint, today=first)
    fill_days(touchpoint, days(first, 14), (6, 4, 5, 5))
    alert = watch_for_drop(touchpoint=touchpoint, today=first + timedelta(days=14))
    person = PersonFactory()
    raised = at_once(
        lambda: watch_for_drop(touchpoint=touchpoint, today=first + timedelta(days=14)),
        lambda: alerts.close(alert=alert, reason="Vu", by=person),
    )
    assert raised is None
    assert Alert.objects.get().state == AlertState.CLOSED


def test_two_runs_cut_the_months_of_a_small_team_once():
    small = TouchpointFactory(staffing=2)
    for month in (3, 4, 5):
        add_answers(small, date(2026, month, 5), (0, 0, 20, 0))
    today = date(2026, 7, 1)
    assert (
        at_once(
            lambda: close_periods(touchpoint=small, today=today),
            lambda: close_periods(touchpoint=small, today=today),
        )
        is None
    )
    assert ClosedPeriod.objects.count() == 1
