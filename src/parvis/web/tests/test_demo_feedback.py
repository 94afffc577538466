"""A year of feedback of the demonstration: every state is there, and nothing contradicts itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from django.db.models import Avg, Count, F, Sum
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.boards.health import health_of
from parvis.feedback.enums import (
    NO_LEVEL,
    AlertKind,
    AlertState,
    CommentState,
    DeviceKind,
    Exclusion,
    IdeaState,
    QuestionKind,
    TimeQuality,
)
from parvis.feedback.ingestion.rebuild import differences
from parvis.feedback.models import (
    Alert,
    Answer,
    Comment,
    Commitment,
    Device,
    Idea,
    IdeaSupport,
    MonthCount,
    Reply,
    Touchpoint,
)
from parvis.feedback.personal_data.comments import RAW_TEXT_KEPT
from parvis.feedback.questionnaire_document import read_document
from parvis.feedback.tests.factories import KioskFactory
from parvis.measures.models import Measure
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.web.demo import feedback_texts
from parvis.web.demo.dates import ZONE
from parvis.web.demo.feedback import DROP_DAYS, Listened, Listener, listen_for_a_year
from parvis.web.demo.feedback_places import SHOWCASE
from parvis.web.demo.kiosks import hear_of_kiosks

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Year:
    body: Organisation
    today: date
    counts: Listened


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Year]:
    """Two bodies' year, made once for the tests of this module."""
    with django_db_blocker.unblock(), scopes_disabled(), transaction.atomic():
        bodies = [OrganisationFactory(is_simulated=True, insee_code="") for _ in range(2)]
        person = PersonFactory()
        today = timezone.now().astimezone(ZONE).date()
        counts = listen_for_a_year(
            [Listener(body, person, 71.0) for body in bodies],
            today=today,
            rng=np.random.default_rng(5),
        )
        yield Year(bodies[0], today, counts)
        transaction.set_rollback(True)


def smileys(year: Year) -> object:
    return Answer.objects.filter(
        organisation=year.body, question__kind=QuestionKind.SMILEY, exclusion=Exclusion.NONE
    )


def test_counts_are_those_of_the_events(year):
    assert differences() == []
    assert year.counts.answers == Answer.objects.count() > 20_000
    assert year.counts.touchpoints == Touchpoint.objects.count()


def test_the_showcase_has_every_kind_of_place(year):
    places = Touchpoint.objects.filter(organisation=year.body)
    assert places.count() == len(SHOWCASE)
    assert {place.could_follow_an_agent for place in places} == {True, False}
    assert places.filter(site=None).count() == 2
    assert Device.objects.filter(organisation=year.body, kind=DeviceKind.LINK).count() == 8
    # As many by kiosk for each online as in the one published figure.
    desk = places.get(name="Accueil de l’hôtel de ville")
    by_kind = dict(
        smileys(year).filter(touchpoint=desk).values_list("device__kind").annotate(n=Count("pk"))
    )
    assert 3.3 < by_kind["kiosk"] / by_kind["link"] < 4.5


def test_the_year_ends_today_and_nothing_comes_from_the_future(year):
    now = timezone.now()
    assert not Answer.objects.filter(received_at__gt=now).exists()
    assert not Comment.objects.filter(received_at__gt=now).exists()
    days = set(smileys(year).values_list("day", flat=True))
    assert max(days) >= year.today - timedelta(days=4)
    assert min(days) <= year.today - timedelta(days=358)
    assert not Answer.objects.filter(received_at__lt=F("occurred_at")).exists()
    may = Answer.objects.filter(day=date(year.today.year, 5, 1))
    assert not may.filter(device__kind=DeviceKind.KIOSK).exists()


def test_one_place_has_dropped_for_three_weeks(year):
    place = Touchpoint.objects.get(organisation=year.body, name="Guichet de l’état civil")
    begin = year.today - timedelta(days=DROP_DAYS)
    values = smileys(year).filter(touchpoint=place)
    before = values.filter(day__lt=begin).aggregate(mean=Avg("value"))["mean"]
    since = values.filter(day__gte=begin).aggregate(mean=Avg("value"))["mean"]
    assert since < before - 0.5


def test_kiosks_are_in_every_state(year):
    kiosks = {
        kiosk.touchpoint.name: kiosk
        for kiosk in Device.objects.filter(organisation=year.body, kind=DeviceKind.KIOSK)
    }
    lost = kiosks["Médiathèque"]
    assert lost.missing_sequences
    numbers = set(Answer.objects.filter(device=lost).values_list("sequence", flat=True))
    missing = {n for first, last in lost.missing_sequences for n in range(first, last + 1)}
    assert numbers | missing == set(range(1, lost.highest_sequence + 1))
    assert numbers.isdisjoint(missing)
    assert kiosks["Piscine"].last_seen_at > timezone.now() - timedelta(minutes=15)
    silent = kiosks["Action sociale"]
    assert silent.last_seen_at < timezone.now() - timedelta(days=3)
    assert silent.queue_length
    offline = Answer.objects.filter(device=kiosks["Piscine"], time_quality=TimeQuality.SYNCHRONISED)
    assert offline.values("day").distinct().count() > 8
    assert offline.values("received_at").distinct().count() == 1


def test_all_kiosks_but_the_silent_one_stay_online_for_good(year):
    kiosks = Device.objects.filter(organisation=year.body, kind=DeviceKind.KIOSK)
    kiosks.update(last_seen_at=timezone.now() - timedelta(days=3))
    paired = KioskFactory(
        touchpoint__organisation=year.body,
        app_version="1.0.0",
        queue_length=0,
        last_seen_at=timezone.now() - timedelta(days=2),
    )
    hear_of_kiosks()
    now = timezone.now()
    health = {kiosk.name: health_of(kiosk, now, is_silent=False).pill for kiosk in kiosks}
    assert health.pop("Borne de l’action sociale") == "wait"
    assert health.pop(paired.name) == "wait", "a tablet that a visitor paired speaks for itself"
    assert set(health.values()) == {"good"}


def test_a_service_has_no_work_of_a_demonstration(tmp_path: Path) -> None:
    def scheduled_with(demo: str) -> str:
        code = "import django; django.setup()\nfrom parvis.foundation import schedule\n"
        return subprocess.run(
            [sys.executable, "-c", code + "print(*schedule.schedules())"],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "parvis.config.settings.dev",
                "PARVIS_HOME": str(tmp_path),
                "PARVIS_DEMO": demo,
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "parvis.web.tasks.keep_kiosks_online" in scheduled_with("1")
    assert "parvis.web" not in scheduled_with("0")


def test_the_presses_of_children_are_set_apart(year):
    place = Touchpoint.objects.get(organisation=year.body, name="Médiathèque")
    apart = Answer.objects.filter(touchpoint=place).exclude(exclusion=Exclusion.NONE)
    assert 90 <= apart.count() <= 110
    assert not MonthCount.objects.filter(answers__lte=0).exists()


def test_answers_are_among_those_their_questionnaire_offers(year):
    for row in (
        Answer.objects.filter(organisation=year.body)
        .values_list("version__document", "question__key", "value", "level")
        .order_by("?")[:400]
    ):
        document, key, value, level = row
        step = read_document(document).step(key)
        assert step is not None
        assert step.accepts(value)
        assert (level == NO_LEVEL) == (step.kind == QuestionKind.SMILEY)


def test_comments_are_in_every_state_and_belong_to_their_answers(year):
    comments = Comment.objects.filter(organisation=year.body)
    assert set(comments.values_list("state", flat=True)) == set(CommentState.values)
    assert set(comments.values_list("kind", flat=True)) == {"comment", "idea"}
    for comment in comments.order_by("?")[:50]:
        answer = Answer.objects.get(pk=comment.answer_id)
        assert (answer.visit, answer.level, answer.day) == (
            comment.visit,
            comment.level,
            comment.day,
        )
        assert answer.touchpoint_id == comment.touchpoint_id
        assert comment.text
    texts = set(comments.values_list("text", flat=True))
    assert len(texts) > 0.7 * comments.count()
    old = comments.filter(received_at__lt=timezone.now() - RAW_TEXT_KEPT)
    assert old.exists()
    assert not old.exclude(raw_text="").exists()


def test_nothing_personal_is_left_in_what_is_shown(year):
    raw = Comment.objects.exclude(raw_text="")
    assert raw.filter(raw_text__contains="01 99 00").exists()
    assert raw.filter(raw_text__contains="@").exists()
    for left in ("01 99 00", "@", *feedback_texts.NAMES):
        assert not Comment.objects.filter(text__contains=left).exists()


def test_what_needs_the_coordinator_stands_in_alerts(year):
    alerts = {
        (alert.kind, alert.state): alert.touchpoint.name
        for alert in Alert.objects.filter(organisation=year.body)
    }
    assert alerts == {
        (AlertKind.DROP, AlertState.OPEN): "Guichet de l’état civil",
        (AlertKind.SILENT, AlertState.OPEN): "Action sociale",
        (AlertKind.MISUSE, AlertState.CLOSED): "Médiathèque",
    }
    drop = Alert.objects.get(kind=AlertKind.DROP)
    assert year.today - timedelta(days=DROP_DAYS) <= drop.opened_at.date() <= year.today


def test_the_body_answers(year):
    ideas = Idea.objects.filter(organisation=year.body)
    assert set(ideas.values_list("state", flat=True)) == set(IdeaState.values)
    assert not ideas.filter(answered_at__lt=F("created_at")).exists()
    supports = IdeaSupport.objects.filter(organisation=year.body)
    assert supports.count() > 300
    assert not supports.filter(given_at__lt=F("idea__created_at")).exists()
    assert Reply.objects.filter(organisation=year.body).count() == 12
    assert not Reply.objects.exclude(comment__state=CommentState.PUBLISHED).exists()
    assert Commitment.objects.filter(published_at__lt=timezone.now()).count() == 3


def test_the_months_that_are_over_are_on_the_one_scale(year):
    months = Measure.objects.filter(organisation=year.body, source="feedback")
    assert months.values("source_reference").distinct().count() >= 11
    assert not months.filter(period_end__gte=year.today).exists()
    assert {row["determinant"] for row in months.values("determinant")} >= {"waiting", "courtesy"}
    total = months.filter(stage="", channel="", determinant="").aggregate(n=Sum("answers"))["n"]
    assert total > 13_000
