"""Votes sent by the script of a page, which stays where it is: opinions and comparisons.

`POST /participer/<code>/voter`, in JSON, with the cookie of the consultation:

    {"phase": 2, "opinions": [[key, 1], …], "next": true}
    {"phase": 3, "preferences": [[key, key, preferred key or 0], …], "next": true}

`202` once the votes are on the disk, with what comes next if it was asked for: `{"key", "text"}`,
two of them, or null. The content type keeps other sites from sending it: a form cannot, and a
script of theirs would have to ask first, which is refused.
"""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django_scopes import scopes_disabled

from parvis.consultations.entrance import held_secret, needs_proof, remember
from parvis.consultations.enums import PhaseKind, VoteKind
from parvis.consultations.models import Phase
from parvis.consultations.operations.voting import (
    Ballot,
    Choice,
    Stranger,
    TooBusy,
    preference,
    vote,
)
from parvis.consultations.opinion_pages import text_in
from parvis.consultations.permissions.public import open_consultation, open_phase
from parvis.consultations.routing import next_pair, next_statement
from parvis.consultations.views.citizen.judging import LARGEST_KEY, voter
from parvis.consultations.views.citizen.visit import Visit, entrance_address, language_of_page
from parvis.foundation.access import public
from parvis.foundation.errors import Refusal

MOST_BYTES = 16 * 1024
MOST_VOTES = 100
RETRY_SECONDS = 2
PHASE_SECONDS = 2.0
# However their codes are written.
MOST_PHASES = 200


@require_POST
@public
@csrf_exempt  # the content type stands for the token: see above
def vote_by_script(request: HttpRequest, code: str) -> HttpResponse:
    """Store votes, and say what comes next."""
    try:
        with scopes_disabled():
            return _answer(request, code)
    except Http404:
        return JsonResponse({"error": "unknown"}, status=404)
    except Refusal as refusal:
        response = JsonResponse({"message": refusal.message}, status=refusal.status)
    except DatabaseError:
        busy = TooBusy()
        response = JsonResponse({"message": busy.message}, status=busy.status)
    if response.status_code == TooBusy.status:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _answer(request: HttpRequest, code: str) -> HttpResponse:
    content = _content(request)
    phase = _phase(code, _number(content.get("phase")))
    kind, choices = _choices(phase.kind, content)
    new_secret = ""
    try:
        # Who holds this secret is looked for where the votes are written, for many at once.
        who = vote(Ballot(phase, held_secret(request, phase.consultation), kind, choices))
    except Stranger:
        visit = Visit(request, phase.consultation, None, phase=phase)
        if needs_proof(phase.consultation, None):
            return JsonResponse({"address": entrance_address(visit)}, status=401)
        visit.sent_device = str(content.get("device", ""))
        who = vote(Ballot(phase, voter(visit).pk, kind, choices))
        new_secret = visit.secret
    answer: dict[str, Any] = {"received": len(choices)}
    if content.get("next") is True:
        answer["next"] = _next(phase, who)
    response = JsonResponse(answer, status=202)
    if new_secret:
        remember(request, response, phase.consultation, new_secret)
    return response


_kept: dict[tuple[str, int], tuple[float, Phase]] = {}


def _phase(code: str, position: int) -> Phase:
    """The phase of an address, read once in a while by each process.

    Whether it takes votes is judged when they are written, whatever is said here.
    """
    now = time.monotonic()
    read_at, kept = _kept.get((code, position), (0.0, None))
    if kept is not None and settings.COMMITTER_THREADS and now - read_at < PHASE_SECONDS:
        return kept
    found = open_phase(open_consultation(code), position)
    if len(_kept) >= MOST_PHASES:
        _kept.clear()
    _kept[code, position] = (now, found)
    return found


def _content(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise _unreadable()
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise _unreadable() from error
    if len(body) > MOST_BYTES:
        raise _unreadable()
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unreadable() from error
    if not isinstance(content, dict):
        raise _unreadable()
    return content


def _choices(phase_kind: str, content: dict[str, Any]) -> tuple[VoteKind, list[Choice]]:
    is_pairs = phase_kind == PhaseKind.PAIRS
    if not is_pairs and phase_kind != PhaseKind.OPINIONS:
        raise _unreadable()
    rows = content.get("preferences" if is_pairs else "opinions")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_VOTES:
        raise _unreadable()
    length = 3 if is_pairs else 2
    if not all(isinstance(row, list) and len(row) == length for row in rows):
        raise _unreadable()
    if is_pairs:
        return VoteKind.PREFERENCE, [_preference(*row) for row in rows]
    return VoteKind.OPINION, [Choice(_number(key), _number(value, least=-1)) for key, value in rows]


def _preference(first: object, second: object, preferred: object) -> Choice:
    sides = [_number(first), _number(second)]
    chosen = _number(preferred)
    if chosen not in {0, *sides}:
        raise _unreadable()
    other = sides[0] if chosen == sides[1] else sides[1]
    return preference(chosen or sides[0], other, neither=not chosen)


def _number(value: object, *, least: int = 0) -> int:
    if type(value) is not int or not least <= value < LARGEST_KEY:
        raise _unreadable()
    return value


def _next(phase: Phase, who: int) -> Any:
    language = language_of_page()
    if phase.kind == PhaseKind.OPINIONS:
        statement = next_statement(phase, who)
        if statement is None:
            return None
        return {"key": statement.pk, "text": text_in(statement, language)}
    pair = next_pair(phase, who)
    if pair is None:
        return None
    return [{"key": one.pk, "text": text_in(one, language)} for one in pair]


def _unreadable() -> Refusal:
    return Refusal(_("Ce vote n’est pas lisible : rechargez la page, puis votez de nouveau."))
