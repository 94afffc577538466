"""Kiosks and programs: what each secret opens, on every operation, and that no session opens any.

An operation of the OpenAPI document that is not tried here fails the build, and so does a route
of the table for machines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.config import api
from parvis.feedback.api import devices as device_api
from parvis.feedback.enums import KeptApartReason
from parvis.feedback.models import Answer, Device, KeptApart
from parvis.feedback.tests.factories import secret_of, the_version
from parvis.feedback.tests.sending import PlayedKiosk
from tests.access.feedback_table import FEEDBACK_TABLE
from tests.access.feedback_world import FeedbackRows
from tests.access.probe import census, none_wrong, written
from tests.access.test_hostile_input import (
    BODIES,
    FIRST_DAY,
    LAST_DAY,
    LONG_TEXT,
    NULL,
    NUMBER,
)
from tests.access.world import World


@dataclass(frozen=True)
class Operation:
    """One reading of the API: its route, its parameters, and a key that does not open it."""

    route: str
    closed_to: str
    query: dict[str, str]
    # What is in the answer to the body's own key; {mark} is the letter of the body.
    holds: str


OPERATIONS = {
    "list_touchpoints": Operation("api:touchpoints", "devices", {}, "Accueil de la ville {mark}"),
    "list_answers": Operation("api:answers", "devices", {}, "CANARI-{mark}-avis-de-borne"),
    "list_counts": Operation("api:counts", "devices", {"period": "month"}, "ACCUE{mark}22"),
    "list_devices": Operation("api:devices", "answers", {}, "CANARI-{mark}-borne"),
}
# Operations and routes tried by a test of their own below.
OF_KIOSKS = {"send_batch", "pair_kiosk", "get_configuration"}
KIOSK_ROUTES = {"feedback:batches", "feedback:pair", "feedback:configuration"}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """A process remembers the kiosks it met: those of another database, here."""
    device_api.recognised._seen.clear()
    yield
    device_api.recognised._seen.clear()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers received this very moment are shown, instead of in a minute."""
    monkeypatch.setattr("parvis.feedback.api.endpoints.SETTLED_AFTER", timedelta(minutes=-1))


def test_every_operation_and_every_route_of_machines_is_tried():
    described = {
        operation["operationId"]
        for item in api.description()["paths"].values()
        for operation in item.values()
    }
    assert described == {*OPERATIONS, *OF_KIOSKS}
    routes = {name for name, route in FEEDBACK_TABLE.items() if route.machine}
    assert routes == {*KIOSK_ROUTES, *(operation.route for operation in OPERATIONS.values())}


# --- Programs -------------------------------------------------------------------------------------


def call(operation: Operation, secret: str | None, client: Client | None = None, **query: str):
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    given = {**operation.query, **query}
    if operation.query:
        today = timezone.localdate()
        first = today.replace(day=1) - timedelta(days=100)
        given = {"first": first.isoformat(), "last": today.isoformat(), **given}
    return (client or Client()).get(reverse(operation.route), given, headers=headers)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_reads_its_body_and_no_other(world: World, settled: None, name: str):
    operation = OPERATIONS[name]
    for tenant, other in ((world.a, world.b), (world.b, world.a)):
        response = call(operation, tenant.feedback.key_secrets["all"])
        text = response.content.decode()
        assert response.status_code == 200, text
        assert operation.holds.format(mark=tenant.mark) in text
        assert f"CANARI-{other.mark}-" not in text
        assert other.feedback.touchpoint.code not in text


@pytest.mark.parametrize("name", ["list_answers", "list_counts"])
def test_the_code_of_another_s_touchpoint_gives_nothing(world: World, settled: None, name: str):
    secret = world.b.feedback.key_secrets["all"]
    response = call(OPERATIONS[name], secret, touchpoint=world.a.feedback.touchpoint.code)
    assert response.status_code == 200
    assert response.json()["items"] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_else_opens_the_api(world: World, settled: None, name: str):
    """No key, a wrong one, a revoked one, a kiosk's secret, somebody's session: 401, nothing
    written; a key that opens something else: 403.
    """
    operation, rows = OPERATIONS[name], world.a.feedback
    coordinator = world.client("coordinator_a")
    before = census()
    wrong = []
    for who, secret, client, status in (
        ("nobody", None, None, 401),
        ("an empty key", "", None, 401),
        ("a made-up key", "parvis_made-up", None, 401),
        ("a key cut short", rows.key_secrets["all"][:-1], None, 401),
        ("the hash of a key", rows.api_keys["all"].secret_hash, None, 401),
        ("a revoked key", rows.key_secrets["revoked"], None, 401),
        ("a kiosk", rows.kiosk_secret, None, 401),
        ("the coordinator's session", None, coordinator, 401),
        ("another scope", rows.key_secrets[operation.closed_to], None, 403),
    ):
        with written() as writes:
            response = call(operation, secret, client)
        told = response.content.decode()
        if response.status_code != status or writes or "CANARI" in told:
            wrong.append(f"{who}: {response.status_code} {writes} {told[:200]}")
    none_wrong(wrong)
    assert census() == before


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_writes_nothing(world: World, name: str):
    path = reverse(OPERATIONS[name].route)
    headers = {"Authorization": f"Bearer {world.a.feedback.key_secrets['all']}"}
    before = census()
    for verb in ("POST", "PUT", "PATCH", "DELETE"):
        response = Client().generic(verb, path, "{}", "application/json", headers=headers)
        assert response.status_code == 405, verb
    assert census() == before


def test_a_key_opens_no_page(world: World):
    """Nor does a kiosk's secret: pages go by sessions alone."""
    rows = world.a.feedback
    for secret in (rows.key_secrets["all"], rows.kiosk_secret):
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        for name, route in FEEDBACK_TABLE.items():
            if route.get and "visitor" not in route.get:
                response = client.get(reverse(name, kwargs=route.kwargs(world)))
                assert response.status_code == 302, name


# --- Kiosks ---------------------------------------------------------------------------------------


def send(batch: dict[str, Any], secret: str | None, client: Client | None = None):
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return (client or Client()).post(
        reverse("feedback:batches"),
        json.dumps(batch),
        "application/json",
        secure=True,
        headers=headers,
    )


def configured(secret: str | None, client: Client | None = None):
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return (client or Client()).get(reverse("feedback:configuration"), secure=True, headers=headers)


def strangers(world: World, rows: FeedbackRows) -> list[tuple[str, str | None, Client | None]]:
    """Who is no kiosk."""
    return [
        ("nobody", None, None),
        # The public page of a touchpoint has no secret.
        ("an empty secret", "", None),
        ("a made-up secret", "secret-inventé".encode().decode("latin-1"), None),
        ("the hash of a secret", rows.kiosk.secret_hash, None),
        ("a revoked kiosk", rows.revoked_secret, None),
        ("a key of the API", rows.key_secrets["all"], None),
        ("the coordinator's session", None, world.client("coordinator_a")),
    ]


def test_a_kiosk_gets_the_configuration_of_its_touchpoint(world: World):
    for tenant, other in ((world.a, world.b), (world.b, world.a)):
        response = configured(tenant.feedback.kiosk_secret)
        assert response.status_code == 200
        text = response.content.decode()
        assert tenant.feedback.touchpoint.code in text
        assert other.feedback.touchpoint.code not in text
        # It stands in a hall: nothing that only its body knows.
        assert "CANARI" not in text.replace(f"CANARI-{tenant.mark}-borne", "")


def test_who_is_no_kiosk_is_told_to_pair_and_changes_nothing(world: World):
    rows = world.a.feedback
    played = PlayedKiosk(rows.kiosk)
    batch = played.batch(played.answer(2))
    people = strangers(world, rows)
    before = census()
    wrong = []
    for who, secret, client in people:
        for what, response in (
            ("batches", send(batch, secret, client)),
            ("configuration", configured(secret, client)),
        ):
            if response.status_code != 401 or "CANARI" in response.content.decode():
                wrong.append(f"{who} {what}: {response.status_code}")
    none_wrong(wrong)
    assert census() == before


def test_a_kiosk_adds_to_its_own_body_only(world: World):
    """Whatever it says: the touchpoint and the version of another body are kept apart."""
    a, b = world.a.feedback, world.b.feedback
    of_a = Answer.objects.filter(organisation=world.a.organisation)
    before = set(of_a.values_list("pk", flat=True))
    counts = census()["feedback.MonthCount"]
    played = PlayedKiosk(b.kiosk, sequence=1000)
    elsewhere = played.answer(0, touchpoint=a.touchpoint.code)
    other_version = played.answer(0, version=the_version(a.questionnaire).pk)
    response = send(played.batch(elsewhere, other_version), b.kiosk_secret)
    assert response.status_code == 202, response.content
    assert [one["status"] for one in response.json()["receipts"]] == ["kept_apart"] * 2
    kept = KeptApart.objects.filter(answer_id__in=[elsewhere["id"], other_version["id"]])
    assert set(kept.values_list("organisation", "reason")) == {
        (world.b.organisation.pk, KeptApartReason.UNKNOWN_TOUCHPOINT),
        (world.b.organisation.pk, KeptApartReason.UNKNOWN_VERSION),
    }
    assert set(of_a.values_list("pk", flat=True)) == before
    assert census()["feedback.MonthCount"] == counts


def test_the_number_of_another_body_s_answer_takes_nothing_away(world: World):
    """An identifier already used elsewhere is a conflict: the first answer stays as it was."""
    taken = Answer.objects.filter(organisation=world.a.organisation).first()
    row = dict(Answer.objects.filter(pk=taken.pk).values()[0])
    played = PlayedKiosk(world.b.feedback.kiosk, sequence=1000)
    response = send(played.batch(played.answer(0, id=str(taken.pk))), world.b.feedback.kiosk_secret)
    assert response.status_code == 409
    assert "CANARI" not in response.content.decode()
    assert dict(Answer.objects.filter(pk=taken.pk).values()[0]) == row


def test_a_revoked_kiosk_is_refused_at_once(world: World):
    """Also by a process that remembers it."""
    rows = world.a.feedback
    played = PlayedKiosk(rows.kiosk, sequence=1000)
    assert send(played.batch(played.answer()), rows.kiosk_secret).status_code == 202
    world.client("coordinator_a").post(reverse("feedback:revoke_kiosk", args=[rows.kiosk.pk]))
    assert send(played.batch(played.answer()), rows.kiosk_secret).status_code == 401
    assert configured(rows.kiosk_secret).status_code == 401


# --- Pairing --------------------------------------------------------------------------------------


def pair(code: Any, *, secure: bool = True):
    return Client().post(
        reverse("feedback:pair"), json.dumps({"code": code}), "application/json", secure=secure
    )


def test_a_pairing_code_makes_one_kiosk_of_its_own_body(world: World):
    rows = world.a.feedback
    assert pair(rows.pairing_code, secure=False).status_code == 403
    made = pair(rows.pairing_code)
    assert made.status_code == 201, made.content
    device = Device.objects.get(pk=made.json()["device"]["id"])
    assert (device.organisation_id, device.touchpoint_id) == (
        world.a.organisation.pk,
        rows.touchpoint.pk,
    )
    assert configured(made.json()["secret"]).status_code == 200
    again = pair(rows.pairing_code)
    assert again.status_code == 409
    assert "secret" not in again.json()


def test_no_code_no_kiosk(world: World):
    devices = Device.objects.count()
    hashed = world.a.feedback.pairing.code_hash
    for code, status in (
        ("22222222", 404),
        (hashed, 400),
        ("", 404),
        (None, 400),
        (["A"], 400),
        (secret_of(world.a.feedback.kiosk), 404),
    ):
        response = pair(code)
        assert response.status_code == status, (code, response.content)
        assert "CANARI" not in response.content.decode()
    assert Device.objects.count() == devices


# --- What no program sends ------------------------------------------------------------------------

ODD_SECRETS = ("\x00", "é" * 50, "a" * 5_000, "Bearer", "secret\u2028", "🔑")


def test_nothing_sent_by_a_machine_is_an_error_of_ours(world: World):
    """Bodies that are none, parameters out of all bounds, secrets that are no text."""
    rows, wrong = world.a.feedback, []
    kiosk = {"Authorization": f"Bearer {rows.kiosk_secret}"}
    key = {"Authorization": f"Bearer {rows.key_secrets['all']}"}
    played = PlayedKiosk(rows.kiosk, sequence=1000)
    good = played.batch(played.answer())
    bodies = [*BODIES, *(("application/json", json.dumps(value)) for value in odd_values())]
    for field, value in ((f, v) for f in good["answers"][0] for v in odd_values()):
        odd = {**good, "answers": [{**good["answers"][0], field: value}]}
        bodies.append(("application/json", json.dumps(odd)))
    for name in ("feedback:batches", "feedback:pair"):
        for kind, body in bodies:
            with transaction.atomic():
                response = Client(raise_request_exception=False).post(
                    reverse(name), body, content_type=kind, secure=True, headers=kiosk
                )
                transaction.set_rollback(True)
            if response.status_code >= 500:
                wrong.append(f"{name} {kind} {body[:200]!r}: {response.status_code}")
    for operation in OPERATIONS.values():
        for parameter in ("cursor", "limit", "touchpoint", "since", "first", "last", "period"):
            for value in (NULL, NUMBER, FIRST_DAY, LAST_DAY, LONG_TEXT[:3000], "-1"):
                with transaction.atomic():
                    response = call(operation, key["Authorization"][7:], **{parameter: value})
                    transaction.set_rollback(True)
                if response.status_code >= 500:
                    wrong.append(f"{operation.route} {parameter}={value[:20]!r}")
    none_wrong(wrong)


def odd_values() -> list[Any]:
    return [None, True, [], {}, "", NULL, LONG_TEXT, -1, 2**63, 2**64, 1e300, "0", ["a"]]


@pytest.mark.parametrize("secret", ODD_SECRETS)
def test_a_secret_that_is_none_is_unknown(world: World, secret: str):
    """As bytes on the wire, which a header may hold."""
    sent = f"Bearer {secret}".encode().decode("latin-1")
    for path in (
        reverse("feedback:configuration"),
        *(reverse(operation.route) for operation in OPERATIONS.values()),
    ):
        client = Client(raise_request_exception=False)
        response = client.get(path, secure=True, headers={"Authorization": sent})
        assert response.status_code == 401, path
    response = Client(raise_request_exception=False).post(
        reverse("feedback:batches"), "{}", "application/json", headers={"Authorization": sent}
    )
    assert response.status_code == 401
