"""The operator's team: who may do what, invitations, departures, lost second factors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.forms import ReasonForm, StaffInvitationForm
from parvis.accounts.models import Invitation, Person, Role
from parvis.accounts.operations import end_role, invite, reset_second_factor
from parvis.accounts.requests import HatRequest
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Refusal


@hat_required(RoleKind.OPERATOR)
@require_safe
def team(request: HatRequest) -> HttpResponse:
    return render(
        request,
        "accounts/team.html",
        {
            "roles": Role.objects.filter(ended_at__isnull=True)
            .select_related("person")
            .order_by("kind", "person__email"),
            "invitations": Invitation.objects.filter(
                accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
            ).order_by("-created_at"),
        },
    )


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def invite_staff(request: HatRequest) -> HttpResponse:
    form = StaffInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite(
                email=form.cleaned_data["email"],
                kind=RoleKind(form.cleaned_data["kind"]),
                by=request.user,
                base_url=site_address(request),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(
                request, _("L’invitation est partie, elle est valable quatorze jours.")
            )
            return redirect("accounts:team")
    return render(
        request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200
    )


@hat_required(RoleKind.OPERATOR)
@require_POST
def revoke_invitation(request: HatRequest, pk: int) -> HttpResponse:
    Invitation.objects.filter(pk=pk, accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    messages.success(request, _("L’invitation est annulée."))
    return redirect("accounts:team")


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def end_staff_role(request: HatRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role.objects.select_related("person"), pk=pk, ended_at__isnull=True)
    if request.method == "POST":
        end_role(role=role, by=request.user)
        messages.success(request, _("Ce rôle a pris fin."))
        return redirect("accounts:team")
    return render(request, "accounts/end_role.html", {"role": role})


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def reset_staff_second_factor(request: HatRequest, pk: int) -> HttpResponse:
    # A person may hold several roles: asked of the roles, each person comes once.
    staff = Role.objects.filter(ended_at__isnull=True).values("person")
    person = get_object_or_404(Person, pk=pk, pk__in=staff, is_active=True)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reset_second_factor(person=person, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(
                request,
                _("Le second facteur est retiré ; la personne en choisira un à sa connexion."),
            )
            return redirect("accounts:team")
    return render(
        request,
        "accounts/reset_second_factor.html",
        {"form": form, "person": person},
        status=422 if form.errors else 200,
    )
