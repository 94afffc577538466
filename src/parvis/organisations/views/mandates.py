"""The operator's desk: who asks to act for which body, and the decision."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.listing import Column, Listing
from parvis.foundation.permissions import require
from parvis.organisations.enums import MandateState
from parvis.organisations.forms import ReasonForm
from parvis.organisations.models import Mandate
from parvis.organisations.operations import confirm_mandate, end_mandate, refuse_mandate
from parvis.organisations.permissions import access_mandate, may_decide_mandate

PILL_OF_STATE = {
    MandateState.REQUESTED: "wait",
    MandateState.CONFIRMED: "good",
    MandateState.REFUSED: "bad",
    MandateState.ENDED: "",
}

COLUMNS = (
    Column("personne", gettext_lazy("Personne"), "person", order=("person__email",)),
    Column("courriel", gettext_lazy("Courriel"), "person.email", order=("person__email",)),
    Column(
        "organisme",
        gettext_lazy("Organisme"),
        "organisation.name",
        order=("organisation__name",),
        link=lambda mandate: reverse("organisations:detail", args=[mandate.organisation_id]),
    ),
    Column("fonction", gettext_lazy("Fonction"), "function"),
    Column("demande", gettext_lazy("Demandé le"), "requested_at", order=("requested_at",)),
)


class PendingMandates(Listing):
    columns = (
        *COLUMNS,
        Column(
            "decision",
            gettext_lazy("Décision"),
            lambda mandate: _("Décider"),
            link=lambda mandate: reverse("organisations:confirm_mandate", args=[mandate.pk]),
        ),
    )
    search_fields = ("person__email", "person__display_name", "organisation__name", "function")
    default_sort = "demande"
    simulated = "organisation.is_simulated"
    caption = gettext_lazy("Demandes en attente")
    export_name = "demandes"
    empty_title = gettext_lazy("Aucune demande n’attend")
    empty_text = gettext_lazy(
        "Les demandes d’agir pour un organisme arrivent ici. Tant que vous ne les avez pas "
        "confirmées, aucun résultat ne s’ouvre."
    )


class DecidedMandates(Listing):
    columns = (
        *COLUMNS,
        Column(
            "etat",
            gettext_lazy("État"),
            "get_state_display",
            order=("state",),
            pill=lambda mandate: PILL_OF_STATE[MandateState(mandate.state)],
        ),
        Column("decide", gettext_lazy("Décidé le"), "decided_at", order=("decided_at",)),
        Column(
            "suite",
            gettext_lazy("Suite"),
            lambda mandate: _("Mettre fin") if mandate.state == MandateState.CONFIRMED else "",
            link=lambda mandate: (
                reverse("organisations:end_mandate", args=[mandate.pk])
                if mandate.state == MandateState.CONFIRMED
                else ""
            ),
        ),
    )
    search_fields = PendingMandates.search_fields
    default_sort = "-decide"
    simulated = PendingMandates.simulated
    caption = gettext_lazy("Demandes décidées")
    export_name = "demandes-decidees"
    empty_title = gettext_lazy("Aucune demande n’a encore été décidée")


@hat_required(RoleKind.OPERATOR)
@require_safe
def pending(request: HatRequest) -> HttpResponseBase:
    rows = Mandate.objects.visible_to(request.hat).requested()
    listing = PendingMandates(request, rows.select_related("person", "organisation"))
    return listing.respond("organisations/mandates.html", {"decided": False})


@hat_required(RoleKind.OPERATOR)
@require_safe
def decided(request: HatRequest) -> HttpResponseBase:
    rows = Mandate.objects.visible_to(request.hat).exclude(state=MandateState.REQUESTED)
    listing = DecidedMandates(request, rows.select_related("person", "organisation"))
    return listing.respond("organisations/mandates.html", {"decided": True})


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HatRequest, number: int) -> HttpResponse:
    mandate = access_mandate(number, request.hat)
    require(may_decide_mandate(request.hat, mandate))
    if request.method == "POST":
        url = site_address(request)
        return _decide(
            request,
            lambda: confirm_mandate(mandate=mandate, by=request.user, base_url=url),
            _("%(person)s peut agir pour %(body)s.") % _names(mandate),
        )
    others = Mandate.objects.confirmed().filter(organisation=mandate.organisation_id).count()
    consequences = [
        _("%(person)s pourra inscrire %(body)s et déclarer ses canaux et ses lieux d’accueil.")
        % _names(mandate),
        _("Les prises de contact de cet organisme pourront commencer."),
        _("Après publication, ses résultats confidentiels lui seront ouverts."),
        _("Un courriel l’en avertit à l’adresse %(email)s.") % {"email": mandate.person.email},
    ]
    if others:
        consequences.append(
            _("Personnes déjà confirmées pour cet organisme : %(count)d.") % {"count": others}
        )
    return render(
        request,
        "organisations/confirm_mandate.html",
        {
            "mandate": mandate,
            "title": _("Confirmer cette demande ?"),
            "summary": _("%(person)s demande à agir pour %(body)s, en qualité de : %(function)s.")
            % {**_names(mandate), "function": mandate.function},
            "consequences": consequences,
            "confirm_label": _("Confirmer"),
            "back_url": reverse("organisations:mandates"),
            "is_simulated": mandate.organisation.is_simulated,
        },
    )


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HatRequest, number: int) -> HttpResponse:
    mandate = access_mandate(number, request.hat)
    require(may_decide_mandate(request.hat, mandate))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _decide(
            request,
            lambda: refuse_mandate(mandate=mandate, by=request.user, reason=reason),
            _("La demande de %(person)s est refusée.") % _names(mandate),
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Refuser cette demande ?"),
            "summary": _("%(person)s ne pourra pas agir pour %(body)s.") % _names(mandate),
            "consequences": [
                _("Un courriel lui donne le motif."),
                _("Une nouvelle demande reste possible."),
            ],
            "confirm_label": _("Refuser"),
            "danger": True,
            "form": form,
            "back_url": reverse("organisations:mandates"),
            "is_simulated": mandate.organisation.is_simulated,
        },
        status=422 if form.errors else 200,
    )


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HatRequest, number: int) -> HttpResponse:
    mandate = access_mandate(number, request.hat)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _decide(
            request,
            lambda: end_mandate(mandate=mandate, by=request.user, reason=reason),
            _("%(person)s n’agit plus pour %(body)s.") % _names(mandate),
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Mettre fin à cette habilitation ?"),
            "summary": _("%(person)s n’agira plus pour %(body)s.") % _names(mandate),
            "consequences": [
                _("Son accès à l’espace de l’organisme se ferme aussitôt."),
                _("Un courriel lui donne le motif."),
                _("Ce qui a été fait reste, et une nouvelle demande est possible."),
            ],
            "confirm_label": _("Mettre fin"),
            "danger": True,
            "form": form,
            "back_url": reverse("organisations:decided_mandates"),
            "is_simulated": mandate.organisation.is_simulated,
        },
        status=422 if form.errors else 200,
    )


def _decide(request: HatRequest, act: Callable[[], Mandate], done: str) -> HttpResponse:
    """Take the decision; a second click finds it taken and is told so."""
    try:
        act()
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("organisations:mandates")


def _names(mandate: Mandate) -> dict[str, str]:
    return {"person": str(mandate.person), "body": mandate.organisation.name}
