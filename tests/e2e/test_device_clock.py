"""A telephone whose clock is wrong, and a page that comes back from the browser's cache."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from parvis.mystery_audits.models import ClockReading, Contact
from parvis.mystery_audits.tests.factories import ContactFactory
from parvis.mystery_audits.views import fieldwork
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]


def note_the_call(visit: Visit, contact: Contact) -> tuple[datetime, ClockReading]:
    """Touch the clock; what is stored of the event, and beside it."""
    visit.page.locator("[data-now=sent_at]").click()
    expect(visit.page.locator("[data-save-status]")).to_contain_text("Enregistré à")
    contact.refresh_from_db()
    assert contact.sent_at is not None
    return contact.sent_at, contact.clock_readings.get()


def test_a_phone_three_hours_ahead_dates_the_call_by_the_server(reception: Reception):
    contact = ContactFactory()
    visit = reception.visit(PHONE, contact.mystery_citizen.person)
    visit.page.add_init_script(
        "const ahead = 3 * 3600 * 1000, now = Date.now.bind(Date);"
        "Date.now = () => now() + ahead;"
        "globalThis.Date = class extends Date {"
        "  constructor(...given) { super(...(given.length ? given : [now() + ahead])); }"
        "};"
    )
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    sent_at, reading = note_the_call(visit, contact)
    assert abs(sent_at - timezone.now()) < timedelta(minutes=10)
    assert reading.device_at - sent_at > timedelta(hours=2, minutes=50)
    corrected = reading.device_at + timedelta(seconds=reading.offset_seconds)
    assert abs(corrected - sent_at) < timedelta(seconds=1)


def test_a_page_back_from_the_cache_does_not_date_the_call_by_its_old_hour(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
):
    """Telephones put pages aside and bring them back hours later as they were written."""
    contact = ContactFactory()
    visit = reception.visit(PHONE, contact.mystery_citizen.person)
    # The cookies of a first page: another set of them would make the browser ask again.
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    visit.open(reverse("mystery_audits:my_contacts"))
    with monkeypatch.context() as patch:
        old = timezone.now() - timedelta(hours=3)
        clock = SimpleNamespace(now=lambda: old, localdate=timezone.localdate)
        patch.setattr(fieldwork, "timezone", clock)
        visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    visit.open(reverse("mystery_audits:my_contacts"))
    visit.page.go_back()
    sent_at, reading = note_the_call(visit, contact)
    assert abs(sent_at - timezone.now()) < timedelta(minutes=10)
    assert reading.offset_seconds == 0
