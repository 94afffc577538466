"""What phones and the screen say to the server, and are told; `README.md` gives their contract."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parvis.live_sessions import states
from parvis.live_sessions.operations.voting import UnknownSession, VoteRefusal, cast_vote, enter
from parvis.live_sessions.snapshots import Snapshot, snapshot
from parvis.live_sessions.views.door import in_json
from parvis.staff_polls.views.agents.door import for_agents

MAX_BODY_BYTES = 8 * 1024


@for_agents
@require_safe
@in_json
def state(request: HttpRequest, code: str) -> HttpResponse:
    """What a room is at, for its phones; `304` where they know it already."""
    found = _found(code)
    return _unless_known(request, found, states.phone_state(found))


@for_agents
@require_safe
@in_json
def screen_state(request: HttpRequest, code: str) -> HttpResponse:
    """The same for its screen, with how many are there and have answered."""
    found = _found(code)
    return _unless_known(request, found, states.screen_state(found))


@for_agents
@require_POST
@in_json
def enter_room(request: HttpRequest, code: str) -> HttpResponse:
    """`{"token"}`: a device is in the room; the same twice counts once."""
    content = _content(request)
    enter(code=code, token=content.get("token"))  # type: ignore[arg-type]
    return JsonResponse({"received": True}, status=202)


@for_agents
@require_POST
@in_json
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """`{"round", "token", "answer"}`: `202` once it is durable, never before."""
    content = _content(request)
    number = content.get("round")
    if type(number) is not int:
        raise _unreadable()
    cast_vote(code=code, number=number, token=content.get("token"), answer=content.get("answer"))  # type: ignore[arg-type]
    return JsonResponse({"received": True}, status=202)


def _found(code: str) -> Snapshot:
    found = snapshot(code)
    if found is None:
        raise UnknownSession
    return found


def _unless_known(request: HttpRequest, found: Snapshot, body: bytes) -> HttpResponse:
    tag = f'"{found.version}-{crc32(body):x}"'
    # A proxy that compresses answers marks the tags of those it changed.
    if request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix("W/") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response


def _content(request: HttpRequest) -> dict[str, Any]:
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise _unreadable() from error
    if len(body) > MAX_BODY_BYTES:
        raise VoteRefusal(_("Cet envoi est trop long : raccourcissez, tout est gardé."))
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unreadable() from error
    if not isinstance(content, dict):
        raise _unreadable()
    return content


def _unreadable() -> VoteRefusal:
    return VoteRefusal(_("Cet envoi n’est pas lisible : rechargez la page."))
