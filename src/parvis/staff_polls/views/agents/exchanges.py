"""What the player says to the server: an invitation for a token, then a token for a ballot.

The two must not know of each other: they share no cookie, no identifier and no connection that
this application sees. `README.md` of the room gives their contract.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_scopes import scopes_disabled

from parvis.foundation.errors import Refusal
from parvis.staff_polls.gauge import gauge_of
from parvis.staff_polls.operations.casting import cast_ballot, cast_printed
from parvis.staff_polls.operations.issuing import invited_group, issue_token
from parvis.staff_polls.refusals import PollRefusal
from parvis.staff_polls.views.agents.door import find_poll, for_agents, refused
from parvis.staff_polls.views.agents.printed import cast_form

MAX_TOKEN_BYTES = 4096
# A number of 3,072 bits, or a signature, with room to spare.
MAX_ENCODED_CHARACTERS = 2048
STATE_SECONDS = 10


@for_agents
@require_POST
def take_token(request: HttpRequest, code: str) -> HttpResponse:
    """`{"invitation"}` gives the group and its key; with `"blinded"`, the blind signature."""
    try:
        content = _content(request, most=MAX_TOKEN_BYTES)
        invitation = _text(content.get("invitation"))
        if "blinded" not in content:
            group = invited_group(poll_code=code, invitation=invitation)
            return JsonResponse({"group": group.number, "public_key": encoded(group.public_key)})
        issued = issue_token(
            poll_code=code, invitation=invitation, blinded=_bytes(content["blinded"])
        )
    except Refusal as refusal:
        return refused(refusal)
    return JsonResponse({"group": issued.group, "signature": encoded(issued.signature)})


@for_agents
@require_POST
def cast(request: HttpRequest, code: str) -> HttpResponse:
    """Take a ballot: from the player in JSON, or from the form of a printed code.

    `202` once it is durable, never before.
    """
    if request.content_type != "application/json":
        return cast_form(request, code)
    try:
        content = _content(request)
        answers = content.get("answers")
        if "code" in content:
            cast_printed(poll_code=code, code=_text(content["code"]), answers=answers)
        else:
            group = content.get("group")
            if type(group) is not int or not 0 < group < 2**15:
                raise _unreadable()
            cast_ballot(
                poll_code=code,
                group=group,
                message=_bytes(content.get("message")),
                signature=_bytes(content.get("signature")),
                answers=answers,
            )
    except Refusal as refusal:
        return refused(refusal)
    return JsonResponse({"received": True}, status=202)


@for_agents
@require_safe
def state(request: HttpRequest, code: str) -> HttpResponse:
    """What everybody may know of a poll at this moment; the same for all, kept a few seconds."""
    with scopes_disabled():
        poll = find_poll(code)
        if poll is None:
            return JsonResponse({"error": "unknown"}, status=404)
        gauge = gauge_of(poll)
    response = JsonResponse({"state": poll.state, "revision": poll.revision, **gauge.as_content()})
    response["Cache-Control"] = f"public, max-age={STATE_SECONDS}"
    return response


def encoded(raw: bytes) -> str:
    """base64url without padding, as the player reads it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _content(request: HttpRequest, *, most: int | None = None) -> dict[str, Any]:
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise _too_long() from error
    if most is not None and len(body) > most:
        raise _too_long()
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unreadable() from error
    if not isinstance(content, dict):
        raise _unreadable()
    return content


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_ENCODED_CHARACTERS:
        raise _unreadable()
    return value.replace("\x00", "")


def _bytes(value: Any) -> bytes:
    text = _text(value)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> PollRefusal:
    return PollRefusal(
        _("Cet envoi n’est pas lisible : rechargez la page, vos réponses y sont gardées.")
    )


def _too_long() -> PollRefusal:
    return PollRefusal(
        _("Cet envoi est trop long. Vos réponses sont gardées : raccourcissez vos phrases.")
    )
