"""What kiosks send goes straight to its view, and is answered as every page of the house."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from parvis.feedback.api import batches
from parvis.foundation.machines import MachineMiddleware

pytestmark = pytest.mark.django_db

PATH = "/api/feedback/batches"


def test_the_route_of_batches_is_one(rf):
    asked = []
    middleware = MachineMiddleware(lambda request: asked.append(request.path))
    assert PATH in map(reverse, settings.MACHINE_ROUTES)
    assert middleware(rf.post(PATH)).status_code == 401
    assert not asked
    for path in ("/", "/api/feedback/batches/", "/api/feedback/pairing"):
        middleware(rf.get(path))
    assert asked == ["/", "/api/feedback/batches/", "/api/feedback/pairing"]


def test_its_answers_have_a_length_and_leave_no_cookie(client):
    response = client.post(PATH, b"{}", content_type="application/json")
    assert response.status_code == 401
    assert response["Content-Length"] == str(len(response.content))
    assert response["X-Request-ID"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_it_speaks_the_language_asked_for_whatever_the_thread_spoke_before(client, monkeypatch):
    # Whether the English catalogue is compiled or not.
    monkeypatch.setattr(batches, "unknown_device", lambda: HttpResponse(translation.get_language()))
    spoken = [
        client.post(PATH, headers=headers).content
        for headers in ({}, {"accept-language": "en"}, {"accept-language": "fr"}, {})
    ]
    assert spoken == [b"fr", b"en", b"fr", b"fr"]


def test_another_verb_is_refused(client):
    assert client.get(PATH).status_code == 405


def test_a_database_that_is_down_before_the_kiosk_is_known_asks_it_to_come_back(
    client, monkeypatch
):
    def fail(_request):
        raise OperationalError("database is locked")

    monkeypatch.setattr(batches.recognised, "find", fail)
    client.raise_request_exception = False
    response = client.post(PATH)
    assert response.status_code == 503
    assert response["Retry-After"]
