"""Put on the request the hat its person wears, and run the request in that hat's tenancy."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_scopes import scope

from parvis.accounts.access import has_second_factor
from parvis.accounts.hats import Hat, hats_of
from parvis.accounts.models import Person

SESSION_KEY = "hat"


class HatMiddleware:
    """`request.hat` is the hat worn, or None: nobody signed in, or a choice still to be made.

    A person with a single hat wears it without being asked. A hat that needs a second factor is not
    worn without one, on no page: it waits in `request.locked_hat`. Without a hat the request runs
    in an empty scope: any query on a tenant's table raises. `request.hats` are all that the person
    may wear as the request begins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        hats = hats_of(person) if isinstance(person, Person) else []
        hat, locked = self._worn(request, hats), None
        if hat is not None and hat.needs_second_factor and not has_second_factor(request):
            hat, locked = None, hat
        request.hats = hats  # type: ignore[attr-defined]
        request.hat = hat  # type: ignore[attr-defined]
        request.locked_hat = locked  # type: ignore[attr-defined]
        with hat.tenancy() if hat else scope():
            return self.get_response(request)

    @staticmethod
    def _worn(request: HttpRequest, hats: list[Hat]) -> Hat | None:
        if len(hats) < 2:
            # The session of who has no choice is not read.
            return hats[0] if hats else None
        key = request.session.get(SESSION_KEY)
        return next((hat for hat in hats if hat.key == key), None)
