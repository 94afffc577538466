"""What a phone opens: the door where a code is typed, and the room.

Scripts keep the page in step with the room. Without them the same page is a form: it holds the
secret that the server gave it and does not keep, and is asked for again by a button.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_scopes import scopes_disabled

from parvis.foundation.errors import Refusal
from parvis.foundation.group_commit import BusyError
from parvis.live_sessions import codes
from parvis.live_sessions.display import shown_of
from parvis.live_sessions.enums import RoundState, SessionState, Shape
from parvis.live_sessions.models import LiveRound, LiveSession
from parvis.live_sessions.operations.voting import cast_vote, enter
from parvis.live_sessions.phone_page import page_data
from parvis.live_sessions.session_document import MOST_WORDS, LiveCard
from parvis.live_sessions.snapshots import card_of
from parvis.live_sessions.views.door import (
    busy_words,
    find_session,
    page,
    unknown_session,
)
from parvis.staff_polls.poll_document import Document
from parvis.staff_polls.printed_form import PrintedForm
from parvis.staff_polls.views.agents.door import for_agents


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Where the code of the screen is typed."""
    if request.method != "POST":
        return page("live_sessions/room/door.html", {})
    typed = request.POST.get("code", "")
    with scopes_disabled():
        session = find_session(typed)
    if session is None:
        return unknown_session(typed)
    return redirect("live_sessions:phone", session.code)


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, code: str) -> HttpResponse:
    """The room on a phone. By POST, without scripts: entering, looking again, or answering."""
    with scopes_disabled():
        session = find_session(code)
        if session is None:
            return unknown_session(code)
        if request.method != "POST" or session.state == SessionState.ENDED:
            return _page(session)
        try:
            sent = request.POST
        except RequestDataTooBig:
            problem = _("Cet envoi est trop long : raccourcissez votre texte.")
            return _page(session, secret=codes.new_secret(), problem=problem, status=413)
        return _answered(session, sent)


def _answered(session: LiveSession, sent: QueryDict) -> HttpResponse:
    """The page after a form: its secret is that of the form, or a new one at the entrance."""
    secret = sent.get("secret", "")
    if not codes.is_secret(secret):
        secret = codes.new_secret()
    number = sent.get("round", "")
    problem, done = "", ""
    status = 200
    try:
        if sent.get("action") == "repondre" and number.isascii() and number.isdigit():
            status = 202
            done = _vote(session, secret, int(number[:6]), sent)
        else:
            token = codes.token_of(secret, code=session.code, number=codes.ENTRANCE)
            enter(code=session.code, token=token)
    except BusyError:
        problem, status = busy_words(), 503
    except Refusal as refusal:
        problem, status = refusal.message, refusal.status
    return _page(session, secret=secret, sent=sent, problem=problem, done=done, status=status)


def _vote(session: LiveSession, secret: str, number: int, sent: QueryDict) -> str:
    round_ = LiveRound.objects.filter(session=session, number=number).first()
    if round_ is None:
        raise Refusal(_("Cette carte n’est pas de cette séance."))
    card = card_of(session, round_)
    cast_vote(
        code=session.code,
        number=number,
        token=codes.token_of(secret, code=session.code, number=number),
        answer=_answer(card, sent),
    )
    return _("Votre réponse est enregistrée. Tant que le vote est ouvert, vous pouvez la changer.")


def _answer(card: LiveCard, sent: QueryDict) -> Any:
    if card.shape == Shape.WORDS:
        return sent.getlist("mot")
    form = PrintedForm(Document((card.card,)), sent)
    if form.has_errors:
        raise Refusal(form.errors[0].error, field=card.key)
    if card.key not in form.answers:
        # No box ticked is none: a form without scripts has no box for "none of these".
        raise Refusal(_("Répondez d’abord à la carte."), field=card.key)
    return form.answers[card.key]


def _page(
    session: LiveSession,
    *,
    secret: str = "",
    sent: QueryDict | None = None,
    problem: str = "",
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    current = LiveRound.objects.filter(session=session, number=session.current).first()
    is_ended = session.state == SessionState.ENDED
    card = card_of(session, current) if current is not None else None
    is_open = current is not None and current.state == RoundState.OPEN and not is_ended
    # What was typed for this card comes back; another card starts empty.
    data = sent if sent is not None and current is not None else QueryDict()
    if current is not None and data.get("round") != str(current.number):
        data = QueryDict()
    context = {
        "session": session,
        "is_ended": is_ended,
        "is_open": is_open,
        "round": current,
        "card": card,
        "field": PrintedForm(Document((card.card,)), data).fields[0] if card and is_open else None,
        "words": (data.getlist("mot") + [""] * MOST_WORDS)[:MOST_WORDS],
        "shown": shown_of(session, current) if current is not None else None,
        "secret": secret,
        "problem": problem,
        "done": done,
        "data": page_data(session, language=get_language() or "fr"),
    }
    return page("live_sessions/room/phone.html", context, status=status)
