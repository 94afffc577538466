"""What the pages of a room share: they know the room, and nothing of who asks for them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.foundation.group_commit import BusyError
from parvis.live_sessions.codes import read_session_code
from parvis.live_sessions.enums import SessionState
from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.operations.voting import VoteRefusal

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
RETRY_SECONDS = 2


def in_json(view: View) -> View:
    """Answer refusals, a crowd and a database that is down as a program reads them."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            code = refusal.code if isinstance(refusal, VoteRefusal) else "unreadable"
            content = {"error": code, "message": refusal.message}
            return JsonResponse(content, status=refusal.status)
        except (BusyError, DatabaseError) as error:
            if isinstance(error, DatabaseError):
                # With its request: the line then bears the hour alone.
                logger.exception("room", extra={"request": request})
            response = JsonResponse({"error": "busy", "message": busy_words()}, status=503)
            response["Retry-After"] = str(RETRY_SECONDS)
            return response

    return answered


def busy_words() -> str:
    return _("Beaucoup répondent en même temps : votre réponse est gardée et repart toute seule.")


def find_session(code: str) -> LiveSession | None:
    """The opened session of an address, however its code is written."""
    found: LiveSession | None = (
        LiveSession.objects.select_related("organisation")
        .filter(code=read_session_code(code))
        .exclude(state=SessionState.PREPARED)
        .first()
    )
    return found


def page(template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(
        render_to_string(template, {"language": get_language(), **context}), status=status
    )


def unknown_session(typed: str = "") -> HttpResponse:
    """The page where a code is typed, saying that this one is not known."""
    return page(
        "live_sessions/room/door.html", {"typed": typed[:40], "is_unknown": True}, status=404
    )
