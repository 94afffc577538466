"""The big screen: the room's address and code, then the card, then what it gave."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from parvis.documents.qr import qr_svg
from parvis.foundation.addresses import absolute
from parvis.live_sessions.display import shown_of
from parvis.live_sessions.enums import RoundState, SessionState
from parvis.live_sessions.models import LiveRound
from parvis.live_sessions.snapshots import card_of, snapshot
from parvis.live_sessions.states import answers_in_words, present_in_words
from parvis.live_sessions.views.door import find_session, page, unknown_session
from parvis.staff_polls.addresses import to_type
from parvis.staff_polls.views.agents.door import for_agents


@for_agents
@require_safe
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page as it is now; its script asks for it again when the session moves on."""
    with scopes_disabled():
        session = find_session(code)
        found = snapshot(code, fresh=True)
        if session is None or found is None:
            return unknown_session(code)
        current = LiveRound.objects.filter(session=session, number=session.current).first()
        address = absolute(reverse("live_sessions:phone", args=[session.code]), request)
        context = {
            "session": session,
            "is_ended": session.state == SessionState.ENDED,
            "round": current,
            "card": card_of(session, current) if current else None,
            "shown": shown_of(session, current) if current else None,
            "is_open": current is not None and current.state == RoundState.OPEN,
            "present": present_in_words(found),
            "answers": answers_in_words(found),
            "door": to_type(absolute(reverse("live_sessions:door"), request)),
            "qr": qr_svg(address, label=_("Code à scanner pour entrer dans la salle")),
        }
        return page("live_sessions/room/screen.html", context)
