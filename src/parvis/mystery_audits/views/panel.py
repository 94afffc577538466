"""The operator's pages on the panel: who is on it, inviting, département, departure.

Identities are shown here only, to the operator; everywhere else people are code names.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.operations import invite
from parvis.accounts.requests import HatRequest
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Refusal
from parvis.foundation.listing import BooleanFilter, Column, Listing
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.forms import DepartementForm, InvitationForm
from parvis.mystery_audits.models import Contact, MysteryCitizen
from parvis.mystery_audits.operations import panel as operations


class Panel(Listing):
    columns = (
        Column(
            "code",
            gettext_lazy("Nom de code"),
            "code_name",
            order=("code_name",),
            link=lambda citizen: reverse("mystery_audits:panel_member", args=[citizen.pk]),
        ),
        Column("person", gettext_lazy("Personne"), "person", order=("person__display_name",)),
        Column(
            "departement",
            gettext_lazy("Département"),
            "departement_code",
            order=("departement_code",),
        ),
        Column("to_do", gettext_lazy("À faire"), "to_do", order=("to_do",), numeric=True),
        Column(
            "handed_in", gettext_lazy("Transmises"), "handed_in", order=("handed_in",), numeric=True
        ),
        Column("joined", gettext_lazy("Depuis le"), "joined_at", order=("joined_at",)),
        Column("left", gettext_lazy("Départ"), "left_at", order=("left_at",)),
    )
    filters = (BooleanFilter("present", gettext_lazy("Sur le panel"), "left_at__isnull"),)
    search_fields = ("code_name", "person__display_name", "person__email")
    default_sort = "code"
    simulated = "is_simulated"
    caption = gettext_lazy("Citoyens-mystère")
    export_name = "panel"
    empty_title = gettext_lazy("Personne sur le panel")
    empty_text = gettext_lazy("Invitez les premiers citoyens-mystère par courriel.")


@require_safe
@hat_required(RoleKind.OPERATOR)
def panel(request: HatRequest) -> HttpResponseBase:
    """Who is on the panel, and how much each has to do."""
    to_do = (ContactState.ASSIGNED, ContactState.IN_PROGRESS, ContactState.RETURNED)
    rows = _citizens(request.hat).annotate(
        to_do=Count("contacts", filter=Q(contacts__state__in=to_do)),
        handed_in=Count("contacts", filter=Q(contacts__submitted_at__isnull=False)),
    )
    return Panel(request, rows).respond("mystery_audits/panel.html")


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def invite_to_panel(request: HatRequest) -> HttpResponse:
    """Send an invitation; the code name is given when it is accepted."""
    form = InvitationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                invite(
                    email=form.cleaned_data["email"],
                    kind=RoleKind.MYSTERY_CITIZEN,
                    by=request.user,
                    base_url=site_address(request),
                )
            except Refusal as refusal:
                form.add_error(refusal.field or None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("Invitation envoyée."))
                return redirect("mystery_audits:panel")
    return render(request, "mystery_audits/panel_invitation.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def panel_member(request: HatRequest, pk: int) -> HttpResponse:
    """One member: their département, and the way to their departure."""
    citizen = _access(request.hat, pk)
    form = DepartementForm(
        request.POST or None, initial={"departement_code": citizen.departement_code}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.set_departement(
                    citizen=citizen,
                    departement_code=form.cleaned_data["departement_code"],
                    by=request.user,
                )
            except Refusal as refusal:
                form.add_error(refusal.field or None, refusal.message)
            else:
                messages.success(request, _("Enregistré."))
                return redirect("mystery_audits:panel")
    return render(
        request,
        "mystery_audits/panel_member.html",
        {"citizen": citizen, "form": form, "is_simulated": citizen.is_simulated},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def panel_departure(request: HatRequest, pk: int) -> HttpResponse:
    """End somebody's part in the panel, after showing what becomes of their contacts."""
    citizen = _access(request.hat, pk)
    if request.method == "POST":
        operations.leave_panel(citizen=citizen, by=request.user)
        messages.success(request, _("%s a quitté le panel.") % citizen.code_name)
        return redirect("mystery_audits:panel")
    theirs = Contact.objects.visible_to(request.hat).filter(mystery_citizen=citizen)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Départ de %s") % citizen.code_name,
            "is_simulated": citizen.is_simulated,
            "consequences": [
                _("Prises de contact non commencées, de nouveau à attribuer : %d.")
                % theirs.filter(state=ContactState.ASSIGNED).count(),
                _("Prises de contact commencées ou renvoyées, annulées : %d.")
                % theirs.filter(state__in=operations.BEGUN).count(),
                _("Ce qui est déjà transmis reste et sera relu."),
            ],
            "irreversible": True,
            "danger": True,
            "confirm_label": _("Confirmer le départ"),
            "back_url": reverse("mystery_audits:panel_member", args=[pk]),
        },
    )


def _citizens(hat: Hat) -> QuerySet[MysteryCitizen]:
    """The panel; `is_simulated` where a member tests fictitious bodies."""
    made_up = Contact.objects.visible_to(hat).filter(
        mystery_citizen=OuterRef("pk"), wave__edition__is_simulated=True
    )
    return MysteryCitizen.objects.select_related("person").annotate(is_simulated=Exists(made_up))


def _access(hat: Hat, pk: int) -> Any:
    return get_object_or_404(_citizens(hat), pk=pk)
