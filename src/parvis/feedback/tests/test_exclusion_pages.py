"""Setting answers apart by hand, and reading what is kept apart."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import sign_in
from parvis.feedback.enums import Exclusion
from parvis.feedback.models import Answer
from parvis.feedback.tests.factories import KioskFactory
from parvis.feedback.tests.sending import PlayedKiosk
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiosk() -> PlayedKiosk:
    with scopes_disabled():
        kiosk = PlayedKiosk(KioskFactory())
        kiosk.send(kiosk.answer(3), kiosk.answer(9, question="mood"))
        return kiosk


@pytest.fixture
def coordinator(client: Client, kiosk: PlayedKiosk) -> Client:
    mandate = MandateFactory(organisation=kiosk.device.organisation, confirmed=True)
    return sign_in(client, mandate.person)


def exclusions() -> list[int]:
    with scopes_disabled():
        return list(Answer.objects.values_list("exclusion", flat=True))


def test_days_leave_the_counts_and_come_back(coordinator: Client, kiosk: PlayedKiosk) -> None:
    page = reverse("feedback:set_answers_apart", args=[kiosk.device.touchpoint_id])
    today = timezone.localdate().isoformat()
    days = {"first": today, "last": today}
    assert coordinator.get(page).status_code == 200
    assert "1 réponse est écartée" in coordinator.post(page, days, follow=True).text
    assert exclusions() == [Exclusion.MANUAL]
    back = coordinator.post(page, {**days, "take_back": "1"}, follow=True)
    assert "1 réponse compte de nouveau" in back.text
    assert exclusions() == [Exclusion.NONE]


@pytest.mark.parametrize(
    "days",
    [
        {"first": "2026-11-02", "last": "2026-11-01"},
        {"first": "hier", "last": "2026-11-01"},
        {"first": "", "last": ""},
    ],
)
def test_days_that_are_none_change_nothing(
    coordinator: Client, kiosk: PlayedKiosk, days: dict[str, str]
) -> None:
    page = reverse("feedback:set_answers_apart", args=[kiosk.device.touchpoint_id])
    assert coordinator.post(page, days).status_code == 422
    assert exclusions() == [Exclusion.NONE]


def test_another_bodys_touchpoint_is_absent(coordinator: Client) -> None:
    with scopes_disabled():
        other = KioskFactory().touchpoint
    page = reverse("feedback:set_answers_apart", args=[other.pk])
    assert coordinator.get(page).status_code == 404


def test_what_has_no_place_is_shown_apart_to_its_body_only(
    coordinator: Client, kiosk: PlayedKiosk
) -> None:
    page = reverse("feedback:kept_apart")
    shown = coordinator.get(page).text
    assert "Question inconnue dans cette version" in shown
    assert "mood" in shown
    stranger = sign_in(Client(), MandateFactory(confirmed=True).person)
    assert "mood" not in stranger.get(page).text
