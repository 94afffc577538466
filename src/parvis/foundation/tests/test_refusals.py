"""What a view raises becomes a page the person understands, with its status; never a 500."""

from __future__ import annotations

import errno

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from parvis.foundation.access import public
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.refusals import RefusalMiddleware, unavailable
from parvis.foundation.stale import Difference, StaleForm
from parvis.foundation.urls import urlpatterns as own_urlpatterns

RAISED: dict[str, Exception] = {
    "refusal": Refusal("Ce numéro SIREN est faux."),
    "conflict": Conflict("Cette prise de contact a changé d’état."),
    "stale": StaleForm([Difference("Nom", "ancien nom", "nouveau nom")], current_revision=2),
    "locked": OperationalError("database is locked"),
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "database full": OperationalError("database or disk is full"),
    "bug": OperationalError("no such column: nope"),
}


@public
def raise_it(request, what: str) -> HttpResponse:
    raise RAISED[what]


urlpatterns = [*own_urlpatterns, path("raise/<str:what>", raise_it)]


@pytest.fixture
def client(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("refusal", 422, "Ce numéro SIREN est faux."),
        ("conflict", 409, "Cette prise de contact a changé d’état."),
        ("stale", 409, "nouveau nom"),
        ("stale", 409, "ancien nom"),
        ("locked", 503, "indisponible un instant"),
        ("full", 503, "indisponible un instant"),
        ("database full", 503, "indisponible un instant"),
    ],
)
def test_the_page_of_each_refusal(client: Client, what: str, status: int, words: str) -> None:
    response = client.get(f"/raise/{what}")
    assert response.status_code == status
    assert words in response.content.decode()
    assert (response.headers.get("Retry-After") is not None) == (status == 503)


def test_a_bug_of_ours_is_not_disguised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parvis.foundation.refusals.connection.vendor", "sqlite")
    assert unavailable(RAISED["bug"]) is None
    assert unavailable(ValueError("x")) is None
    assert unavailable(OSError(errno.EACCES, "x")) is None
    assert unavailable(CommandError("x")) is None
    assert unavailable(None) is None


def test_a_server_database_that_restarts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parvis.foundation.refusals.connection.vendor", "postgresql")
    response = unavailable(OperationalError("server closed the connection unexpectedly"))
    assert response is not None
    assert response.status_code == 503


@pytest.mark.parametrize(
    ("referer", "shown"),
    [("http://testserver/form", True), ("https://attacker.example/", False), ("", False)],
)
@pytest.mark.django_db
def test_the_way_back_stays_on_the_site(client: Client, referer: str, shown: bool) -> None:
    page = client.get("/raise/refusal", headers={"referer": referer}).content.decode()
    assert (referer in page) is shown or not referer
    assert ("Revenir à la page" in page) is shown


def test_the_middleware_leaves_answers_alone() -> None:
    answer = HttpResponse("bonjour")
    request = RequestFactory().get("/")
    assert RefusalMiddleware(lambda request: answer)(request) is answer


@pytest.mark.django_db
def test_health_says_that_the_database_answers(client: Client) -> None:
    response = client.get("/sante")
    assert response.status_code == 200
    assert response.json()["etat"] == "ok"
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_health_says_that_it_does_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("parvis.foundation.health.connection.cursor", broken)
    response = client.get("/sante")
    assert response.status_code == 503
    assert response.json() == {"etat": "panne", "base": "panne"}
