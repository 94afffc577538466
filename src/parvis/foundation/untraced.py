"""Pages whose visitors leave no trace: neither who they are, nor when each of them came.

`settings.UNTRACED_PATHS` begins their addresses. What could tell one visitor from another is taken
off the request before anything reads it, so that no session is opened, no account known and no
address kept, by mistake or by a later change. Their requests are counted by the hour instead of
logged one by one, and a line that an error writes bears the hour alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("parvis.requests")

HOUR_SECONDS = 3600
# What says who asks: accounts and devices, addresses, and what proxies add about them.
_IDENTIFYING = (
    "HTTP_COOKIE",
    "HTTP_AUTHORIZATION",
    "HTTP_USER_AGENT",
    "HTTP_REFERER",
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "REMOTE_USER",
)
NO_ADDRESS = "0.0.0.0"  # noqa: S104 – said of nobody, listened on by nothing


def is_untraced(path: str) -> bool:
    return path.startswith(tuple(settings.UNTRACED_PATHS))


class UntracedMiddleware:
    """Take off the request what says who asks, before any other middleware reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_untraced(request.path_info):
            for name in _IDENTIFYING:
                request.META.pop(name, None)
            request.META["REMOTE_ADDR"] = NO_ADDRESS
        return self.get_response(request)


class HourlyCounts:
    """How many requests of each method, route and status; written when their hour has ended.

    Written by a clock, not by the next request: its own time would be told. What was counted since
    the hour began is lost when the process is stopped.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._hour = 0
        self._timer: threading.Timer | None = None

    def add(self, *, method: str, route: str, status: int) -> None:
        with self._lock:
            if self._timer is None:
                now = self._now()
                self._hour = int(now // HOUR_SECONDS)
                self._timer = threading.Timer(HOUR_SECONDS - now % HOUR_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()
            self._counts[method, route, status] += 1

    def write(self) -> None:
        """Log one line a method, route and status, in the order of their names."""
        with self._lock:
            counted, self._counts, self._timer = self._counts, Counter(), None
        hour = time.strftime("%Y-%m-%dT%HZ", time.gmtime(self._hour * HOUR_SECONDS))
        for (method, route, status), count in sorted(counted.items()):
            logger.info(
                "requests",
                extra={
                    "hour": hour,
                    "method": method,
                    "route": route,
                    "status": status,
                    "count": count,
                },
            )


counts = HourlyCounts()


class OnlyWhatBroke(logging.Filter):
    """Of Django's lines on the answers of untraced pages, those of errors of the server alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        return not (
            isinstance(request, HttpRequest)
            and is_untraced(request.path_info)
            and getattr(record, "status_code", 500) < 500
        )
