"""The places of reception of the coordinator's own body."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import require
from parvis.foundation.stale import StaleForm
from parvis.organisations.forms import SiteForm, show_refusal
from parvis.organisations.models import Organisation, Site
from parvis.organisations.operations import change_site, close_site, declare_site, reopen_site
from parvis.organisations.permissions import access_site, may_declare_sites


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    hat = _hat(request)
    body = _body(hat)
    return render(
        request,
        "organisations/sites.html",
        {
            "body": body,
            "sites": Site.objects.visible_to(hat).order_by("name"),
            "decision": may_declare_sites(hat),
            "is_simulated": body.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    hat = _hat(request)
    require(may_declare_sites(hat))
    body = _body(hat)
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = declare_site(organisation=body, by=_person(request), **_content(form))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est déclaré.") % {"name": site.name})
            return redirect("organisations:sites")
    return _form_page(request, form, _("Déclarer un lieu d’accueil"), body)


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    hat = _hat(request)
    site = access_site(number, hat)
    require(may_declare_sites(hat))
    form = SiteForm(request.POST or None, instance=site)
    if request.method == "POST" and form.is_valid():
        try:
            site = change_site(
                site=site,
                by=_person(request),
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


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, number: int) -> HttpResponse:
    hat = _hat(request)
    site = access_site(number, hat)
    require(may_declare_sites(hat))
    if request.method == "POST":
        return _act(
            request,
            lambda: close_site(site=site, by=_person(request)),
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


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    hat = _hat(request)
    site = access_site(number, hat)
    require(may_declare_sites(hat))
    if request.method == "POST":
        return _act(
            request,
            lambda: reopen_site(site=site, by=_person(request)),
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


def _act(request: HttpRequest, act: Callable[[], Site], done: str) -> HttpResponse:
    try:
        act()
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, done)
    return redirect("organisations:sites")


def _form_page(
    request: HttpRequest, form: SiteForm, title: str, body: Organisation
) -> HttpResponse:
    return render(
        request,
        "organisations/site_form.html",
        {"form": form, "title": title, "body": body, "is_simulated": body.is_simulated},
        status=422 if form.errors else 200,
    )


def _body(hat: Hat) -> Organisation:
    assert hat.organisation_id is not None  # a coordinator's hat names its body
    return Organisation.objects.get(pk=hat.organisation_id)


def _hat(request: HttpRequest) -> Hat:
    hat: Hat = request.hat  # type: ignore[attr-defined]
    return hat


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
