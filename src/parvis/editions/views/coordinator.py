"""A participant's pages: registering in five minutes, then reading and changing what was said."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat, hats_of
from parvis.accounts.middleware import SESSION_KEY
from parvis.accounts.models import Person
from parvis.accounts.requests import HatRequest, SignedInRequest
from parvis.editions import operations
from parvis.editions.forms.registration import (
    AmendForm,
    JoinForm,
    RegisterForm,
    WithdrawForm,
    declarations_of,
)
from parvis.editions.models import Edition, Registration, RegistrationOption, RegistrationSite
from parvis.editions.permissions import (
    access_edition,
    access_registration,
    can_amend,
    can_register,
    can_withdraw,
)
from parvis.foundation.errors import Refusal
from parvis.foundation.permissions import require
from parvis.foundation.stale import StaleForm
from parvis.organisations.models import Organisation, Site
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel

SEARCH_RESULTS = 12


@require_http_methods(["GET", "HEAD", "POST"])
def register_body(request: SignedInRequest, slug: str) -> HttpResponse:
    """Find the body, then one form; open to anybody signed in, whatever their hat."""
    edition = access_edition(request.hat, slug)
    decision = can_register(edition, timezone.now())
    context: dict[str, Any] = {
        "edition": edition,
        "is_simulated": edition.is_simulated,
        "decision": decision,
    }
    if not decision:
        # Also the answer to a form sent a second too late: the page says so, with the zone.
        return render(request, "editions/register_closed.html", context, status=409)
    body = _body_asked_for(request, edition)
    if body is None:
        return _find_body(request, edition, context)
    context["organisation"] = body
    if operations.takes_part(edition, body):
        mine = _own_registration(request, edition, body)
        if mine is not None:
            return redirect("editions:registration", mine.pk)
        return _join_colleague(request, edition, body, context)
    form = RegisterForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            registration = operations.register(
                edition=edition,
                organisation=body,
                person=request.user,
                function=form.cleaned_data["function"],
                staff_informed=form.cleaned_data["staff_informed"],
                communicability_acknowledged=form.cleaned_data["communicability_acknowledged"],
                options=form.ticked(),
                channels=form.channels(),
                sites=form.sites(),
            )
        except operations.AlreadyRegistered as refusal:
            # A colleague, or the first of two clicks, was quicker by an instant.
            messages.warning(request, refusal.message)
            return redirect(request.get_full_path())
        except Refusal as refusal:
            form.show(refusal)
        else:
            _put_on_hat_of(request, body)
            messages.success(
                request, _("%(name)s est inscrit.") % {"name": registration.organisation.name}
            )
            return redirect("editions:registration", registration.pk)
    return render(request, "editions/register.html", {**context, "form": form})


def _body_asked_for(request: SignedInRequest, edition: Edition) -> Organisation | None:
    """The body `?organisation=` names; Http404 for a number that names none that may join."""
    number = request.GET.get("organisation", "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise Http404
    body = (
        Organisation.objects.current()
        .filter(is_simulated=edition.is_simulated, pk=int(number))
        .first()
    )
    if body is None:
        raise Http404
    return body


def _find_body(request: SignedInRequest, edition: Edition, context: dict[str, Any]) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    found = (
        list(Organisation.objects.search(query, simulated=edition.is_simulated)[:SEARCH_RESULTS])
        if query
        else []
    )
    return render(
        request,
        "editions/register_find.html",
        {**context, "query": query, "found": found, "most": SEARCH_RESULTS},
    )


def _own_registration(
    request: SignedInRequest, edition: Edition, body: Organisation
) -> Registration | None:
    """The registration of the body, if a hat of this person may see it; that hat is put on."""
    hat = _own_hat(request.user, body)
    if hat is None:
        return None
    with hat.tenancy():
        mine: Registration | None = (
            Registration.objects.visible_to(hat).filter(edition=edition).first()
        )
    if mine is not None:
        request.session[SESSION_KEY] = hat.key
    return mine


def _join_colleague(
    request: SignedInRequest, edition: Edition, body: Organisation, context: dict[str, Any]
) -> HttpResponse:
    """The body takes part already: ask to act for it beside the colleague who registered it.

    Only the button of this page asks: a registration form sent after a colleague's is shown this
    page first.
    """
    waits = _own_hat(request.user, body) is not None
    form = JoinForm(request.POST if "join" in request.POST else None)
    if not waits and form.is_valid():
        try:
            operations.join(
                edition=edition,
                organisation=body,
                person=request.user,
                function=form.cleaned_data["function"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            _put_on_hat_of(request, body)
            messages.success(
                request,
                _("Votre demande est transmise : l’opérateur la confirme avant toute chose."),
            )
            return redirect("editions:my_registrations")
    return render(request, "editions/register_join.html", {**context, "form": form, "waits": waits})


def _own_hat(person: Person, body: Organisation) -> Hat | None:
    """The hat the person has for this body, confirmed or not."""
    return next((hat for hat in hats_of(person) if hat.organisation_id == body.pk), None)


def _put_on_hat_of(request: SignedInRequest, body: Organisation) -> None:
    """Go on as a coordinator of the body just registered, whatever hat was worn before."""
    hat = _own_hat(request.user, body)
    if hat is not None:
        request.session[SESSION_KEY] = hat.key


@hat_required(RoleKind.COORDINATOR, allow_pending=True)
@require_safe
def my_registrations(request: HatRequest) -> HttpResponse:
    """The editions the body takes part in, and those it can still join."""
    now = timezone.now()
    mine = list(
        Registration.objects.visible_to(request.hat)
        .with_confirmation()
        .select_related("edition", "organisation")
        .order_by("-submitted_at")
    )
    joined = {row.edition_id for row in mine if row.takes_part}
    joinable = [
        edition
        for edition in Edition.objects.open_to_the_public()
        if edition.pk not in joined and edition.takes_registrations(now)
    ]
    return render(
        request,
        "editions/my_registrations.html",
        {
            "registrations": [(row, can_amend(request.hat, row, now)) for row in mine],
            "joinable": joinable,
            "is_simulated": any(row.edition.is_simulated for row in mine),
        },
    )


@hat_required(RoleKind.COORDINATOR, RoleKind.OPERATOR, allow_pending=True)
@require_safe
def registration(request: HatRequest, pk: int) -> HttpResponse:
    """Everything said in a registration, and what can still be done with it."""
    row = access_registration(request.hat, pk)
    declared = {channel.channel: channel for channel in row.declared_channels.all()}
    is_operator = request.hat.kind == RoleKind.OPERATOR
    return render(
        request,
        "editions/registration.html",
        {
            "registration": row,
            "edition": row.edition,
            "organisation": row.organisation,
            "is_simulated": row.edition.is_simulated,
            "is_operator": is_operator,
            "ticked_options": row.ticked_options.select_related("option"),
            "channels": [
                {
                    "label": channel.label,
                    "declared": declared.get(channel.value),
                    "is_mandatory": channel in MANDATORY_CHANNELS,
                }
                for channel in Channel
                if channel != Channel.VISIT
            ],
            "missing": [
                channel.label for channel in MANDATORY_CHANNELS if channel.value not in declared
            ],
            "sites": [link.site for link in row.declared_sites.select_related("site")],
            "may_amend": can_amend(request.hat, row, timezone.now()),
            "may_withdraw": can_withdraw(request.hat, row),
            "mandates": (
                row.organisation.mandates.select_related("person").order_by("requested_at")
                if is_operator
                else []
            ),
        },
    )


@hat_required(RoleKind.COORDINATOR, RoleKind.OPERATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_registration(request: HatRequest, pk: int) -> HttpResponse:
    """Change options, channels and places until the deadline; then the operator, but options."""
    is_operator = request.hat.kind == RoleKind.OPERATOR
    row = access_registration(request.hat, pk)
    decision = can_amend(request.hat, row, timezone.now())
    if not decision:
        messages.error(request, decision.reason)
        return redirect("editions:registration", row.pk)
    row = (
        Registration.objects.visible_to(request.hat)
        .select_related("edition", "organisation")
        .prefetch_related(
            Prefetch("ticked_options", RegistrationOption.objects.select_related("option")),
            Prefetch("declared_sites", RegistrationSite.objects.select_related("site")),
            "declared_channels",
        )
        .get(pk=row.pk)
    )
    context: dict[str, Any] = {
        "registration": row,
        "edition": row.edition,
        "organisation": row.organisation,
        "is_simulated": row.edition.is_simulated,
        "is_operator": is_operator,
    }
    form = AmendForm(
        request.POST or None,
        edition=row.edition,
        known_sites=_sites_to_offer(request.hat, row),
        initial=declarations_of(row),
    )
    if is_operator:
        del form.fields["options"]
    status = 200
    if request.method == "POST" and form.is_valid():
        declared: dict[str, Any] = {
            "registration": row,
            "revision": form.cleaned_data["revision"],
            "channels": form.channels(),
            "sites": form.sites(),
            "by": request.user,
        }
        try:
            if is_operator:
                operations.correct(**declared)
            else:
                operations.amend(options=form.ticked(), **declared)
        except StaleForm as stale:
            # The next save is made in full knowledge of the other version.
            data = request.POST.copy()
            data["revision"] = str(stale.current_revision)
            form.data = data
            context["differences"] = stale.differences
            status = stale.status
        except Refusal as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("L’inscription est à jour."))
            return redirect("editions:registration", row.pk)
    return render(request, "editions/amend.html", {**context, "form": form}, status=status)


def _sites_to_offer(hat: Hat, row: Registration) -> list[Site]:
    """The body's open places; while the mandate waits, only those this registration names."""
    if not hat.is_effective:
        return [link.site for link in row.declared_sites.all()]
    return list(
        Site.objects.visible_to(hat).open().filter(organisation=row.organisation).order_by("name")
    )


@hat_required(RoleKind.COORDINATOR, RoleKind.OPERATOR, allow_pending=True)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_registration(request: HatRequest, pk: int) -> HttpResponse:
    """Sum up what a withdrawal gives up, ask why, then withdraw."""
    row = access_registration(request.hat, pk)
    page = reverse("editions:registration", args=[row.pk])
    if request.method == "POST" and not row.takes_part:
        # The second of two clicks: what it asks for is done.
        return redirect(page)
    require(can_withdraw(request.hat, row))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.withdraw(
                registration=row, reason=form.cleaned_data["reason"], by=request.user
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(
                request, _("%(name)s n’est plus inscrit.") % {"name": row.organisation.name}
            )
            return redirect(page)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Retirer %(name)s de l’édition") % {"name": row.organisation.name},
            "summary": _("L’organisme ne sera pas évalué dans « %(edition)s ».")
            % {"edition": row.edition.title},
            "consequences": [
                _("Ses options sont rendues : leurs places reviennent à d’autres."),
                _("Il peut se réinscrire jusqu’à la clôture, en reprenant tout du début."),
            ],
            "form": form,
            "danger": True,
            "confirm_label": _("Retirer l’inscription"),
            "back_url": page,
            "is_simulated": row.edition.is_simulated,
        },
    )
