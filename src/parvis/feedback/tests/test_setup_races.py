"""Acts of coordinators and kiosks at the same instant, on a server's database."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.ingestion.rebuild import differences, rebuild
from parvis.feedback.models import Answer, Device, HourCount
from parvis.feedback.operations.questionnaires import publish
from parvis.feedback.operations.touchpoints import TouchpointContent, change_touchpoint
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.feedback.tests.sending import PlayedKiosk
from parvis.foundation.tests.races import at_once, needs_a_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server() -> None:
    needs_a_server()


@pytest.fixture
def kiosk() -> PlayedKiosk:
    return PlayedKiosk(KioskFactory(touchpoint=TouchpointFactory()))


def rename(kiosk: PlayedKiosk) -> None:
    touchpoint = kiosk.device.touchpoint
    content = TouchpointContent(
        name="Autre nom",
        site=None,
        service="",
        stage="",
        channel="visit",
        staffing=7,
        questionnaire=touchpoint.questionnaire,
        time_zone="Europe/Paris",
    )
    change_touchpoint(touchpoint=touchpoint, content=content, by=PersonFactory(), revision=1)


def send(kiosk: PlayedKiosk) -> None:
    assert kiosk.send(kiosk.answer()).status_code == 202


def test_a_touchpoint_is_renamed_while_its_kiosk_sends(kiosk: PlayedKiosk) -> None:
    assert at_once(lambda: send(kiosk), lambda: rename(kiosk)) is None
    assert at_once_is_stored(kiosk)


def test_a_kiosk_sends_while_its_touchpoint_is_renamed(kiosk: PlayedKiosk) -> None:
    assert at_once(lambda: rename(kiosk), lambda: send(kiosk)) is None
    assert at_once_is_stored(kiosk)


def test_a_questionnaire_is_published_while_its_kiosk_sends(kiosk: PlayedKiosk) -> None:
    questionnaire = kiosk.device.touchpoint.questionnaire
    assert (
        at_once(lambda: send(kiosk), lambda: publish(questionnaire=questionnaire, by=None)) is None
    )
    assert at_once_is_stored(kiosk)


@pytest.mark.parametrize("share", [0.0, 100.0], ids=["written anew", "mended"])
@pytest.mark.parametrize("is_first", [True, False], ids=["rebuilt first", "sent first"])
def test_counts_are_rebuilt_while_a_kiosk_sends(
    kiosk: PlayedKiosk, share: float, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parvis.feedback.ingestion.rebuild.MENDED_SHARE", share)
    send(kiosk)
    with scopes_disabled():
        HourCount.objects.update(answers=5)
    acts = (rebuild, lambda: send(kiosk))
    assert at_once(*(acts if is_first else reversed(acts))) is None
    assert Answer.objects.count() == 2
    assert differences() == []


def at_once_is_stored(kiosk: PlayedKiosk) -> bool:
    kiosk.device.refresh_from_db()
    return Answer.objects.count() == 1 and kiosk.device.configuration == 2


def test_two_changes_take_their_kiosks_in_the_same_order() -> None:
    """Kiosks numbered one way, touchpoints the other: nobody waits for somebody who waits."""
    first = TouchpointFactory()
    second = TouchpointFactory(organisation=first.organisation, questionnaire=first.questionnaire)
    for touchpoint in (second, first, second, first):
        KioskFactory(touchpoint=touchpoint)
    refused = at_once(
        lambda: publish(questionnaire=first.questionnaire, by=None),
        lambda: rename(PlayedKiosk(first.devices.kiosks().first())),
    )
    assert refused is None
    numbers = Device.objects.kiosks().order_by("pk").values_list("configuration", flat=True)
    assert list(numbers) == [2, 3, 2, 3]
