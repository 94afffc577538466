"""A kiosk and the real server: paired by a coordinator's code, cut, killed, counted once each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django_scopes import scopes_disabled
from playwright.sync_api import Browser, Playwright, expect

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import TimeQuality
from parvis.feedback.models import Answer, Comment, DayCount, Device, KeptApart, Receipt
from parvis.feedback.operations.devices import ask_pairing_code, revoke_kiosk
from parvis.feedback.tests.factories import TouchpointFactory
from tests.e2e.kiosk_page import tablet
from tests.e2e.kiosk_server import KioskServer
from tests.e2e.test_kiosk_outbox import VISITS, Machine

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _all_tenants():
    with scopes_disabled():
        yield


def a_code() -> str:
    touchpoint = TouchpointFactory()
    _row, code = ask_pairing_code(
        touchpoint=touchpoint, device_name="Borne du hall", by=PersonFactory()
    )
    return code


def test_a_visit_reaches_the_counts(browser: Browser, live_server: Any):
    with KioskServer(upstream=live_server.url) as server, tablet(browser, server) as kiosk:
        kiosk.pair(a_code())
        kiosk.face(1)
        kiosk.wait("step")
        kiosk.tap("L’attente")
        kiosk.tap("Continuer")
        expect(kiosk.page.locator("textarea")).to_be_visible()
        kiosk.page.wait_for_timeout(400)
        kiosk.page.locator("textarea").fill("Deux heures, appelez le 06 12 34 56 78 😀")
        kiosk.tap("Envoyer")
        kiosk.page.wait_for_timeout(600)
        kiosk.tap("Passer")
        kiosk.wait("thanks")
        kiosk.wait_until_sent()
        device = Device.objects.kiosks().get()
        assert (device.highest_sequence, device.missing_sequences) == (3, [])
        assert device.app_version
        answers = {answer.question.key: answer for answer in Answer.objects.all()}
        assert (answers["satisfaction"].value, answers["reasons"].value) == (1, 1)
        assert answers["reasons"].level == 1
        assert {a.time_quality for a in answers.values()} == {TimeQuality.EXACT}
        comment = Comment.objects.get()
        assert comment.raw_text.endswith("😀")
        assert "06 12" not in comment.text
        revoke_kiosk(device=device, by=PersonFactory())
        kiosk.tap("Terminer")
        kiosk.wait("attract")
        kiosk.face(2)
        kiosk.wait("step")
        expect(kiosk.page.locator("html[data-outbox=refused]")).to_have_count(1)
        assert kiosk.waiting() == 1
        assert kiosk.complaints() == []


def test_cuts_and_kills_are_counted_once(playwright: Playwright, live_server: Any, tmp_path: Path):
    with KioskServer(cut=0.3, upstream=live_server.url) as server:
        machine = Machine(playwright, server, tmp_path / "disk")
        kiosk = machine.start()
        kiosk.pair(a_code())
        for life in range(3):
            if life:
                machine.kill()
                kiosk = machine.start()
                kiosk.open("/borne/")
                kiosk.wait("attract")
            kiosk.page.evaluate(f"void ({VISITS})(1000)")
            deadline = time.monotonic() + 120
            while len(machine.kept) < 40 * (life + 1):
                kiosk.page.wait_for_timeout(20)
                assert time.monotonic() < deadline
        server.cut = 0.0
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.wait_until_sent()
        machine.kill()
    stored = {str(number) for number in Answer.objects.values_list("pk", flat=True)}
    assert set(machine.kept) - stored == set()
    device = Device.objects.kiosks().get()
    assert (device.highest_sequence, device.missing_sequences) == (len(stored), [])
    assert Receipt.objects.count() == len(stored)
    assert not KeptApart.objects.exists()
    smileys = Answer.objects.filter(question__key="satisfaction")
    counted = DayCount.objects.filter(question__key="satisfaction").aggregate(all=Sum("answers"))
    assert counted["all"] == smileys.count() == smileys.values("visit").distinct().count()
    assert server.cuts > 0
