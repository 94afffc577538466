"""One-time codes, the kiosks they make, what these get, and the guesses that are counted."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.api.device_paths import SCHEMAS
from parvis.feedback.codes import new_code, read_code
from parvis.feedback.enums import DeviceKind
from parvis.feedback.models import Device, PairingCode, Touchpoint, WrongPairing
from parvis.feedback.operations import devices
from parvis.feedback.operations.devices import (
    BUDGET_OF_ALL,
    BUDGET_OF_ONE,
    PairingRefused,
    ask_pairing_code,
    change_kiosk,
    pair,
    revoke_kiosk,
)
from parvis.feedback.personal_data.devices import drop_unused_codes, drop_wrong_pairings
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory, secret_of
from parvis.feedback.tests.sending import PlayedKiosk
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.readable_codes import ALPHABET, in_groups
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry

pytestmark = pytest.mark.django_db

PAIR = "/api/feedback/pair"
CONFIGURATION = "/api/feedback/configuration"


def asked(touchpoint=None, name="Accueil, à droite"):
    touchpoint = touchpoint or TouchpointFactory()
    return ask_pairing_code(touchpoint=touchpoint, device_name=name, by=PersonFactory())


def post(typed, *, secure=True, client=None, **headers):
    return (client or Client()).post(
        PAIR, json.dumps({"code": typed}), "application/json", secure=secure, **headers
    )


def get_configuration(secret, **headers):
    return Client().get(
        CONFIGURATION, secure=True, headers={"Authorization": f"Bearer {secret}", **headers}
    )


def test_codes_have_no_character_that_an_eye_takes_for_another():
    assert not set("IL1O0U") & set(ALPHABET)
    assert all(set(new_code()) <= set(ALPHABET) for _rank in range(100))


def test_a_code_is_read_with_or_without_its_hyphen_and_in_any_case():
    code = new_code()
    for typed in (code, in_groups(code), f" {code.lower()} ", f"{code[:4]} {code[4:]}"):
        assert read_code(typed) == code
    for wrong in ("", "ABC", code + "A", code[:7] + "0", "é" * 8):
        assert read_code(wrong) == ""


def test_the_code_itself_is_not_in_the_database():
    row, code = asked()
    assert row.code_hash == hashlib.sha256(code.encode()).hexdigest()
    assert code not in str(PairingCode.objects.values().get())


def test_a_tablet_becomes_a_kiosk_by_its_code_and_gets_all_it_shows():
    touchpoint = TouchpointFactory()
    _row, code = asked(touchpoint)
    response = post(in_groups(code).lower())
    assert response.status_code == 201
    content = response.json()
    device = Device.objects.kiosks().get()
    assert device.touchpoint == touchpoint
    assert device.name == "Accueil, à droite"
    assert device.secret_hash == hashlib.sha256(content["secret"].encode()).hexdigest()
    assert content["configuration"]["touchpoint"]["code"] == touchpoint.code
    assert content["configuration"]["document"]["steps"][0]["kind"] == "smiley"
    assert get_configuration(content["secret"]).status_code == 200
    assert Entry.objects.filter(action="kiosk.paired", subject_id=device.pk).exists()


def test_a_replayed_code_makes_no_second_kiosk():
    _row, code = asked()
    assert post(code).status_code == 201
    again = post(code)
    assert (again.status_code, again.json()["error"]) == (409, "used")
    assert "déjà servi" in again.json()["message"]
    assert Device.objects.kiosks().count() == 1


def test_a_code_older_than_ten_minutes_is_refused(monkeypatch):
    _row, code = asked()
    later = timezone.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(devices.timezone, "now", lambda: later)
    response = post(code)
    assert (response.status_code, response.json()["error"]) == (410, "expired")


def test_an_unknown_code_is_refused_and_counted():
    asked()
    response = post("ABCD-2345")
    assert (response.status_code, response.json()["error"]) == (404, "unknown")
    assert WrongPairing.objects.count() == 1
    assert not Device.objects.kiosks().exists()


def test_the_code_of_a_touchpoint_closed_since_is_refused_and_not_spent():
    touchpoint = TouchpointFactory()
    row, code = asked(touchpoint)
    Touchpoint.objects.update(closed_at=timezone.now())
    assert post(code).json()["error"] == "closed"
    row.refresh_from_db()
    assert row.used_at is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "[]",
        "{}",
        '{"code": 3}',
        '{"code": null}',
        '{"code": "' + "A" * 2000 + '"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_code_gets_a_clear_400(body):
    response = Client().post(PAIR, body, "application/json", secure=True)
    assert response.status_code == 400
    assert response.json()["error"] == "unreadable"


def test_a_secret_never_travels_in_clear():
    _row, code = asked()
    assert post(code, secure=False).json()["error"] == "insecure"
    assert not Device.objects.kiosks().exists()
    # On the machine itself there is nothing between the two.
    assert post(code, secure=False, HTTP_HOST="localhost:8000").status_code == 201


def guess(number, source):
    WrongPairing.objects.bulk_create(WrongPairing(source_hash=source) for _rank in range(number))


def test_only_who_guessed_wrong_is_slowed_down_and_only_once_the_budget_of_all_is_spent():
    _row, code = asked()
    guess(BUDGET_OF_ALL - 1, "attacker")
    with pytest.raises(PairingRefused) as refused:
        pair(typed="ABCD2345", source="attacker")
    assert refused.value.reason == "unknown"
    with pytest.raises(PairingRefused) as refused:
        pair(typed=code, source="attacker")
    assert (refused.value.reason, refused.value.status) == ("slow_down", 429)
    # A school elsewhere, with a few slips of the finger, pairs all the same.
    guess(BUDGET_OF_ONE - 1, "school")
    assert pair(typed=code, source="school").device.pk


def test_guesses_are_forgotten_with_the_quarter_of_an_hour_they_count_in():
    WrongPairing.objects.create(source_hash="x", at=timezone.now() - timedelta(minutes=16))
    _row, code = asked()
    pair(typed=code, source="x")
    assert not WrongPairing.objects.exists()


def test_the_night_forgets_wrong_guesses_and_unused_codes():
    now = timezone.now()
    touchpoint = TouchpointFactory()
    (unused, _code), (used, code) = asked(touchpoint), asked(touchpoint)
    pair(typed=code, source="x")
    WrongPairing.objects.create(source_hash="x")
    for purge in (drop_wrong_pairings, drop_unused_codes):
        assert purge(now + timedelta(hours=23), False) == 0
        assert purge(now + timedelta(days=2), True) == 1
        assert purge(now + timedelta(days=2), False) == 1
    assert list(PairingCode.objects.all()) == [used]
    assert unused.pk != used.pk


def test_a_slowed_down_sender_is_told_when_to_come_back():
    for _rank in range(BUDGET_OF_ONE):
        assert post("ABCD-2345").status_code == 404
    guess(BUDGET_OF_ALL, "others")
    response = post("ABCD-2345")
    assert response.status_code == 429
    assert int(response["Retry-After"]) == 60


@pytest.mark.django_db(transaction=True)
def test_of_two_tablets_with_the_same_code_one_becomes_the_kiosk():
    needs_a_server()
    _row, code = asked()
    raised = at_once(
        lambda: pair(typed=code, source="a"),
        lambda: pair(typed=code, source="b"),
    )
    assert isinstance(raised, PairingRefused)
    assert raised.reason == "used"
    assert Device.objects.kiosks().count() == 1


# --- Configuration --------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "wrong", "é", "secret-x\x00"])
def test_an_unknown_secret_gets_401(secret):
    KioskFactory()
    response = Client().get(
        CONFIGURATION, secure=True, headers={"Authorization": f"Bearer {secret}"}
    )
    assert response.status_code == 401
    assert "appairage" in response.json()["title"]


def test_the_same_configuration_is_not_sent_twice():
    kiosk = KioskFactory()
    first = get_configuration(secret_of(kiosk))
    assert first.json()["idle"] == {
        "warn_after_ms": 20_000,
        "warning_ms": 20_000,
        "extensions": 10,
        "thanks_ms": 6_000,
    }
    again = get_configuration(secret_of(kiosk), **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_renaming_a_kiosk_makes_its_number_grow():
    kiosk = KioskFactory()
    before = get_configuration(secret_of(kiosk))
    change_kiosk(device=kiosk, name="Guichet 4", touchpoint=kiosk.touchpoint, by=PersonFactory())
    after = get_configuration(secret_of(kiosk), **{"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["configuration"] > before.json()["configuration"]
    assert after.json()["device"]["name"] == "Guichet 4"


def test_the_description_for_programs_is_that_of_what_is_sent():
    _row, code = asked()
    sent = post(code).json()
    for name, content in (("Paired", sent), ("Configuration", sent["configuration"])):
        described = SCHEMAS[name]["properties"]
        assert set(described) == set(content)
        for field, schema in described.items():
            if "properties" in schema:
                assert set(schema["properties"]) == set(content[field]), field
    assert set(SCHEMAS["DeviceRefusal"]["properties"]) == set(post(code).json())


def test_the_reply_to_answers_tells_the_number():
    kiosk = PlayedKiosk(KioskFactory())
    assert kiosk.send(kiosk.answer()).json()["configuration"] == 1
    change_kiosk(
        device=kiosk.device, name="Étage", touchpoint=kiosk.device.touchpoint, by=PersonFactory()
    )
    assert kiosk.send().json()["configuration"] == 2


def test_a_moved_kiosk_shows_its_new_touchpoint():
    kiosk = KioskFactory()
    elsewhere = TouchpointFactory(organisation=kiosk.organisation)
    change_kiosk(device=kiosk, name=kiosk.name, touchpoint=elsewhere, by=PersonFactory())
    assert get_configuration(secret_of(kiosk)).json()["touchpoint"]["code"] == elsewhere.code


def test_a_kiosk_does_not_move_to_another_body_nor_to_a_closed_touchpoint():
    kiosk = KioskFactory()
    closed = TouchpointFactory(organisation=kiosk.organisation, closed_at=timezone.now())
    for elsewhere in (TouchpointFactory(), closed):
        with pytest.raises(Refusal) as refused:
            change_kiosk(device=kiosk, name=kiosk.name, touchpoint=elsewhere, by=PersonFactory())
        assert refused.value.field == "touchpoint"


def test_a_revoked_kiosk_is_refused_at_once():
    kiosk = KioskFactory()
    assert get_configuration(secret_of(kiosk)).status_code == 200
    revoke_kiosk(device=kiosk, by=PersonFactory())
    assert get_configuration(secret_of(kiosk)).status_code == 401
    with pytest.raises(Conflict):
        revoke_kiosk(device=kiosk, by=PersonFactory())


def test_the_public_page_of_a_touchpoint_is_no_kiosk():
    TouchpointFactory()
    assert Device.objects.get().kind == DeviceKind.LINK
    # Its secret is empty, and so is the hash of none.
    assert get_configuration("").status_code == 401


def test_the_configuration_costs_a_bounded_number_of_queries(django_assert_max_num_queries):
    kiosk = KioskFactory()
    with django_assert_max_num_queries(6):
        assert get_configuration(secret_of(kiosk)).status_code == 200
