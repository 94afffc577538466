"""Pages of feedback once there is something in them: axe finds nothing in each of their states.

The walk of `test_axe.py` opens each route once, on a small world; here are the boards with answers
of a year, a small team, the national view, a screen's views, and the doors that are closed.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.enums import QuestionKind
from parvis.feedback.national import freeze
from parvis.feedback.operations.walls import create_wall_link
from parvis.feedback.tests.comment_factories import CommentFactory
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.feedback.tests.test_coordinator_pages import tick_option
from parvis.feedback.tests.test_measures import give, place
from parvis.organisations.tests.factories import OrganisationFactory
from tests.access.probe import none_wrong
from tests.e2e.conftest import PHONE, Reception
from tests.e2e.test_axe import examined

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
]


def test_axe_finds_nothing_on_a_board_and_a_screen_full_of_answers(reception: Reception):
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    body, today = registration.organisation, timezone.localdate()
    touchpoints = [TouchpointFactory(organisation=body) for _rank in range(3)]
    small = TouchpointFactory(organisation=body, staffing=2)
    KioskFactory(touchpoint=touchpoints[0], last_seen_at=timezone.now(), queue_length=3)
    for week in range(30):
        day = today - timedelta(days=7 * week)
        for rank, touchpoint in enumerate([*touchpoints, small]):
            add_counts(touchpoint, {0: 2 + 9 * rank, 1: 3, 2: 9, 3: 30}, day=day)
            add_counts(touchpoint, {-1: 30, 0: 12, 2: 20}, key="reasons", level=3, day=day)
            add_counts(touchpoint, {-1: 10, 1: 9}, key="reasons", level=0, day=day)
    _link, secret = create_wall_link(
        organisation_id=body.pk, name="Hall", site=None, by=registration.submitted_by
    )
    visit = reception.visit(person=registration.submitted_by)
    screen, found = reverse("feedback:wall_screen", args=[secret]), []
    for path in (
        f"{reverse('feedback:board')}?periode=90j",
        f"{reverse('feedback:board')}?periode=12m&point={small.pk}",
        reverse("feedback:alerts"),
        *(f"{screen}?vue={view}&arret={stop}" for view in range(3) for stop in (0, 1)),
    ):
        visit.open(path)
        found += examined(visit)
    none_wrong(found)


@pytest.mark.parametrize("width", [320, 768, 1024])
def test_no_list_scrolls_sideways_where_rows_may_be_stacked(reception: Reception, width: int):
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    touchpoint = TouchpointFactory(
        organisation=registration.organisation,
        name="Accueil de la médiathèque intercommunale",
        service="Renseignements et inscriptions",
    )
    KioskFactory(
        touchpoint=touchpoint,
        name="Borne de la médiathèque intercommunale",
        last_seen_at=timezone.now(),
        queue_length=1_200,
        clock_offset_ms=11 * 60_000,
        storage_left_bytes=12_000_000_000,
        app_version="1.0.0",
    )
    CommentFactory(touchpoint=touchpoint, kind=QuestionKind.IDEA, raw_text="Un banc. " * 12)
    CommentFactory(touchpoint=touchpoint, raw_text="Trop d’attente. " * 12)
    device = {"viewport": {"width": width, "height": 900}}
    visit = reception.visit(device, person=registration.submitted_by)
    for name in ("kiosks", "touchpoints", "comments", "ideas", "board"):
        visit.open(reverse(f"feedback:{name}"))
        lists = visit.page.locator(".table-scroll")
        assert lists.count() >= 1, name
        wide = lists.evaluate_all("found => found.map((one) => one.scrollWidth - one.clientWidth)")
        assert max(wide) <= 0, f"{visit.where}: {wide}"
        assert visit.sideways() == []


def test_axe_finds_nothing_on_the_national_view(reception: Reception):
    bodies = [OrganisationFactory(population=5_000) for _rank in range(8)]
    for rank, body in enumerate(bodies):
        answers = [3] * (4 * rank + 4) + [0] * (40 - 4 * rank)
        give(place(body, stage="handling" if rank % 2 else "access"), answers)
    # The answers of these factories are of the spring of 2026.
    figures = freeze(today=date(2026, 4, 20))
    assert figures is not None
    assert figures.document["groups"]
    visit = reception.visit(person=PersonFactory(operator=True))
    visit.open(reverse("feedback:national"))
    none_wrong(examined(visit))


def test_axe_finds_nothing_where_a_citizen_can_go_no_further(reception: Reception):
    """A code that opens nothing, a place that closed, an idea that is not there, the thanks."""
    closed = TouchpointFactory(closed_at=timezone.now())
    touchpoint = TouchpointFactory()
    visit = reception.visit(PHONE)
    found = []
    for path, status in (
        (reverse("feedback:give", args=["NULLEPART"]), 404),
        (reverse("feedback:give", args=[closed.code]), 410),
        (reverse("feedback:idea_followed", args=["rien"]), 404),
    ):
        visit.open(path, status=status)
        found += examined(visit)
    visit.open(reverse("feedback:give", args=[touchpoint.code]))
    visit.press("Plutôt mal")
    found += examined(visit)
    visit.press("Continuer")  # nothing was ticked
    assert "alert" in visit.page.content()
    found += examined(visit)
    for _step in range(3):
        visit.press("Passer")
        found += examined(visit)
    assert "Merci" in visit.text
    none_wrong(found)
