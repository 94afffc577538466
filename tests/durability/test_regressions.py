"""Four disasters of peers' products, which must not happen here.

A rate limit per address that locked schools and hospitals out; a retry loop that turned 1,006 forms
into 1,514 rows; offline answers dropped in silence after a day; votes lost by writing `stale + 1`
(the last is shown against a real server in `test_kill.py`).
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PASSWORD, PersonFactory, sign_in
from parvis.editions.enums import WaveState
from parvis.editions.models import Registration
from parvis.editions.tests.factories import EditionFactory
from parvis.foundation.models import OutgoingMail
from parvis.mystery_audits.form_fields import save
from parvis.mystery_audits.models import Answer, Contact, Evidence
from parvis.mystery_audits.operations.fieldwork import StaleField
from parvis.mystery_audits.questions import criteria_of
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    MysteryCitizenFactory,
    RunningWaveFactory,
)
from parvis.organisations.models import Mandate
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import CriterionKind

pytestmark = pytest.mark.django_db

TOWN_HALL = "192.0.2.10"
FORMS = 1_006


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fresh budgets, and all attempts within one minute however slow the machine is."""
    cache.clear()
    began, tick = time.time(), itertools.count()
    clock = SimpleNamespace(
        time=lambda: began + next(tick) / 1000, monotonic=time.monotonic, sleep=time.sleep
    )
    monkeypatch.setattr("allauth.core.internal.ratelimit.time", clock)
    yield
    cache.clear()


# --- A whole town hall behind one address ----------------------------------------------------


def tries(person: Person, password: str, *, address: str = TOWN_HALL) -> bool:
    """One attempt to sign in; whether it worked."""
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": person.email, "password": password})
    return client.session.get("_auth_user_id") == str(person.pk)


def test_two_hundred_people_sign_in_from_one_address_though_some_mistype():
    people = PersonFactory.create_batch(200)
    refused = []
    for number, person in enumerate(people):
        for _ in range(number % 4 == 3):
            assert not tries(person, "une faute de frappe")
        if not tries(person, PASSWORD):
            refused.append(number)
    assert refused == []


def test_an_attacked_account_is_bounded_and_its_neighbours_are_not():
    victim, *neighbours = PersonFactory.create_batch(6)
    for attempt in range(250):
        assert not tries(victim, f"essai {attempt}")
    # The budget of the account is spent: the right guess would no longer be accepted.
    assert not tries(victim, PASSWORD)
    assert all(tries(person, PASSWORD) for person in neighbours)


def test_past_the_ceiling_of_an_address_its_people_still_sign_in_by_mail():
    """The last resort against guessing by the hundred stops passwords, never people."""
    victim, neighbour = PersonFactory.create_batch(2)
    for attempt in range(620):
        tries(victim, f"essai {attempt}")
    assert not tries(neighbour, PASSWORD)
    assert tries(neighbour, PASSWORD, address="192.0.2.20")
    client = Client(REMOTE_ADDR=TOWN_HALL)
    client.post(reverse("accounts:request_sign_in_link"), {"email": neighbour.email})
    body = OutgoingMail.objects.get(to=neighbour.email).body
    client.post(next(line for line in body.splitlines() if line.startswith("http")))
    assert client.session.get("_auth_user_id") == str(neighbour.pk)


def test_behind_a_proxy_each_visitor_has_a_budget_of_their_own(settings):
    """All requests come from the proxy; the address that counts is the one it vouches for."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    victim, neighbour = PersonFactory.create_batch(2)

    def sign_in_from(address: str, person: Person, password: str) -> bool:
        client = Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": address})
        client.post(reverse("account_login"), {"login": person.email, "password": password})
        return client.session.get("_auth_user_id") == str(person.pk)

    for attempt in range(620):
        # What the attacker writes in the header comes before what the proxy adds.
        sign_in_from(f"198.51.100.{attempt % 250}, 203.0.113.7", victim, f"essai {attempt}")
    assert not sign_in_from("203.0.113.7", neighbour, PASSWORD)
    assert sign_in_from(TOWN_HALL, neighbour, PASSWORD)


# --- A phone that sends again ----------------------------------------------------------------


def cells(count: int) -> list[tuple[Contact, str, list[str]]]:
    """So many answers to give, by one person: contact, criterion, values."""
    citizen = MysteryCitizenFactory()
    wave, body, found = RunningWaveFactory(), OrganisationFactory(), []
    while len(found) < count:
        contact = ContactFactory(
            mystery_citizen=citizen, wave=wave, organisation=body, in_progress=True
        )
        found += [
            (contact, criterion.code, ["yes", "no"])
            for criterion in criteria_of(contact)
            if criterion.kind == CriterionKind.YES_NO
        ]
    return found[:count]


def test_a_retry_loop_leaves_as_many_rows_as_forms():
    """Each form is sent one to four times, late copies arriving among the next ones."""
    chance = random.Random(1_514)
    sent = [
        (contact, code, chance.choice(values))
        for contact, code, values in cells(FORMS)
        for _ in range(chance.randint(1, 4))
    ]
    # The same answer may differ from one copy to the next: the first to arrive stands.
    chance.shuffle(sent)
    receipts, refusals = 0, 0
    for contact, code, value in sent:
        try:
            save(
                contact=contact,
                field=code,
                value=value,
                base="0",
                by=contact.mystery_citizen.person,
            )
            receipts += 1
        except StaleField:
            refusals += 1
    assert Answer.objects.count() == FORMS
    assert set(Answer.objects.values_list("revision", flat=True)) == {1}
    assert receipts + refusals == len(sent) > FORMS
    assert receipts >= FORMS
    assert refusals > 0


def test_files_registrations_and_requests_sent_again_are_one(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    contact = ContactFactory(in_progress=True)
    phone = sign_in(Client(), contact.mystery_citizen.person)
    numbers = [uuid4() for _ in range(10)]
    for number in numbers * 3:
        assert send_file(phone, contact, number).status_code == 200
    assert Evidence.objects.count() == 10

    edition, body = EditionFactory(complete=True), OrganisationFactory()
    coordinator = sign_in(Client(), PersonFactory())
    for _ in range(3):
        coordinator.post(
            reverse("editions:register", args=[edition.slug]) + f"?organisation={body.pk}",
            {
                "function": "maire",
                "staff_informed": "on",
                "communicability_acknowledged": "on",
                "channel_phone": "01 99 00 12 34",
            },
        )
        coordinator.post(reverse("organisations:ask_to_act", args=[body.pk]), {"function": "maire"})
    assert Registration.objects.filter(edition=edition, organisation=body).count() == 1
    assert Mandate.objects.filter(organisation=body).count() == 1


def send_file(client: Client, contact: Contact, number: UUID):
    return client.post(
        reverse("mystery_audits:send_evidence", args=[contact.pk]),
        {
            "file": SimpleUploadedFile("appel.txt", f"appel {number}".encode()),
            "file_id": str(number),
            "file_kind": "call_log",
        },
        headers={"Accept": "application/json"},
    )


# --- Answers that come days later ------------------------------------------------------------


def send_answer(client: Client, contact: Contact, value: str = "yes", base: str = "0"):
    return client.post(
        reverse("mystery_audits:save_field", args=[contact.pk]),
        {"field": "phone.answered", "value": value, "base": base},
        headers={"Accept": "application/json"},
    )


@pytest.fixture
def contact() -> Contact:
    """Begun three days ago by somebody who has had no network since."""
    return ContactFactory(in_progress=True, sent_at=timezone.now() - timedelta(days=3))


@pytest.fixture
def phone(contact: Contact) -> Client:
    return sign_in(Client(), contact.mystery_citizen.person)


def test_an_answer_kept_three_days_on_a_phone_is_accepted(contact, phone):
    response = send_answer(phone, contact)
    assert response.status_code == 200
    assert json.loads(response.content)["base"] == "1"
    assert Answer.objects.get(contact=contact).value == "yes"


def test_after_three_days_the_session_is_over_and_says_so_instead_of_taking_the_answer(
    contact, phone
):
    """No receipt: the phone keeps its answer, and sends it again once its owner has signed in."""
    session = phone.session
    session.set_expiry(timezone.now() - timedelta(hours=1))
    session.save()
    response = send_answer(phone, contact)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))
    assert not Answer.objects.exists()
    sign_in(phone, contact.mystery_citizen.person)
    assert send_answer(phone, contact).status_code == 200
    assert Answer.objects.get(contact=contact).value == "yes"


@pytest.mark.parametrize("what", ["closed wave", "handed in", "answered elsewhere"])
def test_an_answer_that_comes_too_late_is_refused_in_words_never_dropped(contact, phone, what):
    if what == "closed wave":
        wave = contact.wave
        wave.state, wave.closed_at = WaveState.CLOSED, timezone.now()
        wave.save()
    elif what == "handed in":
        Contact.objects.filter(pk=contact.pk).update(state="submitted", submitted_at=timezone.now())
    else:
        assert send_answer(phone, contact, "no").status_code == 200
    response = send_answer(phone, contact)
    assert response.status_code == 409
    assert json.loads(response.content)["message"]
    assert not Answer.objects.filter(contact=contact, value="yes").exists()
