"""The home page: what Parvis is for a visitor, what waits for somebody signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parvis.accounts.hats import Hat, hats_of
from parvis.accounts.models import Person
from parvis.editions.models import Edition
from parvis.foundation.access import public
from parvis.web import dashboards

SHOWN_EDITIONS = 4


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    hat: Hat | None = getattr(request, "hat", None)
    if hat is not None:
        cards = dashboards.cards(hat)
        # One primary action a page: that of the first card that has one.
        primary = next((card for card in cards if card.url), None)
        return render(
            request,
            "web/workspace.html",
            {
                "cards": cards,
                "primary": primary,
                "is_simulated": any(card.is_simulated for card in cards),
            },
        )
    if getattr(request, "locked_hat", None) is not None:
        return redirect("accounts:second_factor")
    if isinstance(request.user, Person):
        hats = hats_of(request.user)
        return render(request, "web/no_hat.html", {"hats": hats, "editions": _editions()})
    return render(request, "web/home.html", {"editions": _editions()})


def _editions() -> list[tuple[Edition, tuple[str, str]]]:
    """The latest editions open to the public, with where their registrations stand."""
    now = timezone.now()
    editions = Edition.objects.open_to_the_public()[:SHOWN_EDITIONS]
    return [(edition, dashboards.registration_pill(edition, now)) for edition in editions]
