"""One-click sign-in of a demonstration: a visitor chooses whom to play.

The page exists in demonstrations only, which settings in service refuse, and lets in nobody but the
people of `web/demo/people.py`, by their own codes: no address comes from the form.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.accounts.access import DEMO_SIGN_IN
from parvis.accounts.hats import hats_of
from parvis.accounts.middleware import SESSION_KEY
from parvis.accounts.models import Person
from parvis.foundation.access import public
from parvis.foundation.errors import Conflict
from parvis.web.demo.people import DOMAIN, PERSONAS, Persona, is_demo_person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        return _sign_in(request, _persona(request.POST.get("persona", "")))
    present = set(
        Person.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).values_list(
            "email", flat=True
        )
    )
    return render(
        request,
        "web/demo_sign_in.html",
        {"personas": [persona for persona in PERSONAS if persona.email in present]},
    )


def _persona(code: str) -> Persona:
    persona = next((persona for persona in PERSONAS if persona.code == code), None)
    if persona is None:
        raise Http404
    return persona


def _sign_in(request: HttpRequest, persona: Persona) -> HttpResponse:
    person = Person.objects.filter(email=persona.email, is_active=True).first()
    if person is None or not is_demo_person(person):
        raise Conflict(
            _("Ce personnage n’existe pas ici : préparez la démonstration par « parvis demo ».")
        )
    login(request, person, backend=BACKEND)
    # After login, which empties the session of whoever was played before.
    request.session[DEMO_SIGN_IN] = True
    hat = next((hat for hat in hats_of(person) if hat.kind == persona.kind), None)
    if hat is not None:
        request.session[SESSION_KEY] = hat.key
    return redirect("web:home")
