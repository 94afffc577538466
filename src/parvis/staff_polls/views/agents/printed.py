"""The poll without scripts: a printed code opens one page with all the cards, sent as a form."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.foundation.errors import Refusal
from parvis.foundation.readable_codes import in_groups
from parvis.staff_polls.codes import read_ballot_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.casting import cast_printed
from parvis.staff_polls.poll_document import MAX_SENTENCE_CHARACTERS, read_document
from parvis.staff_polls.printed_form import PrintedForm
from parvis.staff_polls.views.agents.door import find_poll, page, unknown_poll


def cards_page(
    poll: StaffPoll,
    form: PrintedForm,
    *,
    code: str,
    code_error: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """All the cards, as they were filled in; `code` as it was typed when it is not one."""
    read = read_ballot_code(code)
    return page(
        "staff_polls/agents/cards.html",
        poll,
        {
            "form": form,
            "code": in_groups(read) if read else code[:40],
            "code_error": code_error,
            "problem": problem,
            "most": MAX_SENTENCE_CHARACTERS,
        },
        status=status,
    )


def cast_form(request: HttpRequest, poll_code: str) -> HttpResponse:
    """Take the ballot of a form: thanks once it is durable, else the same page with its errors."""
    with scopes_disabled():
        poll = find_poll(poll_code)
        if poll is None:
            return unknown_poll()
        if poll.state != PollState.OPEN:
            return page("staff_polls/agents/closed.html", poll, {"came_late": True}, status=410)
        try:
            data = request.POST
        except RequestDataTooBig:
            return too_long(poll)
        form = PrintedForm(read_document(poll.document), data)
        code = data.get("code", "")
        code_error = "" if read_ballot_code(code) else wrong_code()
        if code_error or form.has_errors:
            return cards_page(poll, form, code=code, code_error=code_error, status=422)
        try:
            cast_printed(poll_code=poll.code, code=read_ballot_code(code), answers=form.answers)
        except Refusal as refusal:
            if refusal.field == "code":
                return cards_page(
                    poll, form, code=code, code_error=refusal.message, status=refusal.status
                )
            form.refuse(refusal)
            problem = "" if form.has_errors else refusal.message
            return cards_page(poll, form, code=code, problem=problem, status=refusal.status)
    return page("staff_polls/agents/thanks.html", poll, {}, status=202)


def too_long(poll: StaffPoll) -> HttpResponse:
    """What a form beyond any ballot is answered."""
    return page(
        "staff_polls/agents/too_long.html", poll, {"most": MAX_SENTENCE_CHARACTERS}, status=413
    )


def wrong_code() -> str:
    return _("Un code a douze signes, lettres et chiffres, sans I, L, O, U, ni 0, ni 1.")
