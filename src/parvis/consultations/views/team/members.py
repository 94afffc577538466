"""The team of a consultation: who works on it, invitations, roles; and a member's own list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.operations import INVITATION_LIFETIME
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import TeamRole
from parvis.consultations.forms.moderation import InvitationForm, RoleForm
from parvis.consultations.models import Consultation, TeamInvitation, TeamMember
from parvis.consultations.moderation_queue import waiting_count
from parvis.consultations.operations import team as operations
from parvis.consultations.permissions.members import access_member, may_run_team, roles_of
from parvis.consultations.permissions.team import access_consultation
from parvis.consultations.views.team.page import team_context
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import require


@require_safe
@hat_required(RoleKind.CONSULTATION_TEAM)
def home(request: HatRequest) -> HttpResponse:
    """The consultations on which this person works, with what they do there."""
    rows = []
    for consultation in (
        Consultation.objects.visible_to(request.hat)
        .select_related("organisation")
        .prefetch_related("phases")
        .order_by("-created_at")
    ):
        roles = roles_of(request.hat, consultation)
        rows.append(
            {
                "consultation": consultation,
                "roles": [TeamRole(role).label for role in TeamRole.values if role in roles],
                "moderates": TeamRole.MODERATOR in roles,
                "keys_paper": TeamRole.PAPER in roles,
                "answers": TeamRole.ANSWERS in roles,
                "waiting": waiting_count(request.hat, consultation)
                if TeamRole.MODERATOR in roles
                else 0,
            }
        )
    return render(
        request,
        "consultations/team/home.html",
        {"rows": rows, "is_simulated": request.hat.is_simulated},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def members(request: HatRequest, pk: int) -> HttpResponse:
    """Who works on the consultation; a form to invite somebody."""
    consultation = _run(request, pk)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.invite_member(
                consultation=consultation,
                email=form.cleaned_data["email"],
                role=TeamRole(form.cleaned_data["role"]),
                by=request.user,
                base_url=site_address(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("L’invitation est partie ; elle vaut %(days)d jours.")
                % {"days": INVITATION_LIFETIME.days},
            )
            return redirect("consultations:members", pk)
    return render(
        request,
        "consultations/team/members.html",
        {
            **team_context(consultation, "members"),
            "form": form,
            "members": TeamMember.objects.filter(consultation=consultation)
            .select_related("person")
            .order_by("role", "person__email"),
            "roles": TeamRole.choices,
            "invitations": TeamInvitation.objects.filter(
                consultation=consultation, invited_at__gt=timezone.now() - INVITATION_LIFETIME
            ).order_by("email", "role"),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def change_member(request: HatRequest, pk: int, member: int) -> HttpResponse:
    """Give a member another role."""
    consultation = _run(request, pk)
    found = access_member(consultation, member)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Choisissez un rôle."))
    try:
        operations.change_role(
            member=found, role=TeamRole(form.cleaned_data["role"]), by=request.user
        )
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("Rôle changé."))
    return redirect("consultations:members", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def remove_member(request: HatRequest, pk: int, member: int) -> HttpResponse:
    """End a role; an invitation gives it back."""
    consultation = _run(request, pk)
    found = access_member(consultation, member)
    try:
        operations.remove_member(member=found, by=request.user)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(
            request,
            _("%(person)s n’a plus ce rôle ; ce qui a été fait reste.") % {"person": found.person},
        )
    return redirect("consultations:members", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def withdraw_invitation(request: HatRequest, pk: int, invitation: int) -> HttpResponse:
    """Take an offer back."""
    consultation = _run(request, pk)
    try:
        operations.withdraw_invitation(consultation=consultation, pk=invitation, by=request.user)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("L’invitation est annulée."))
    return redirect("consultations:members", pk)


def _run(request: HatRequest, pk: int) -> Consultation:
    consultation = access_consultation(request.hat, pk)
    require(may_run_team(request.hat, consultation))
    return consultation
