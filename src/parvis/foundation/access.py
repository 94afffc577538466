"""Sign-in is required everywhere; a public page says so here, and a test lists them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

PUBLIC_VIEWS: set[str] = set()


def public(view: View) -> View:
    """Open a view to anybody, signed in or not."""
    PUBLIC_VIEWS.add(f"{view.__module__}.{view.__qualname__}")
    return login_not_required(view)
