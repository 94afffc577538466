"""The answers where something may not be prepared, or no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import render

from parvis.accounts.requests import HatRequest
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.preparing import Launched
from parvis.staff_polls.permissions.coordinator import access_poll, may_prepare


def option_missing(request: HatRequest) -> HttpResponse | None:
    """The page that says how to get the option; None where something new may be prepared."""
    decision = may_prepare(request.hat)
    if decision:
        return None
    return render(
        request,
        "staff_polls/option_missing.html",
        {"reason": decision.reason, "is_simulated": request.hat.is_simulated},
        status=403,
    )


def frozen(request: HatRequest, poll: StaffPoll) -> HttpResponse:
    """The page that says why a launched poll does not change, and offers a copy."""
    return render(
        request,
        "staff_polls/frozen.html",
        {
            "poll": poll,
            "message": Launched().message,
            "may_prepare": may_prepare(request.hat),
            "is_simulated": poll.organisation.is_simulated,
        },
        status=Launched.status,
    )


DraftView = Callable[..., HttpResponse]


def changes_a_draft(view: DraftView) -> DraftView:
    """A view of a poll that changes it while it is a draft, and shows it afterwards.

    The view is given the poll of its address. A form sent once the poll is launched, or while it is
    being launched, is answered by the offer of a copy.
    """

    @wraps(view)
    def guarded(request: HatRequest, pk: int, **kwargs: object) -> HttpResponse:
        poll = access_poll(request.hat, pk)
        if request.method == "POST" and poll.state != PollState.DRAFT:
            return frozen(request, poll)
        try:
            return view(request, poll, **kwargs)
        except Launched:
            return frozen(request, poll)

    return guarded
