"""What becomes of a refusal no view has caught: a clear page with its status, never a 500.

The same for two states of the machine that are nobody's fault: a full disk and a database that is
busy or restarting answer 503, say that nothing was saved, and invite to try again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from parvis.foundation.database_lock import DatabaseHeldError
from parvis.foundation.errors import Refusal
from parvis.foundation.stale import StaleForm

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
LARGEST_NUMBER = 2**63 - 1

# SQLite has one class of error for a missing column, which is our fault, and for these.
_SQLITE_STATES = ("locked", "busy", "full", "disk i/o", "unable to open", "readonly")


class RefusalMiddleware:
    """Turn what a view raises into the page it deserves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> None:
        """A number that no database holds names nothing."""
        if any(isinstance(value, int) and value > LARGEST_NUMBER for value in kwargs.values()):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, StaleForm):
            context = {"differences": exception.differences, "action_url": request.path}
            return render(request, "foundation/stale.html", context, status=exception.status)
        if isinstance(exception, Refusal):
            context = {"message": exception.message, "back_url": _back_url(request)}
            return render(request, "foundation/refusal.html", context, status=exception.status)
        return unavailable(exception)


def unavailable(exception: BaseException | None) -> HttpResponse | None:
    """A 503 page for a state of the machine that will pass; None for any other error.

    The page needs no database, session or hat: `handler500` may ask for it too, for the errors that
    happen outside a view.
    """
    if not _will_pass(exception):
        return None
    logger.error("unavailable", exc_info=exception)
    response = HttpResponse(render_to_string("foundation/unavailable.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _will_pass(exception: BaseException | None) -> bool:
    if isinstance(exception, DatabaseHeldError):
        return True
    if isinstance(exception, (OperationalError, InterfaceError)):
        if connection.vendor != "sqlite":
            return True
        return any(state in str(exception).lower() for state in _SQLITE_STATES)
    if isinstance(exception, OSError) and not isinstance(exception, DatabaseError):
        return exception.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def _back_url(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return referer
    return ""
