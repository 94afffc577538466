"""The places of reception of the coordinator's own body.

Open once the operator has confirmed the coordinator: anybody may ask to act for a body, and several
may wait at once. Whoever waits declares places in the registration, which only its author sees.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.stale import StaleForm
from parvis.organisations.forms import SiteForm
from parvis.organisations.models import Organisation, Site
from parvis.organisations.operations import change_site, close_site, declare_site, reopen_site
from parvis.organisations.permissions import access_site


@hat_required(RoleKind.COORDINATOR)
@require_safe
def sites(request: HatRequest) -> HttpResponse:
    body = _body(request.hat)
    return render(
        request,
        "organisations/sites.html",
        {
            "body": body,
            "sites": Site.objects.visible_to(request.hat).order_by("name"),
            "is_simulated": body.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HatRequest) -> HttpResponse:
    body = _body(request.hat)
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = declare_site(organisation=body, by=request.user, **_content(form))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est déclaré.") % {"name": site.name})
            return redirect("organisations:sites")
    return _form_page(request, form, _("Déclarer un lieu d’accueil"), body)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HatRequest, number: int) -> HttpResponse:
    site = access_site(number, request.hat)
    form = SiteForm(request.POST or None, instance=site)
    if request.method == "POST" and form.is_valid():
        try:
            site = change_site(
                site=site,
                by=request.user,
                revision=form.cleaned_data["revision"],
                **_content(form),
            )
        except StaleForm as stale:
            retry = SiteForm({**_content(form), "revision": stale.current_revision}, instance=site)
            return render(
                request,
                "foundation/stale.html",
                {"differences": stale.differences, "form": retry, "action_url": request.path},
                status=stale.status,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": site.name})
            return redirect("organisations:sites")
    return _form_page(request, form, _("Corriger un lieu d’accueil"), site.organisation)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HatRequest, number: int) -> HttpResponse:
    site = access_site(number, request.hat)
    if request.method == "POST":
        return _act(
            request,
            lambda: close_site(site=site, by=request.user),
            _("« %(name)s » est fermé.") % {"name": site.name},
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Fermer ce lieu d’accueil ?"),
            "summary": _("« %(name)s » ne reçoit plus le public.") % {"name": site.name},
            "consequences": [
                _("Aucune nouvelle visite n’y sera prévue."),
                _("Les prises de contact déjà faites restent."),
                _("Vous pourrez le rouvrir."),
            ],
            "confirm_label": _("Fermer ce lieu"),
            "danger": True,
            "back_url": reverse("organisations:sites"),
            "is_simulated": site.organisation.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HatRequest, number: int) -> HttpResponse:
    site = access_site(number, request.hat)
    if request.method == "POST":
        return _act(
            request,
            lambda: reopen_site(site=site, by=request.user),
            _("« %(name)s » est rouvert.") % {"name": site.name},
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Rouvrir ce lieu d’accueil ?"),
            "summary": _("« %(name)s » reçoit de nouveau le public.") % {"name": site.name},
            "consequences": [_("Des visites pourront y être prévues.")],
            "confirm_label": _("Rouvrir ce lieu"),
            "back_url": reverse("organisations:sites"),
            "is_simulated": site.organisation.is_simulated,
        },
    )


def _content(form: SiteForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("name", "address", "opening_hours")}


def _act(request: HatRequest, act: Callable[[], Site], done: str) -> HttpResponse:
    try:
        act()
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, done)
    return redirect("organisations:sites")


def _form_page(request: HatRequest, form: SiteForm, title: str, body: Organisation) -> HttpResponse:
    return render(
        request,
        "organisations/site_form.html",
        {"form": form, "title": title, "body": body, "is_simulated": body.is_simulated},
        status=422 if form.errors else 200,
    )


def _body(hat: Hat) -> Organisation:
    assert hat.organisation_id is not None  # a coordinator's hat names its body
    return Organisation.objects.get(pk=hat.organisation_id)
