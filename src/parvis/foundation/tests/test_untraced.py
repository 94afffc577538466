"""Untraced pages: nobody is told apart, no request has a line or a time of its own."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from parvis.foundation import logs, untraced
from parvis.foundation.logs import JsonFormatter, RequestLogMiddleware
from parvis.foundation.untraced import HourlyCounts, OnlyWhatBroke, UntracedMiddleware

PRIVATE = {
    "HTTP_COOKIE": "sessionid=secret; csrftoken=other",
    "HTTP_AUTHORIZATION": "Bearer secret",
    "HTTP_USER_AGENT": "Mozilla/5.0 (a rare telephone)",
    "HTTP_REFERER": "https://intranet.exemple.fr/dupont",
    "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    "HTTP_X_REAL_IP": "203.0.113.7",
    "HTTP_FORWARDED": "for=203.0.113.7",
    "REMOTE_ADDR": "203.0.113.7",
}


@pytest.fixture(autouse=True)
def _paths(settings: Any) -> None:
    settings.UNTRACED_PATHS = ["/secret/"]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> HourlyCounts:
    """Counts of their own, half an hour after ten."""
    own = HourlyCounts(now=lambda: 10 * 3600 + 1800.0)
    monkeypatch.setattr(logs, "counts", own)
    return own


def seen(path: str) -> HttpRequest:
    received: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        received.append(request)
        return HttpResponse()

    UntracedMiddleware(view)(RequestFactory().post(path, **PRIVATE))
    return received[0]


def test_what_says_who_asks_is_taken_off():
    request = seen("/secret/poll/")
    written = repr(request.META)
    assert [value for value in PRIVATE.values() if value in written] == []
    assert request.COOKIES == {}
    assert request.META["REMOTE_ADDR"] == "0.0.0.0"


def test_other_pages_keep_it():
    request = seen("/secrets/")
    assert request.COOKIES["sessionid"] == "secret"
    assert request.META["REMOTE_ADDR"] == "203.0.113.7"


def test_requests_are_counted_and_written_by_the_clock_alone(
    counts: HourlyCounts, caplog: pytest.LogCaptureFixture
):
    middleware = RequestLogMiddleware(lambda request: HttpResponse(status=202))
    with caplog.at_level(logging.INFO, logger="parvis.requests"):
        for _rank in range(3):
            response = middleware(RequestFactory().post("/secret/poll/ballot"))
        assert "X-Request-ID" not in response
        assert caplog.records == []
        middleware(RequestFactory().get("/elsewhere"))
        assert [record.message for record in caplog.records] == ["request"]
        counts.write()
    line = json.loads(JsonFormatter().format(caplog.records[1]))
    assert line["count"] == 3
    assert (line["method"], line["status"]) == ("POST", 202)
    assert line["hour"] == "1970-01-01T10Z"
    assert "milliseconds" not in line
    assert "request_id" not in line


def test_the_clock_rings_at_the_end_of_the_hour(counts: HourlyCounts):
    counts.add(method="GET", route="r", status=200)
    timer = counts._timer
    assert timer is not None
    assert timer.interval == 1800
    counts.add(method="GET", route="r", status=200)
    assert counts._timer is timer
    timer.cancel()
    counts.write()
    assert counts._timer is None


def test_nothing_counted_is_written_twice(counts: HourlyCounts, caplog: Any):
    counts.add(method="GET", route="r", status=200)
    with caplog.at_level(logging.INFO, logger="parvis.requests"):
        counts.write()
        counts.write()
    assert len(caplog.records) == 1


def record_of(path: str, status: int) -> logging.LogRecord:
    record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Refused", path), "created": 0.5})
    record.request = RequestFactory().get(path)
    record.status_code = status
    return record


@pytest.mark.parametrize(
    ("path", "status", "is_kept"),
    [
        ("/secret/poll/", 404, False),
        ("/secret/poll/", 409, False),
        ("/secret/poll/", 500, True),
        ("/elsewhere", 404, True),
    ],
)
def test_a_refusal_has_no_line(path: str, status: int, is_kept: bool):
    assert OnlyWhatBroke().filter(record_of(path, status)) is is_kept


def test_the_line_of_an_error_bears_its_hour():
    line = JsonFormatter().format(record_of("/secret/poll/", 500))
    assert json.loads(line)["at"] == "1970-01-01T00Z"
    line = JsonFormatter().format(record_of("/elsewhere", 500))
    assert json.loads(line)["at"].startswith("1970-01-01T00:00:00.")


def test_the_logs_in_service_go_through_the_filter(settings: Any):
    handlers = settings.LOGGING["handlers"]
    assert {name for name, one in handlers.items() if "untraced" not in one["filters"]} == set()
    assert untraced.OnlyWhatBroke.__name__ in settings.LOGGING["filters"]["untraced"]["()"]


def test_the_middleware_stands_before_all_that_reads_who_asks(settings: Any):
    names = list(settings.MIDDLEWARE)
    place = names.index("parvis.foundation.untraced.UntracedMiddleware")
    before = {"SecurityMiddleware", "WhiteNoiseMiddleware"}
    assert {name.rpartition(".")[2] for name in names[:place]} == before
