"""Alerts: a drop, a silent kiosk, a burst of misuse; who is told, and what is done about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.feedback.alert_wording import alert_sentences
from parvis.feedback.enums import AlertKind, AlertState, Exclusion
from parvis.feedback.models import Alert, TouchpointWatch
from parvis.feedback.operations import alerts as operations
from parvis.feedback.operations import drop_watch
from parvis.feedback.operations.drop_watch import watch_for_drop
from parvis.feedback.operations.kiosk_watch import (
    expected_hours,
    usual_hours,
    watch_for_misuse,
    watch_for_silence,
)
from parvis.feedback.tasks import boards as tasks
from parvis.feedback.tests.counting import add_answers, days, fill_days
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import OutgoingMail
from parvis.organisations.tests.factories import MandateFactory
from parvis.statistics.cusum import false_alarm_threshold

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
# A Monday.
START = date(2026, 6, 1)


@pytest.fixture
def touchpoint():
    return TouchpointFactory(name="Accueil central")


@pytest.fixture
def mandate(touchpoint):
    return MandateFactory(confirmed=True, organisation=touchpoint.organisation)


@pytest.fixture
def coordinator(client, mandate):
    return sign_in(client, mandate.person)


def usual(touchpoint, first, count, levels=(2, 2, 8, 8)):
    """Twenty answers each open day, a fifth of them dissatisfied, without any luck in it."""
    fill_days(touchpoint, [day for day in days(first, count) if day.weekday() < 5], levels)


def watch(touchpoint, today):
    with scopes_disabled():
        return watch_for_drop(touchpoint=touchpoint, today=today)


def learned(touchpoint):
    """Twelve ordinary weeks, then the first day of the watch."""
    usual(touchpoint, START, 84)
    first = START + timedelta(days=84)
    assert watch(touchpoint, first) is None
    return first


# --- Drops ---------------------------------------------------------------------------------------


def test_the_reference_is_learned_from_twelve_weeks(touchpoint):
    first = learned(touchpoint)
    with scopes_disabled():
        found = TouchpointWatch.objects.get(touchpoint=touchpoint)
    assert found.reference_share == pytest.approx(0.2, abs=0.001)
    assert found.reference_answers == 60 * 20
    assert found.reference_active_share == pytest.approx(5 / 7)
    assert (found.watched_from, found.reference_dispersion) == (first, 1.0)
    assert found.threshold > 0


def test_nothing_is_watched_before_there_is_enough_to_learn_from(touchpoint):
    usual(touchpoint, START, 11)
    assert watch(touchpoint, START + timedelta(days=84)) is None
    with scopes_disabled():
        assert TouchpointWatch.objects.get(touchpoint=touchpoint).reference_share is None


def test_ordinary_weeks_ring_nothing(touchpoint):
    first = learned(touchpoint)
    usual(touchpoint, first, 56)
    assert watch(touchpoint, first + timedelta(days=56)) is None
    with scopes_disabled():
        found = TouchpointWatch.objects.get(touchpoint=touchpoint)
    assert found.computed_until == first + timedelta(days=55)
    assert found.last_sum == 0


def test_a_doubled_discontent_rings_within_two_weeks(touchpoint, mandate):
    first = learned(touchpoint)
    usual(touchpoint, first, 14)
    dropped = first + timedelta(days=14)
    usual(touchpoint, dropped, 14, levels=(5, 3, 6, 6))
    rung = [n for n in range(1, 15) if watch(touchpoint, dropped + timedelta(days=n))]
    assert len(rung) == 1
    assert rung[0] <= 9
    with scopes_disabled():
        alert = Alert.objects.select_related("touchpoint").get()
    assert alert.details["since"] == dropped.isoformat()
    assert alert.details["dissatisfied"] / alert.details["answers"] == pytest.approx(0.4)
    said = " ".join(alert_sentences(alert))
    assert "au plus une fausse alerte par an" in said
    assert "40\u00a0% des avis sont mécontents" in said
    (mail,) = OutgoingMail.objects.all()
    assert mail.to == mandate.person.email
    assert mail.subject == "Baisse de satisfaction : Accueil central"
    assert "au plus une fausse alerte par an" in mail.body
    assert "http" not in mail.body, "nothing tells the address of this installation"
    assert "ouvrez dans Parvis" in mail.body


def test_the_mail_of_an_alert_leads_to_it(settings, touchpoint, mandate):
    settings.PUBLIC_ADDRESS = "https://barometre.exemple.fr"
    add_answers(touchpoint, START, (60, 0, 0, 10), exclusion=Exclusion.BURST)
    with scopes_disabled():
        alert = watch_for_misuse(touchpoint=touchpoint, today=START)
    link = f"https://barometre.exemple.fr{reverse('feedback:alert', args=[alert.pk])}"
    mail = OutgoingMail.objects.get()
    assert link in mail.body.split()
    assert "ouvrez dans Parvis" not in mail.body


@pytest.fixture
def thresholds(monkeypatch):
    """What is done while a threshold is computed; appended to by each test."""
    done = []
    computed = drop_watch.false_alarm_threshold

    def threshold(*given, **named):
        for act in done:
            act()
        return computed(*given, **named)

    monkeypatch.setattr(drop_watch, "false_alarm_threshold", threshold)
    return done


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_threshold_is_computed(touchpoint, thresholds):
    in_a_transaction = []
    thresholds.append(lambda: in_a_transaction.append(connection.in_atomic_block))
    learned(touchpoint)
    with scopes_disabled():
        drop_watch.choose_watch(
            touchpoint=touchpoint,
            alarms_a_year=4,
            silence_hours=3,
            revision=1,
            by=PersonFactory(),
        )
    assert in_a_transaction == [False, False]


def test_what_is_chosen_while_a_threshold_is_computed_is_heeded(touchpoint, thresholds):
    with scopes_disabled():
        watches = TouchpointWatch.objects.filter(touchpoint=touchpoint)
        thresholds.append(lambda: watches.update(alarms_a_year=12))
        learned(touchpoint)
        found = watches.get()
    usual_threshold = false_alarm_threshold(drop_watch.reference_in(found), days_between=365 / 12)
    assert found.threshold == pytest.approx(usual_threshold)


def test_what_is_learned_while_one_chooses_is_heeded(touchpoint, thresholds):
    learned(touchpoint)
    with scopes_disabled():
        watches = TouchpointWatch.objects.filter(touchpoint=touchpoint)
        thresholds.append(lambda: watches.update(reference_share=0.4))
        drop_watch.choose_watch(
            touchpoint=touchpoint,
            alarms_a_year=4,
            silence_hours=3,
            revision=1,
            by=PersonFactory(),
        )
        found = watches.get()
    learned_share = false_alarm_threshold(drop_watch.reference_in(found), days_between=365 / 4)
    assert drop_watch.reference_in(found).share == 0.4
    assert found.threshold == pytest.approx(learned_share)


def test_late_answers_change_the_days_they_belong_to(touchpoint):
    """A kiosk offline for a week sends its answers: the sum is that of a kiosk online."""
    first = learned(touchpoint)
    usual(touchpoint, first, 7)
    assert watch(touchpoint, first + timedelta(days=21)) is None
    usual(touchpoint, first + timedelta(days=7), 14, levels=(5, 3, 6, 6))
    alert = watch(touchpoint, first + timedelta(days=21))
    assert alert is not None
    assert alert.details["since"] == (first + timedelta(days=7)).isoformat()
    assert alert.details["day"] < (first + timedelta(days=20)).isoformat()
    assert watch(touchpoint, first + timedelta(days=21)) is None


def test_excluded_answers_are_no_evidence(touchpoint):
    first = learned(touchpoint)
    for day in days(first, 14):
        add_answers(touchpoint, day, (200, 0, 0, 0), exclusion=Exclusion.BURST)
    assert watch(touchpoint, first + timedelta(days=14)) is None


def test_after_three_months_the_reference_is_learned_again(touchpoint):
    first = learned(touchpoint)
    usual(touchpoint, first, 91, levels=(2, 1, 8, 9))
    watch(touchpoint, first + timedelta(days=91))
    with scopes_disabled():
        found = TouchpointWatch.objects.get(touchpoint=touchpoint)
    assert found.watched_from == first + timedelta(days=91)
    assert found.reference_share == pytest.approx(0.15, abs=0.001)


def test_closing_with_a_new_reference_waits_for_days_since_the_drop(touchpoint, mandate):
    first = learned(touchpoint)
    usual(touchpoint, first, 14, levels=(5, 3, 6, 6))
    alert = watch(touchpoint, first + timedelta(days=14))
    with scopes_disabled():
        operations.close(alert=alert, reason="Travaux", by=mandate.person, new_reference=True)
    assert watch(touchpoint, first + timedelta(days=15)) is None
    with scopes_disabled():
        assert TouchpointWatch.objects.get(touchpoint=touchpoint).reference_share is None
    usual(touchpoint, first + timedelta(days=14), 21, levels=(5, 3, 6, 6))
    assert watch(touchpoint, first + timedelta(days=35)) is None
    with scopes_disabled():
        found = TouchpointWatch.objects.get(touchpoint=touchpoint)
    assert found.reference_share == pytest.approx(0.4, abs=0.002)


def test_closing_without_one_rings_again_if_the_drop_lasts(touchpoint, mandate):
    first = learned(touchpoint)
    usual(touchpoint, first, 60, levels=(5, 3, 6, 6))
    alert = watch(touchpoint, first + timedelta(days=14))
    with scopes_disabled():
        operations.close(alert=alert, reason="Vu", by=mandate.person)
        # Closed today by the clock; the counts of this test are of 2026.
        TouchpointWatch.objects.update(watched_from=first + timedelta(days=15))
    again = watch(touchpoint, first + timedelta(days=40))
    assert again is not None
    assert again.pk != alert.pk


# --- One open alert of a kind ---------------------------------------------------------------------


def test_the_database_holds_one_open_alert_of_a_kind(touchpoint):
    with scopes_disabled():
        kept = {"organisation": touchpoint.organisation, "touchpoint": touchpoint}
        Alert.objects.create(kind=AlertKind.SILENT, **kept)
        Alert.objects.create(kind=AlertKind.MISUSE, **kept)
        Alert.objects.create(
            kind=AlertKind.SILENT, state=AlertState.CLOSED, closed_at=timezone.now(), **kept
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(
                kind=AlertKind.SILENT,
                state=AlertState.ACKNOWLEDGED,
                acknowledged_at=timezone.now(),
                **kept,
            )
        details = {"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}}
        assert (
            operations.open_alert(touchpoint=touchpoint, kind=AlertKind.MISUSE, details=details)
            is None
        )
    assert not OutgoingMail.objects.exists()


# --- Silent kiosks --------------------------------------------------------------------------------


def paris(day, hour):
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def silence(touchpoint, now):
    with scopes_disabled():
        return watch_for_silence(touchpoint=touchpoint, now=now)


@pytest.fixture
def open_mornings(touchpoint):
    """Answers from 9 to 11, Monday to Friday, these last eight weeks."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 56)
    for day in days(monday, 56):
        if day.weekday() < 5:
            for hour in (9, 11):
                add_answers(touchpoint, day, (0, 0, 0, 1), hour=hour)
    return touchpoint


def test_usual_hours_come_from_the_counts(open_mornings):
    with scopes_disabled():
        habit = usual_hours(open_mornings, timezone.localdate())
    assert habit == dict.fromkeys(range(5), (9, 11))


def test_only_usual_hours_count_and_no_holiday(touchpoint):
    habit = dict.fromkeys(range(5), (9, 11))
    monday = date(2026, 6, 1)
    assert expected_hours(touchpoint, habit, paris(monday, 8), paris(monday, 13)) == 3
    # From Friday noon to Monday 10: the weekend expects nothing.
    assert (
        expected_hours(touchpoint, habit, paris(date(2026, 6, 5), 12), paris(date(2026, 6, 8), 10))
        == 2
    )
    # The 14th of July is a Tuesday in 2026.
    assert (
        expected_hours(
            touchpoint, habit, paris(date(2026, 7, 13), 12), paris(date(2026, 7, 14), 20)
        )
        == 0
    )


def test_a_kiosk_silent_over_its_usual_hours(open_mornings, mandate):
    today = timezone.localdate()
    # Ten days ago at the latest: there are more than four usual hours since, holidays or not.
    seen = paris(today - timedelta(days=10), 8)
    kiosk = KioskFactory(touchpoint=open_mornings, name="Hall", last_seen_at=seen)
    alert = silence(open_mornings, paris(today, 12))
    assert alert is not None
    assert alert.device == kiosk
    assert "« Hall »" in alert_sentences(alert)[0].replace("\u00a0", " ")
    assert silence(open_mornings, paris(today, 13)) is None
    # Heard of again: the alert closes by itself.
    kiosk.last_seen_at = paris(today, 13)
    kiosk.save()
    assert silence(open_mornings, paris(today, 13)) is None
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == (AlertState.CLOSED, None)
    assert OutgoingMail.objects.count() == 1


def test_a_kiosk_seen_an_hour_ago_or_off_at_night_is_not_silent(open_mornings):
    today = timezone.localdate()
    KioskFactory(touchpoint=open_mornings, last_seen_at=paris(today, 12))
    assert silence(open_mornings, paris(today, 13)) is None
    assert silence(open_mornings, paris(today + timedelta(days=1), 3)) is None


def test_a_closed_alert_does_not_open_again_on_the_same_silence(open_mornings, mandate):
    today = timezone.localdate()
    kiosk = KioskFactory(
        touchpoint=open_mornings, last_seen_at=paris(today - timedelta(days=10), 8)
    )
    alert = silence(open_mornings, paris(today, 12))
    with scopes_disabled():
        operations.close(alert=alert, reason="En réparation", by=mandate.person)
    assert silence(open_mornings, timezone.now() + timedelta(days=5)) is None
    kiosk.last_seen_at = timezone.now() + timedelta(days=1)
    kiosk.save()
    assert silence(open_mornings, timezone.now() + timedelta(days=12)) is not None


# --- Misuse ---------------------------------------------------------------------------------------


def misuse(touchpoint, today):
    with scopes_disabled():
        return watch_for_misuse(touchpoint=touchpoint, today=today)


def test_a_burst_of_misuse(touchpoint, mandate):
    day = timezone.localdate()
    add_answers(touchpoint, day, (0, 0, 0, 60))
    add_answers(touchpoint, day, (29, 0, 0, 0), exclusion=Exclusion.BURST)
    assert misuse(touchpoint, day) is None
    add_answers(touchpoint, day, (20, 0, 0, 0), exclusion=Exclusion.TOO_SOON)
    alert = misuse(touchpoint, day)
    assert alert.details["excluded"] == 49
    assert alert.details["raw"] == 109
    assert "49 avis sur 109" in alert_sentences(alert)[0]
    with scopes_disabled():
        operations.close(alert=alert, reason="Sortie scolaire", by=mandate.person)
    assert misuse(touchpoint, day) is None


def test_a_tenth_of_misuse_is_ordinary(touchpoint):
    day = timezone.localdate()
    add_answers(touchpoint, day, (0, 0, 0, 900))
    add_answers(touchpoint, day, (99, 0, 0, 0), exclusion=Exclusion.BURST)
    add_answers(touchpoint, day, (999, 0, 0, 0), exclusion=Exclusion.TEST)
    assert misuse(touchpoint, day) is None


# --- What people do -------------------------------------------------------------------------------


@pytest.fixture
def alert(touchpoint):
    with scopes_disabled():
        return operations.open_alert(
            touchpoint=touchpoint,
            kind=AlertKind.MISUSE,
            details={"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}},
        )


def test_the_life_of_an_alert(coordinator, mandate, alert):
    page = reverse("feedback:alert", args=[alert.pk])
    taking = reverse("feedback:acknowledge_alert", args=[alert.pk])
    assert "Prendre en charge" in coordinator.get(page).content.decode()
    assert coordinator.post(taking).status_code == 302
    note = reverse("feedback:comment_alert", args=[alert.pk])
    assert coordinator.post(note, {"text": "Une classe en visite <b>"}).status_code == 302
    text = coordinator.get(page).content.decode()
    assert "Une classe en visite &lt;b&gt;" in text
    assert "Prendre en charge" not in text
    closing = reverse("feedback:close_alert", args=[alert.pk])
    assert coordinator.post(closing, {"reason": " "}).status_code == 422
    assert coordinator.post(closing, {"reason": "Sans suite"}).status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by, alert.reason) == (
        AlertState.CLOSED,
        mandate.person,
        "Sans suite",
    )
    again = coordinator.post(closing, {"reason": "Deux fois"})
    assert again.status_code == 409
    assert "déjà close" in again.content.decode()
    assert "Deux fois" in again.content.decode()
    assert coordinator.post(taking).status_code == 409


def test_operations_refuse_what_forms_would(alert, mandate):
    with scopes_disabled():
        for text in ("", "  ", "x" * 1001, "\x00"):
            with pytest.raises(Refusal):
                operations.comment(alert=alert, text=text, by=mandate.person)
        operations.acknowledge(alert=alert, by=mandate.person)
        with pytest.raises(Conflict):
            operations.acknowledge(alert=alert, by=mandate.person)


def test_another_body_s_alert_does_not_exist(client, alert):
    stranger = sign_in(client, MandateFactory(confirmed=True).person)
    assert stranger.get(reverse("feedback:alert", args=[alert.pk])).status_code == 404
    for name in ("acknowledge_alert", "comment_alert", "close_alert"):
        assert stranger.post(reverse(f"feedback:{name}", args=[alert.pk])).status_code == 404
    assert stranger.get(reverse("feedback:watch", args=[alert.touchpoint_id])).status_code == 404
    assert "Accueil central" not in stranger.get(reverse("feedback:alerts")).content.decode()


def test_choosing_how_a_touchpoint_is_watched(coordinator, touchpoint):
    first = learned(touchpoint)
    with scopes_disabled():
        before = TouchpointWatch.objects.get(touchpoint=touchpoint)
    url = reverse("feedback:watch", args=[touchpoint.pk])
    sent = {"alarms_a_year": 12, "silence_hours": 8, "revision": 1}
    assert coordinator.post(url, sent).status_code == 302
    with scopes_disabled():
        after = TouchpointWatch.objects.get(touchpoint=touchpoint)
    assert (after.alarms_a_year, after.silence_hours, after.watched_from) == (12, 8, first)
    # More false alarms accepted: the threshold is lower, and a true drop seen sooner.
    assert after.threshold < before.threshold
    assert coordinator.post(url, sent).status_code == 409
    for bad in ({"alarms_a_year": 3}, {"silence_hours": 0}, {"silence_hours": "x"}, {}):
        wrong = {"alarms_a_year": 1, "silence_hours": 4, "revision": 2, **bad}
        if not bad:
            wrong = {}
        assert coordinator.post(url, wrong).status_code == 422


def test_the_tasks_watch_every_body(touchpoint, mandate):
    other = TouchpointFactory()
    today = timezone.localdate()
    for point in (touchpoint, other):
        add_answers(point, today, (60, 0, 0, 10), exclusion=Exclusion.BURST)
    small = TouchpointFactory(staffing=2)
    add_answers(small, date(2026, 1, 5), (0, 0, 40, 0))
    assert tasks.watch_kiosks.call() == 2
    assert tasks.watch_kiosks.call() == 0
    assert tasks.watch_for_drops.call() == 0
    assert tasks.write_closed_periods.call() == 1
    assert OutgoingMail.objects.count() == 1
