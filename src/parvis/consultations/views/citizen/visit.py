"""A visit to a public consultation: what every page of the public knows, and who acts.

Decorators of verbs stand above `@visiting`, which gives the view a visit in place of the request.

`@visiting` opens a view to everybody, finds the consultation (404 otherwise) and the participant of
the browser. A view that changes something asks for `visit.actor()`: where the admission is open it
makes a participant of the device at the first act, where people are verified it sends the visitor
to be verified and back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django_scopes import scopes_disabled

from parvis.consultations.entrance import (
    access_of,
    admit_device,
    needs_proof,
    new_device,
    participant_of,
    remember,
)
from parvis.consultations.models import Consultation, Participant, Phase
from parvis.consultations.permissions.public import (
    may_take_part,
    open_consultation,
    open_phase,
)
from parvis.foundation.access import public
from parvis.foundation.permissions import Decision

# Of a form: what the page drew for a browser not known yet.
DEVICE_FIELD = "appareil"


class ProofNeeded(Exception):  # noqa: N818 – says what is missing
    """The visitor has to be verified first; `visiting` sends them there."""


def language_of_page() -> str:
    """The code of the language that pages are made in now, without its country."""
    return (get_language() or "fr").split("-")[0]


@dataclass
class Visit:
    """One request to a public page of a consultation."""

    request: HttpRequest
    consultation: Consultation
    # None until this browser takes part.
    participant: Participant | None
    now: datetime = field(default_factory=timezone.now)
    # None on pages of the consultation as a whole.
    phase: Phase | None = None
    # Position of the phase that sent somebody to be verified; empty = read in the request.
    came_from: str = ""
    # Of an access opened by this request, which its answer gives to the browser.
    secret: str = ""
    # What the page drew for a browser not known yet, where no form field sends it.
    sent_device: str = ""

    @property
    def language(self) -> str:
        return language_of_page()

    @property
    def voter_key(self) -> int | None:
        return self.participant.pk if self.participant else None

    @property
    def access_key(self) -> int:
        """The key of the access that this browser holds; 0 when it holds none."""
        return access_of(self.request, self.consultation)

    @property
    def running(self) -> Phase:
        """The phase of a page that has one."""
        if self.phase is None:
            raise TypeError("this page has no phase")
        return self.phase

    @property
    def device(self) -> str:
        """For a hidden field `appareil` of forms; empty where this browser is known or verified.

        Sent twice before the answer came, a first act is then that of one participant.
        """
        if self.participant is not None or self.consultation.is_verified:
            return ""
        return new_device()

    def may_take_part(self) -> Decision:
        """Whether the phase takes something now, and why not."""
        return may_take_part(self.running, self.now)

    def actor(self) -> Participant:
        """Who acts; a new participant where the admission is open. Raise `ProofNeeded`."""
        if self.participant is None:
            if needs_proof(self.consultation, self.participant):
                raise ProofNeeded
            device = self.sent_device or self.request.POST.get(DEVICE_FIELD, "")
            self.participant, self.secret = admit_device(self.consultation, self.language, device)
            self.participant.consultation = self.consultation
        return self.participant

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A page with the visit, the consultation and the phase in its context."""
        shared = {
            "visit": self,
            "consultation": self.consultation,
            "phase": self.phase,
            "participant": self.participant,
        }
        return render(self.request, template, {**shared, **context}, status=status)


View = Callable[..., HttpResponseBase]


def visiting(view: View) -> View:
    """Open a view `(visit, …)` to everybody: by a consultation's code, and a phase's position."""

    @public
    @wraps(view)
    def opened(
        request: HttpRequest, code: str, position: int | None = None, **kwargs: Any
    ) -> HttpResponseBase:
        with scopes_disabled():
            consultation = open_consultation(code)
            visit = Visit(request, consultation, participant_of(request, consultation))
            if position is not None:
                visit.phase = open_phase(consultation, position)
            try:
                response = view(visit, **kwargs)
            except ProofNeeded:
                return redirect(entrance_address(visit))
            if visit.secret:
                remember(request, response, consultation, visit.secret)
            return response

    return opened


def entrance_address(visit: Visit) -> str:
    """Where the visitor is verified, then sent back to the phase."""
    path = reverse("consultations:enter", args=[visit.consultation.code])
    if visit.phase is None:
        return path
    return f"{path}?{urlencode({'etape': visit.phase.position})}"
