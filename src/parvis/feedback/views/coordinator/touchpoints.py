"""Touchpoints of the coordinator's body: the list, one of them, opening, changing, closing."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.documents.qr import qr_svg
from parvis.feedback.addresses import public_address, public_path, to_type
from parvis.feedback.enums import DeviceKind
from parvis.feedback.forms.coordinator import TouchpointForm
from parvis.feedback.models import Device, Questionnaire, Touchpoint
from parvis.feedback.operations.touchpoints import (
    change_touchpoint,
    close_touchpoint,
    open_touchpoint,
    reopen_touchpoint,
)
from parvis.feedback.permissions.coordinator import access_touchpoint, may_set_up
from parvis.feedback.views.coordinator.bodies import option_missing
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.foundation.stale import StaleForm
from parvis.organisations.models import Organisation, Site
from parvis.organisations.permissions import body_of
from parvis.questionnaires.enums import JourneyStage

OPEN, CLOSED = "ouvert", "ferme"


class Touchpoints(Listing):
    columns = (
        Column(
            "name",
            gettext_lazy("Point d’écoute"),
            "name",
            order=("name",),
            link=lambda row: reverse("feedback:touchpoint", args=[row.pk]),
        ),
        Column("site", gettext_lazy("Lieu"), "site.name", order=("site__name",)),
        Column("service", gettext_lazy("Service"), "service", order=("service",)),
        Column("stage", gettext_lazy("Étape"), "get_stage_display", order=("stage",)),
        Column("code", gettext_lazy("Code"), "code"),
        Column(
            "kiosks", gettext_lazy("Bornes"), "kiosk_count", order=("kiosk_count",), numeric=True
        ),
        Column(
            "state",
            gettext_lazy("État"),
            lambda row: _("Ouvert") if row.closed_at is None else _("Fermé"),
            order=("closed_at",),
            pill=lambda row: "good" if row.closed_at is None else "",
        ),
    )
    search_fields = ("name", "service", "code", "site__name")
    search_label = gettext_lazy("Nom, service, lieu ou code")
    default_sort = "name"
    caption = gettext_lazy("Points d’écoute")
    export_name = "points-d-ecoute"
    empty_title = gettext_lazy("Aucun point d’écoute pour l’instant")
    empty_text = gettext_lazy(
        "Un point d’écoute est un endroit ou un service où l’on donne son avis : un accueil, un "
        "guichet, une page internet. Chacun a son affiche, son code et, si vous voulez, ses bornes."
    )


def touchpoint_filters(hat: Hat) -> list[ChoiceFilter]:
    """Place, service, stage, state: choices among those of the body."""
    own = Touchpoint.objects.visible_to(hat)
    return [
        ChoiceFilter(
            "lieu",
            gettext_lazy("Lieu"),
            "site",
            choices=list(Site.objects.visible_to(hat).order_by("name").values_list("pk", "name")),
        ),
        ChoiceFilter(
            "service",
            gettext_lazy("Service"),
            "service",
            choices=[
                (name, name)
                for name in own.exclude(service="")
                .order_by("service")
                .values_list("service", flat=True)
                .distinct()
            ],
        ),
        ChoiceFilter("etape", gettext_lazy("Étape"), "stage", choices=JourneyStage.choices),
        ChoiceFilter(
            "etat",
            gettext_lazy("État"),
            choices=[(OPEN, gettext_lazy("Ouverts")), (CLOSED, gettext_lazy("Fermés"))],
            conditions=lambda value: Q(closed_at__isnull=value == OPEN),
        ),
    ]


@hat_required(RoleKind.COORDINATOR)
@require_safe
def touchpoints(request: HatRequest) -> HttpResponseBase:
    active = Q(devices__kind=DeviceKind.KIOSK, devices__revoked_at__isnull=True)
    rows = (
        Touchpoint.objects.visible_to(request.hat)
        .select_related("site")
        .annotate(kiosk_count=Count("devices", filter=active))
    )
    listing = Touchpoints(request, rows, filters=touchpoint_filters(request.hat))
    return listing.respond(
        "feedback/touchpoints.html",
        {
            "may_set_up": may_set_up(request.hat),
            "is_simulated": body_of(request.hat).is_simulated,
            "tab": "touchpoints",
            "listing_action_url": reverse("feedback:open_touchpoint"),
            "listing_action_label": _("Ouvrir un point d’écoute"),
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_safe
def touchpoint(request: HatRequest, pk: int) -> HttpResponse:
    """A touchpoint: what it declares, its poster, its kiosks."""
    current = access_touchpoint(request.hat, pk)
    address = public_address(request, current)
    version = current.questionnaire.versions.order_by("-number").first()
    return render(
        request,
        "feedback/touchpoint.html",
        {
            "touchpoint": current,
            "version": version,
            "kiosks": Device.objects.visible_to(request.hat)
            .kiosks()
            .active()
            .filter(touchpoint=current)
            .order_by("name"),
            "qr": qr_svg(address, label=_("Code à scanner pour donner son avis")),
            "public_path": public_path(current),
            "address_parts": to_type(address).split("/"),
            "is_simulated": current.organisation.is_simulated,
            "may_set_up": may_set_up(request.hat),
            "tab": "touchpoints",
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def open_new(request: HatRequest) -> HttpResponse:
    if missing := option_missing(request):
        return missing
    body = body_of(request.hat)
    if not Questionnaire.objects.visible_to(request.hat).filter(versions__isnull=False).exists():
        messages.info(
            request, _("Publiez d’abord un questionnaire : c’est lui que le point d’écoute montre.")
        )
        return redirect("feedback:questionnaires")
    form = TouchpointForm(request.POST or None, hat=request.hat)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_touchpoint(organisation=body, content=form.content(), by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("« %(name)s » est ouvert : voici son affiche.") % {"name": made.name}
            )
            return redirect("feedback:touchpoint", made.pk)
    return _form_page(request, form, _("Ouvrir un point d’écoute"), body, None)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HatRequest, pk: int) -> HttpResponse:
    current = access_touchpoint(request.hat, pk)
    form = TouchpointForm(request.POST or None, instance=current, hat=request.hat)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_touchpoint(
                touchpoint=current,
                content=form.content(),
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except StaleForm as stale:
            retry = TouchpointForm(
                {**form.as_sent(), "revision": stale.current_revision},
                instance=current,
                hat=request.hat,
            )
            return render(
                request,
                "foundation/stale.html",
                {"differences": stale.differences, "form": retry, "action_url": request.path},
                status=stale.status,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": changed.name})
            return redirect("feedback:touchpoint", pk)
    return _form_page(request, form, _("Modifier un point d’écoute"), current.organisation, current)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HatRequest, pk: int) -> HttpResponse:
    current = access_touchpoint(request.hat, pk)
    if request.method == "POST":
        return _act(
            request,
            current,
            lambda: close_touchpoint(touchpoint=current, by=request.user),
            _("« %(name)s » est fermé.") % {"name": current.name},
        )
    return _confirm(
        request,
        current,
        title=_("Fermer ce point d’écoute ?"),
        consequences=[
            _("Sa page publique dit qu’il ne prend plus d’avis ; ses bornes aussi."),
            _("Les réponses données avant la fermeture arrivent et comptent encore."),
            _("Les comptes et les commentaires restent."),
            _("Vous pourrez le rouvrir : son code et son affiche ne changent pas."),
        ],
        confirm_label=_("Fermer ce point d’écoute"),
        danger=True,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HatRequest, pk: int) -> HttpResponse:
    current = access_touchpoint(request.hat, pk)
    if request.method == "POST":
        return _act(
            request,
            current,
            lambda: reopen_touchpoint(touchpoint=current, by=request.user),
            _("« %(name)s » est rouvert.") % {"name": current.name},
        )
    return _confirm(
        request,
        current,
        title=_("Rouvrir ce point d’écoute ?"),
        consequences=[_("Sa page publique et ses bornes prennent de nouveau des avis.")],
        confirm_label=_("Rouvrir ce point d’écoute"),
        danger=False,
    )


def _act(
    request: HttpRequest, current: Touchpoint, act: Callable[[], Touchpoint], done: str
) -> HttpResponse:
    try:
        act()
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, done)
    return redirect("feedback:touchpoint", current.pk)


def _confirm(
    request: HttpRequest,
    current: Touchpoint,
    *,
    title: str,
    consequences: list[str],
    confirm_label: str,
    danger: bool,
) -> HttpResponse:
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": title,
            "summary": current.name,
            "consequences": consequences,
            "confirm_label": confirm_label,
            "danger": danger,
            "back_url": reverse("feedback:touchpoint", args=[current.pk]),
            "is_simulated": current.organisation.is_simulated,
        },
    )


def _form_page(
    request: HatRequest,
    form: TouchpointForm,
    title: str,
    body: Organisation,
    current: Touchpoint | None,
) -> HttpResponse:
    return render(
        request,
        "feedback/touchpoint_form.html",
        {
            "form": form,
            "title": title,
            "touchpoint": current,
            "has_sites": Site.objects.visible_to(request.hat).exists(),
            "is_simulated": body.is_simulated,
        },
        status=422 if form.errors else 200,
    )
