"""The API: known answers, tenants, budgets, cursors, and a storm of wrong requests."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.api import cursors, device_paths, keys
from parvis.feedback.enums import Exclusion
from parvis.feedback.exchange_enums import ApiScope
from parvis.feedback.exports.rows import Cursor
from parvis.feedback.models import ApiKey
from parvis.feedback.operations.exchanges import create_api_key, revoke_api_key
from parvis.feedback.tests.exchange_data import add_answers, add_comment, add_counts
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory

pytestmark = pytest.mark.django_db

PATHS = ("touchpoints", "answers", "counts", "devices")
COUNTS = {"period": "day", "first": "2026-01-01", "last": "2026-01-31"}


@pytest.fixture
def point():
    return TouchpointFactory()


def make_key(organisation, *scopes):
    with scope(organisation=[organisation.pk]):
        return create_api_key(
            organisation=organisation,
            by=PersonFactory(),
            name=f"Clé {timezone.now().timestamp()}",
            scopes=scopes or ApiScope.values,
        )


@pytest.fixture
def caller(point):
    _key, secret = make_key(point.organisation)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def ask(client, what, **parameters):
    return client.get(f"/api/feedback/{what}", parameters)


def problem_of(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == status
    assert body["detail"]
    return body


class TestKnownAnswers:
    def test_touchpoints_with_their_questions(self, caller, point):
        few = TouchpointFactory(organisation=point.organisation, staffing=2)
        TouchpointFactory()
        first, second = ask(caller, "touchpoints").json()["items"]
        assert (first["code"], first["one_by_one"]) == (point.code, True)
        assert (second["code"], second["one_by_one"]) == (few.code, False)
        smiley = first["questions"][0]
        assert (smiley["key"], smiley["kind"]) == ("satisfaction", "smiley")
        assert smiley["answers"][0] == {"answer": 0, "label": "Très mal"}

    def test_answers_with_masked_texts(self, caller, point):
        add_answers(point, 2, value=3)
        add_answers(point, 1, value=0, exclusion=Exclusion.TOO_SOON)
        add_comment(point, "Merci [nom]")
        body = ask(caller, "answers").json()
        assert body["has_more"] is False
        by_kind = {item["kind"]: item for item in body["items"]}
        assert by_kind["comment"]["text"] == "Merci [nom]"
        assert "RAW" not in json.dumps(body)
        assert [i["exclusion"] for i in body["items"] if i["value"] == 0] == ["too_soon"]
        smiley = next(i for i in body["items"] if i["value"] == 3)
        assert smiley["label"] == "Très bien"
        assert smiley["received_at"] == "2026-01-05T09:00:00+01:00"

    def test_counts_raw_and_kept(self, caller, point):
        add_counts(point, {0: 3, 3: 10})
        add_counts(point, {0: 2}, exclusion=Exclusion.BURST)
        [bad, good] = ask(caller, "counts", **COUNTS).json()["items"]
        assert bad == {
            "touchpoint": point.code,
            "period": "2026-01-05",
            "question": "satisfaction",
            "level": None,
            "answer": 0,
            "label": "Très mal",
            "raw": 5,
            "kept": 3,
            "excluded": {"burst": 2},
        }
        assert (good["raw"], good["kept"], good["excluded"]) == (10, 10, {})
        months = ask(caller, "counts", period="month", first="2026-01-20", last="2026-01-02")
        assert [item["period"] for item in months.json()["items"]] == ["2026-01", "2026-01"]

    def test_devices_and_their_health(self, caller, point):
        kiosk = KioskFactory(
            touchpoint=point, queue_length=4, highest_sequence=9, missing_sequences=[[2, 3]]
        )
        _link, item = ask(caller, "devices").json()["items"]
        assert (item["id"], item["kind"], item["queue_length"]) == (kiosk.pk, "kiosk", 4)
        assert (item["highest_sequence"], item["missing_sequences"]) == (9, [[2, 3]])
        assert "secret" not in json.dumps(item)

    def test_what_could_follow_an_agent_is_not_told(self, caller, point):
        few = TouchpointFactory(
            organisation=point.organisation, questionnaire=point.questionnaire, staffing=4
        )
        add_answers(few, 40)
        add_counts(few, {0: 20, 3: 9})
        add_counts(few, {0: 20, 3: 10}, day=date(2026, 2, 1))
        KioskFactory(touchpoint=few, highest_sequence=9, missing_sequences=[[2, 3]])
        assert ask(caller, "answers").json()["items"] == []
        assert ask(caller, "counts", **COUNTS).json()["items"] == []
        months = ask(caller, "counts", period="month", first="2026-01-01", last="2026-12-01")
        assert {item["period"] for item in months.json()["items"]} == {"2026-02"}
        kiosks = [d for d in ask(caller, "devices").json()["items"] if d["kind"] == "kiosk"]
        assert [(k["highest_sequence"], k["missing_sequences"]) for k in kiosks] == [(None, [])]


class TestWhoCalls:
    @pytest.mark.parametrize("what", PATHS)
    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer parvis_inconnue",
            "Bearer \x00",
            "Basic cGFydmlz",
            "parvis_x",
            "Bearer " + "parvis_" + "a" * 5000,
            "Bearer parvis_é",
        ],
    )
    def test_without_a_key_nothing(self, what, header):
        client = Client(headers={"Authorization": header} if header else {})
        response = ask(client, what)
        assert "parvis_" in problem_of(response, 401)["detail"]
        assert response["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("what", PATHS)
    def test_a_key_opens_its_scopes_only(self, point, what):
        others = [scope for scope in ApiScope.values if scope != what]
        _key, secret = make_key(point.organisation, *others)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        parameters = COUNTS if what == "counts" else {}
        problem_of(ask(client, what, **parameters), 403)

    def test_a_revoked_key_opens_nothing_at_once(self, point):
        key, secret = make_key(point.organisation)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        assert ask(client, "touchpoints").status_code == 200
        revoke_api_key(key=key, by=PersonFactory())
        problem_of(ask(client, "touchpoints"), 401)

    def test_a_session_is_no_key(self, point):
        client = Client()
        client.force_login(
            PersonFactory(operator=True),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        problem_of(ask(client, "touchpoints"), 401)

    def test_no_body_sees_another(self, caller, point):
        other = TouchpointFactory(name="CANARI")
        add_answers(other, 5)
        add_comment(other, "CANARI")
        add_counts(other, {0: 9})
        KioskFactory(touchpoint=other, name="CANARI")
        _key, secret = make_key(other.organisation)
        theirs = Client(headers={"Authorization": f"Bearer {secret}"})
        cursor = ask(theirs, "answers", limit=1).json()["next"]
        for what in PATHS:
            parameters = dict(COUNTS) if what == "counts" else {}
            for more in ({}, {"touchpoint": other.code}):
                if more and what in ("touchpoints", "devices"):
                    continue
                response = ask(caller, what, **parameters, **more)
                assert response.status_code == 200
                assert "CANARI" not in response.text
                assert other.code not in response.text
        assert ask(caller, "answers", cursor=cursor).json()["items"] == []

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_is_written(self, caller, method):
        response = getattr(caller, method)("/api/feedback/touchpoints")
        problem_of(response, 405)
        assert response["Allow"] == "GET"

    def test_answers_are_never_kept_by_a_proxy(self, caller):
        assert "no-store" in ask(caller, "touchpoints")["Cache-Control"]


class TestBudget:
    def test_the_minute_is_spent_then_comes_back(self, point, monkeypatch):
        monkeypatch.setattr(keys, "REQUESTS_A_MINUTE", 3)
        key, _secret = make_key(point.organisation)
        start = datetime(2026, 1, 1, 12, 0, 20, tzinfo=UTC)
        assert [keys.spend(key, start) for _n in range(5)] == [0, 0, 0, 40, 40]
        assert keys.spend(key, start + timedelta(seconds=40)) == 0
        with scopes_disabled():
            key = ApiKey.objects.get()
        assert (key.window_requests, key.last_used_at) == (1, start + timedelta(seconds=40))

    def test_one_key_does_not_spend_the_budget_of_another(self, point, monkeypatch):
        monkeypatch.setattr(keys, "REQUESTS_A_MINUTE", 1)
        (first, _s), (second, _t) = make_key(point.organisation), make_key(point.organisation)
        now = timezone.now()
        assert keys.spend(first, now) == 0
        assert keys.spend(first, now) > 0
        assert keys.spend(second, now) == 0

    def test_the_answer_says_how_long_to_wait(self, caller, monkeypatch):
        monkeypatch.setattr(keys, "REQUESTS_A_MINUTE", 0)
        with scopes_disabled():
            ApiKey.objects.update(window_started_at=timezone.now().replace(second=0, microsecond=0))
        response = ask(caller, "touchpoints")
        problem_of(response, 429)
        assert 1 <= int(response["Retry-After"]) <= 60


class TestPages:
    @pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=1)])
    @pytest.mark.parametrize("limit", [1, 7, 50])
    def test_a_reading_in_pages_gives_each_answer_once(self, caller, point, step, limit):
        made = {str(answer.id) for answer in add_answers(point, 40, step=step)}
        seen, cursor = [], None
        for _turn in range(100):
            body = ask(
                caller, "answers", limit=limit, **({"cursor": cursor} if cursor else {})
            ).json()
            seen += [item["id"] for item in body["items"]]
            cursor = body["next"]
            if not body["has_more"]:
                break
        assert len(seen) == len(made)
        assert set(seen) == made

    def test_the_last_cursor_goes_on_with_what_comes_in(self, caller, point):
        add_answers(point, 3)
        cursor = ask(caller, "answers").json()["next"]
        assert ask(caller, "answers", cursor=cursor).json()["items"] == []
        [late] = add_answers(point, 1, start=datetime(2026, 2, 1, tzinfo=UTC))
        body = ask(caller, "answers", cursor=cursor).json()
        assert [item["id"] for item in body["items"]] == [str(late.id)]

    def test_an_answer_waits_a_minute_so_that_no_older_one_is_missed(self, caller, point):
        add_answers(point, 1, start=timezone.now() - timedelta(seconds=20))
        assert ask(caller, "answers").json()["items"] == []

    def test_filters(self, caller, point):
        other = TouchpointFactory(
            organisation=point.organisation, questionnaire=point.questionnaire
        )
        add_answers(point, 3, step=timedelta(hours=1))
        add_answers(other, 3, step=timedelta(hours=1))
        items = ask(caller, "answers", touchpoint=other.code, since="2026-01-05T09:00:00Z")
        assert [i["received_at"][11:13] for i in items.json()["items"]] == ["10", "11"]
        assert {i["touchpoint"] for i in items.json()["items"]} == {other.code}

    def test_a_filter_that_leaves_nothing_does_not_walk_for_ever(self, caller, point, monkeypatch):
        from parvis.feedback.api import endpoints

        monkeypatch.setattr(endpoints, "MOST_WALKED", 10)
        add_answers(point, 25)
        body = ask(caller, "answers", touchpoint="zzz", limit=5).json()
        assert (body["items"], body["has_more"]) == ([], True)
        assert body["next"]

    def test_rows_known_by_their_number(self, caller, point):
        for _n in range(4):
            TouchpointFactory(organisation=point.organisation)
        seen, cursor = [], None
        while True:
            body = ask(
                caller, "touchpoints", limit=2, **({"cursor": cursor} if cursor else {})
            ).json()
            seen += [item["code"] for item in body["items"]]
            cursor = body["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 5

    def test_pages_cost_the_same_whatever_they_hold(
        self, caller, point, django_assert_max_num_queries
    ):
        for _n in range(10):
            TouchpointFactory(organisation=point.organisation)
        add_answers(point, 300)
        for what in PATHS:
            with django_assert_max_num_queries(16):
                ask(caller, what, **(COUNTS if what == "counts" else {}))


WRONG = [
    ("answers", {"cursor": "x"}, "cursor"),
    ("answers", {"cursor": "é"}, "cursor"),
    ("answers", {"cursor": cursors.of_number(3)}, "cursor"),
    ("touchpoints", {"cursor": "bjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, "cursor"),
    ("answers", {"limit": "0"}, "limit"),
    ("answers", {"limit": "1001"}, "limit"),
    ("answers", {"limit": "dix"}, "limit"),
    ("answers", {"touchpoint": "a b"}, "touchpoint"),
    ("answers", {"touchpoint": "\x00"}, "touchpoint"),
    ("answers", {"since": "hier"}, "since"),
    ("answers", {"since": "2026-01-01T00:00:00"}, "since"),
    ("answers", {"since": "0001-01-01T00:00:00Z"}, "since"),
    ("counts", {}, "period"),
    ("counts", COUNTS | {"period": "year"}, "period"),
    ("counts", COUNTS | {"last": "2025-12-31"}, "last"),
    ("counts", COUNTS | {"last": "2026-02-01"}, "last"),
    ("counts", COUNTS | {"first": "2026-13-01"}, "first"),
    ("counts", COUNTS | {"period": "month", "last": "2029-01-01"}, "last"),
]


@pytest.mark.parametrize(("what", "parameters", "field"), WRONG)
def test_a_wrong_parameter_is_named_with_a_sentence(caller, what, parameters, field):
    body = problem_of(ask(caller, what, **parameters), 422)
    errors = {error["field"]: error["message"] for error in body["errors"]}
    assert field in errors
    assert errors[field].endswith(".")


def test_cursors_come_back_as_they_went():
    from uuid import uuid4

    cursor = Cursor(datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC), uuid4())
    assert cursors.read_answer(cursors.of_answer(cursor)) == cursor
    assert cursors.read_number(cursors.of_number(2**63 - 1)) == 2**63 - 1


class TestDescription:
    def test_it_is_public_whole_and_served_without_a_key(self):
        response = Client().get("/api/openapi.json")
        document = response.json()
        assert set(document["paths"]) == {
            *(f"/api/feedback/{what}" for what in PATHS),
            *device_paths.PATHS,
        }
        references = set(str(response.content).split('"$ref": "#/components/schemas/')[1:])
        for reference in references:
            assert reference.partition('"')[0] in document["components"]["schemas"]

    def test_the_page_shows_each_operation_without_any_script_of_ours(self):
        text = Client().get("/api/").text
        for what in PATHS:
            assert f"/api/feedback/{what}" in text
        assert "/api/feedback/batches" in text
        assert "cdn" not in text

    def test_the_protocol_is_that_of_the_readme(self):
        """Each field of the room's README is described, and nothing else."""
        readme = (Path(device_paths.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
        example = readme.split("```")[1]
        for field in device_paths.SCHEMAS["SentAnswer"]["properties"]:
            assert f'"{field}"' in example


# --- A storm --------------------------------------------------------------------------------------


@pytest.fixture
def description():
    """The OpenAPI document, read before `kept_connection`, which the client would undo."""
    return Client().get("/api/openapi.json").json()


@pytest.fixture
def kept_connection(description):
    """The connection of the test's transaction outlives each request, as with Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@pytest.mark.parametrize("what", PATHS)
def test_no_request_breaks_the_api_and_every_answer_is_as_described(
    point, what, monkeypatch, description
):
    """Requests drawn from the description, right and wrong, through the WSGI application."""
    monkeypatch.setattr(keys, "REQUESTS_A_MINUTE", 10**6)
    add_answers(point, 12)
    add_comment(point, "texte")
    add_counts(point, {0: 3, 3: 10})
    KioskFactory(touchpoint=point)
    _key, secret = make_key(point.organisation)
    schema = schemathesis.openapi.from_dict(description)
    schema.app = get_wsgi_application()
    statuses = set()

    def storm(case):
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        statuses.add(response.status_code)
        assert response.status_code < 500, response.text
        case.validate_response(
            response,
            checks=[
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ],
        )

    operation = schema[f"/api/feedback/{what}"]["GET"]
    for mode in GenerationMode:
        run = given(case=operation.as_strategy(generation_mode=mode))(storm)
        settings(
            max_examples=25,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )(run)()
    assert statuses >= {200, 422}
