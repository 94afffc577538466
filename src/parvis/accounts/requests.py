"""Requests as views receive them behind their decorators: for type annotations."""

from __future__ import annotations

from django.http import HttpRequest

from parvis.accounts.hats import Hat
from parvis.accounts.models import Person


class OpenRequest(HttpRequest):
    """On a public page: perhaps nobody is signed in, or wears a hat."""

    hat: Hat | None  # put on by HatMiddleware


class SignedInRequest(OpenRequest):
    """Behind the sign-in that every page requires unless it is public."""

    user: Person  # type: ignore[assignment]  # LoginRequiredMiddleware has let nobody else in


class HatRequest(SignedInRequest):
    """Behind `hat_required`: somebody wears one of the hats that open the page."""

    hat: Hat
