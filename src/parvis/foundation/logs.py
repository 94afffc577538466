"""Logs as one JSON object a line, and one line a request."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parvis.foundation.untraced import counts, is_untraced

logger = logging.getLogger("parvis.requests")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Machine-readable lines; whatever is passed in `extra=` becomes a key."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _STANDARD | {"request"}})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _time(record: logging.LogRecord) -> str:
    """To the millisecond; to the hour where nothing may tell when somebody came."""
    moment = time.gmtime(record.created)
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and is_untraced(request.path_info):
        return time.strftime("%Y-%m-%dT%HZ", moment)
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + f".{int(record.msecs):03d}Z"


def _message(record: logging.LogRecord) -> str:
    """The message; where Django names the address of a request, its route.

    An address may hold the token of a sign-in link or of an invitation, still good when refused.
    """
    request = getattr(record, "request", None)
    if not isinstance(request, HttpRequest) or not isinstance(record.args, tuple):
        return record.getMessage()
    match = request.resolver_match
    route = match.route if match else "?"
    return str(record.msg) % tuple(
        route if isinstance(value, str) and value.startswith("/") else value
        for value in record.args
    )


class RequestLogMiddleware:
    """Log method, route, status and duration of each request; never a query or an address.

    Those of `settings.UNTRACED_PATHS` are counted by the hour, without their durations.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:12]
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else ""
        if is_untraced(request.path_info):
            counts.add(method=request.method or "", route=route, status=response.status_code)
            return response
        logger.info(
            "request",
            extra={
                "request_id": request_id,
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        response["X-Request-ID"] = request_id
        return response
