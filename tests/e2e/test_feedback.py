"""On-the-spot feedback from end to end, on the real server: code, kiosk, phone, comments, board."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import Browser, expect

from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.ingestion.rebuild import differences
from parvis.feedback.models import Answer, Comment, Device, Touchpoint
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.feedback.tests.test_coordinator_pages import tick_option
from tests.e2e.conftest import PHONE, Reception, Visit
from tests.e2e.kiosk_page import tablet

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_from_the_code_to_the_board(
    reception: Reception, browser: Browser, live_server: Any, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_ROOT = tmp_path
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    touchpoint = TouchpointFactory(
        organisation=registration.organisation, name="Accueil état civil", staffing=9
    )
    coordinator = reception.visit(person=registration.submitted_by)
    code = ask_code(coordinator, touchpoint)

    with tablet(browser, SimpleNamespace(url=live_server.url)) as kiosk:  # type: ignore[arg-type]
        kiosk.pair(code)
        kiosk.face(1)
        kiosk.wait("step")
        kiosk.tap("L’attente")
        kiosk.tap("Continuer")
        expect(kiosk.page.locator("textarea")).to_be_visible()
        kiosk.page.wait_for_timeout(400)
        kiosk.page.locator("textarea").fill("Trop d’attente, rappelez-moi au 06 12 34 56 78.")
        kiosk.tap("Envoyer")
        expect(kiosk.page.get_by_role("heading", name="Une idée pour faire mieux")).to_be_visible()
        kiosk.wait_until_sent()
        assert kiosk.complaints() == []

    phone = reception.visit(PHONE, scripts=False)
    phone.open(reverse("feedback:give", args=[touchpoint.code]))
    phone.press("Très bien")
    while "Merci" not in phone.text:
        phone.press("Passer")
    assert phone.context.cookies() == []

    with scopes_disabled():
        assert sorted(
            Answer.objects.values_list("question__key", "value", "level", "exclusion")
        ) == [
            ("comment", 1, 1, 0),
            ("reasons", 1, 1, 0),
            ("satisfaction", 1, -1, 0),
            ("satisfaction", 3, -1, 0),
        ]
        assert differences() == []
        device = Device.objects.kiosks().get()
        assert (device.name, device.highest_sequence, device.missing_sequences) == ("Hall", 3, [])
        comment = Comment.objects.get()
    assert "06 12 34 56 78" not in comment.text

    coordinator.open(reverse("feedback:comment", args=[comment.pk]))
    assert "06 12 34 56 78" in coordinator.page.content()
    coordinator.press("Publier")
    citizen = reception.visit(PHONE, scripts=False)
    citizen.open(reverse("feedback:you_said", args=[registration.organisation_id]))
    assert "Trop d’attente" in citizen.text
    assert "06 12 34 56 78" not in citizen.text

    coordinator.open(reverse("feedback:board"))
    assert "2" in coordinator.text
    coordinator.open(reverse("feedback:kiosks"))
    assert "En service" in coordinator.text


def ask_code(coordinator: Visit, touchpoint: Touchpoint) -> str:
    """The code that the coordinator reads on the page, as typed on the tablet."""
    coordinator.open(reverse("feedback:ask_pairing_code", args=[touchpoint.pk]))
    coordinator.page.get_by_label("Nom de la borne").fill("Hall")
    coordinator.press("Obtenir le code")
    shown = coordinator.page.locator(".pairing-code [aria-hidden]").inner_text()
    return "".join(shown.split()).replace("-", "")
