"""Ways in: a link by mail, an invitation, the choice of a hat."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.accounts.forms import SignInLinkForm
from parvis.accounts.hats import hats_of
from parvis.accounts.middleware import SESSION_KEY
from parvis.accounts.models import Person
from parvis.accounts.operations import (
    accept_invitation,
    access_invitation,
    send_sign_in_link,
    use_sign_in_link,
)
from parvis.accounts.requests import SignedInRequest
from parvis.foundation.access import public
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Refusal


def _next_url(request: HttpRequest) -> str:
    """The local address to go on to, or nothing: never another site."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return url
    return ""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def request_sign_in_link(request: HttpRequest) -> HttpResponse:
    form = SignInLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        # Bounded per address, not per network: a school or a town hall shares one.
        if ratelimit.consume(request, action="request_login_code", key=email.lower()):
            send_sign_in_link(
                email=email, base_url=site_address(request), next_url=_next_url(request)
            )
        return render(request, "accounts/sign_in_link_sent.html", {"email": email})
    return render(
        request,
        "accounts/sign_in_link_request.html",
        {"form": form, "next": _next_url(request)},
        status=422 if form.errors else 200,
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button; only pressing it signs in.

    Mail servers open links to inspect them: a link consumed by GET would be dead on arrival.
    """
    if request.method != "POST":
        return render(request, "accounts/sign_in_link.html", {"next": _next_url(request)})
    person = use_sign_in_link(token=token)
    return _sign_in(request, person, method="link", next_url=_next_url(request))


def _sign_in(request: HttpRequest, person: Person, *, method: str, next_url: str) -> HttpResponse:
    """Sign in through allauth, which then asks for the second factor if there is one."""
    record_authentication(request, person, method, email=person.email)
    login = Login(user=person, email=person.email, redirect_url=next_url or None)
    return perform_login(request, login)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    pending = access_invitation(token)
    if request.method != "POST":
        return render(request, "accounts/invitation.html", {"invitation": pending})
    signed_in = request.user if isinstance(request.user, Person) else None
    person = accept_invitation(token=token, signed_in=signed_in)
    messages.success(request, _("Bienvenue. Votre nouveau rôle est ouvert."))
    if signed_in is not None:
        return redirect("web:home")
    return _sign_in(request, person, method="invitation", next_url="")


@require_http_methods(["GET", "HEAD", "POST"])
def hats(request: SignedInRequest) -> HttpResponse:
    """Choose, among the roles one holds, the one to work under."""
    available = hats_of(request.user)
    if request.method == "POST":
        chosen = next((hat for hat in available if hat.key == request.POST.get("hat")), None)
        if chosen is None:
            raise Refusal(_("Ce rôle n’est plus le vôtre. Choisissez-en un autre."))
        request.session[SESSION_KEY] = chosen.key
        return redirect(_next_url(request) or "web:home")
    return render(
        request,
        "accounts/hats.html",
        {
            "hats": available,
            "next": _next_url(request),
            "is_simulated": any(hat.is_simulated for hat in available),
        },
    )
