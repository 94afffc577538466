"""Keys of the API and webhooks of a body: its coordinators make them, see them, take them away."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.api.keys import REQUESTS_A_MINUTE
from parvis.feedback.exchange_enums import ApiScope, WebhookEvent
from parvis.feedback.forms.exchanges import ApiKeyForm, EndpointForm, EventsForm
from parvis.feedback.models import ApiKey, WebhookEndpoint
from parvis.feedback.operations import exchanges
from parvis.feedback.permissions.exchanges import access_api_key, access_endpoint, body_of
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

DELIVERIES_SHOWN = 25
KEYS_SHOWN = 50


def _secret_page(
    request: HatRequest, title: str, secret: str, explanation: str, back: str
) -> HttpResponse:
    """A secret shown once: the page is not kept anywhere, and going back to it asks again."""
    response = render(
        request,
        "feedback/exchanges/secret.html",
        {
            "title": title,
            "secret": secret,
            "explanation": explanation,
            "back_url": back,
            "is_simulated": request.hat.is_simulated,
        },
    )
    response["Cache-Control"] = "no-store"
    return response


# --- Keys -----------------------------------------------------------------------------------------


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: HatRequest) -> HttpResponse:
    """The keys of the body, and the form that makes another."""
    form, status = ApiKeyForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                key, secret = exchanges.create_api_key(
                    organisation=body_of(request.hat), by=request.user, **form.cleaned_data
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                return _secret_page(
                    request,
                    _("Clé « %(name)s »") % {"name": key.name},
                    secret,
                    _("Un programme la présente ainsi : « Authorization: Bearer %(hint)s… ».")
                    % {"hint": key.hint},
                    reverse("feedback:api_keys"),
                )
    labels = dict(ApiScope.choices)
    keys = ApiKey.objects.visible_to(request.hat).select_related("created_by")
    return render(
        request,
        "feedback/exchanges/api_keys.html",
        {
            "form": form,
            "is_simulated": request.hat.is_simulated,
            "budget": REQUESTS_A_MINUTE,
            "keys": [
                (key, [labels.get(scope, scope) for scope in key.scopes])
                for key in keys.order_by("revoked_at", "-created_at")[:KEYS_SHOWN]
            ],
        },
        status=status,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_api_key(request: HatRequest, number: int) -> HttpResponse:
    """What closing a key breaks, then the decision."""
    key = access_api_key(number, request.hat)
    if request.method == "POST":
        return _act(
            request,
            lambda: exchanges.revoke_api_key(key=key, by=request.user),
            _("La clé « %(name)s » n’ouvre plus rien.") % {"name": key.name},
            reverse("feedback:api_keys"),
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Révoquer la clé « %(name)s »") % {"name": key.name},
            "consequences": [
                _("Le programme qui s’en sert sera refusé dès sa prochaine demande."),
                _("Aucune donnée n’est perdue ; une autre clé peut être créée."),
            ],
            "irreversible": True,
            "confirm_label": _("Révoquer"),
            "danger": True,
            "back_url": reverse("feedback:api_keys"),
            "is_simulated": request.hat.is_simulated,
        },
    )


# --- Webhooks -------------------------------------------------------------------------------------


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HatRequest) -> HttpResponse:
    """The addresses of the body that are told, and the form that adds one."""
    form, status = EndpointForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                endpoint, secret = exchanges.add_endpoint(
                    organisation=body_of(request.hat), by=request.user, **form.cleaned_data
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                return _signing_secret(request, endpoint, secret)
    rows = WebhookEndpoint.objects.visible_to(request.hat).filter(removed_at__isnull=True)
    labels = dict(WebhookEvent.choices)
    return render(
        request,
        "feedback/exchanges/webhooks.html",
        {
            "form": form,
            "is_simulated": request.hat.is_simulated,
            "endpoints": [
                (endpoint, [labels.get(event, event) for event in endpoint.events])
                for endpoint in rows
            ],
        },
        status=status,
    )


def _signing_secret(request: HatRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    return _secret_page(
        request,
        _("Secret de signature"),
        secret,
        _(
            "Votre programme s’en sert pour vérifier que les messages viennent d’ici "
            "(convention Standard Webhooks)."
        ),
        reverse("feedback:webhook", args=[endpoint.pk]),
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HatRequest, number: int) -> HttpResponse:
    """One address: what it is told of, and what became of the last messages."""
    endpoint = access_endpoint(number, request.hat)
    form, status = (
        EventsForm(
            request.POST if request.method == "POST" else None, initial={"events": endpoint.events}
        ),
        200,
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                exchanges.change_events(
                    endpoint=endpoint, by=request.user, events=form.cleaned_data["events"]
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("C’est noté."))
                return redirect("feedback:webhook", number)
    return render(
        request,
        "feedback/exchanges/webhook.html",
        {
            "endpoint": endpoint,
            "form": form,
            "is_simulated": request.hat.is_simulated,
            "deliveries": endpoint.deliveries.defer("body").order_by("-created_at")[
                :DELIVERIES_SHOWN
            ],
        },
        status=status,
    )


@hat_required(RoleKind.COORDINATOR)
@require_POST
def test_webhook(request: HatRequest, number: int) -> HttpResponse:
    """Send a test message."""
    endpoint = access_endpoint(number, request.hat)
    return _act(
        request,
        lambda: exchanges.send_test(endpoint=endpoint, by=request.user),
        _("L’essai part : son sort s’affiche ci-dessous d’ici une minute."),
        reverse("feedback:webhook", args=[number]),
    )


@hat_required(RoleKind.COORDINATOR)
@require_POST
def enable_webhook(request: HatRequest, number: int) -> HttpResponse:
    """Tell again an address that was stopped."""
    endpoint = access_endpoint(number, request.hat)
    return _act(
        request,
        lambda: exchanges.enable_endpoint(endpoint=endpoint, by=request.user),
        _("Cette adresse est de nouveau prévenue."),
        reverse("feedback:webhook", args=[number]),
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rotate_webhook_secret(request: HatRequest, number: int) -> HttpResponse:
    """What another secret changes, then the secret itself, once."""
    endpoint = access_endpoint(number, request.hat)
    if request.method == "POST":
        return _signing_secret(
            request, endpoint, exchanges.rotate_secret(endpoint=endpoint, by=request.user)
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Changer le secret de signature"),
            "summary": endpoint.url,
            "consequences": [
                _("Le nouveau secret s’affiche une seule fois."),
                _("Pendant 24 heures, les messages sont signés par l’ancien et le nouveau."),
            ],
            "confirm_label": _("Tirer un nouveau secret"),
            "back_url": reverse("feedback:webhook", args=[number]),
            "is_simulated": request.hat.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_webhook(request: HatRequest, number: int) -> HttpResponse:
    """What is no longer told, then the decision."""
    endpoint = access_endpoint(number, request.hat)
    if request.method == "POST":
        return _act(
            request,
            lambda: exchanges.remove_endpoint(endpoint=endpoint, by=request.user),
            _("Cette adresse n’est plus prévenue."),
            reverse("feedback:webhooks"),
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Retirer cette adresse"),
            "summary": endpoint.url,
            "consequences": [
                _("Elle n’est plus prévenue de rien, et ce qui attendait ne part pas."),
                _("Son secret est oublié ; l’ajouter de nouveau en donne un autre."),
            ],
            "confirm_label": _("Retirer"),
            "danger": True,
            "back_url": reverse("feedback:webhook", args=[number]),
            "is_simulated": request.hat.is_simulated,
        },
    )


def _act(request: HatRequest, act: Callable[[], object], done: str, there: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(there)
