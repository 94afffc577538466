"""Kiosks of the coordinator's body: the list, the health of one, pairing, moving, revoking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.qr import qr_svg
from parvis.feedback.addresses import kiosk_address, to_type
from parvis.feedback.forms.coordinator import KioskForm, PairingForm
from parvis.feedback.models import Device, Touchpoint
from parvis.feedback.operations.devices import ask_pairing_code, change_kiosk, revoke_kiosk
from parvis.feedback.permissions.coordinator import access_kiosk, access_touchpoint
from parvis.feedback.views.coordinator.bodies import option_missing
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.foundation.readable_codes import in_groups
from parvis.organisations.permissions import body_of

# A kiosk on a network tells of itself every few minutes.
SILENT_AFTER = timedelta(days=1)
# A clock further than this from ours is worth setting.
CLOCK_TOLERANCE = timedelta(minutes=2)
# Below this, a tablet soon refuses what it can no longer keep.
LITTLE_STORAGE_BYTES = 50_000_000
SHOWN_RANGES = 20

ACTIVE, SILENT, REVOKED = "active", "muette", "revoquee"


def missing_count(device: Device) -> int:
    """How many sequence numbers never came."""
    return sum(last - first + 1 for first, last in device.missing_sequences)


def state_of(device: Device) -> tuple[str, str]:
    """The kind of pill and the word that say how a kiosk is."""
    if device.revoked_at is not None:
        return "", _("Révoquée")
    if device.last_seen_at is None:
        return "wait", _("Jamais vue")
    if device.last_seen_at < timezone.now() - SILENT_AFTER:
        return "bad", _("Silencieuse")
    return "good", _("En service")


def _condition(value: str) -> Q:
    silent = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=timezone.now() - SILENT_AFTER)
    return {
        ACTIVE: Q(revoked_at__isnull=True) & ~silent,
        SILENT: Q(revoked_at__isnull=True) & silent,
        REVOKED: Q(revoked_at__isnull=False),
    }[value]


def clock_of(device: Device) -> dict[str, Any] | None:
    """What the kiosk's clock is worth, in words; None when it never told."""
    if device.clock_offset_ms is None:
        return None
    offset = timedelta(milliseconds=device.clock_offset_ms)
    minutes = round(abs(offset) / timedelta(minutes=1))
    if abs(offset) <= CLOCK_TOLERANCE:
        return {"good": True, "words": _("À l’heure")}
    if minutes < 120:
        size = ngettext("%d minute", "%d minutes", minutes) % minutes
    elif minutes < 2 * 1440:
        size = ngettext("%d heure", "%d heures", minutes // 60) % (minutes // 60)
    else:
        size = ngettext("%d jour", "%d jours", minutes // 1440) % (minutes // 1440)
    words = _("En retard de %s") if offset > timedelta() else _("En avance de %s")
    return {"good": False, "words": words % size}


def clock_words(device: Device) -> str | None:
    clock = clock_of(device)
    return clock["words"] if clock else None


def storage_left_megabytes(device: Device) -> int | None:
    """Room left on the tablet, in millions of bytes; None when it never told."""
    left = device.storage_left_bytes
    return left // 1_000_000 if left is not None else None


class Kiosks(Listing):
    columns = (
        Column(
            "name",
            gettext_lazy("Borne"),
            "name",
            order=("name",),
            link=lambda row: reverse("feedback:kiosk_health", args=[row.pk]),
        ),
        Column(
            "touchpoint",
            gettext_lazy("Point d’écoute"),
            "touchpoint.name",
            order=("touchpoint__name",),
        ),
        Column(
            "state",
            gettext_lazy("État"),
            lambda row: state_of(row)[1],
            pill=lambda row: state_of(row)[0],
        ),
        Column("seen", gettext_lazy("Vue le"), "last_seen_at", order=("last_seen_at",)),
        Column(
            "queue",
            gettext_lazy("À envoyer"),
            "queue_length",
            order=("queue_length",),
            numeric=True,
        ),
        Column("missing", gettext_lazy("Manquants"), missing_count, numeric=True),
        Column("clock", gettext_lazy("Horloge"), clock_words, order=("clock_offset_ms",)),
        Column(
            "storage",
            gettext_lazy("Place libre"),
            storage_left_megabytes,
            order=("storage_left_bytes",),
            numeric=True,
            unit=gettext_lazy("Mo"),
        ),
        Column("version", gettext_lazy("Version"), "app_version", order=("app_version",)),
    )
    search_fields = ("name", "touchpoint__name")
    default_sort = "name"
    caption = gettext_lazy("Bornes")
    export_name = "bornes"
    empty_title = gettext_lazy("Aucune borne pour l’instant")
    empty_text = gettext_lazy(
        "Une tablette ordinaire devient une borne en tapant un code. Ouvrez un point d’écoute, "
        "puis demandez-en un : il vaut dix minutes."
    )


@hat_required(RoleKind.COORDINATOR)
@require_safe
def kiosks(request: HatRequest) -> HttpResponseBase:
    hat = request.hat
    rows = Device.objects.visible_to(hat).kiosks().select_related("touchpoint")
    filters = [
        ChoiceFilter(
            "point",
            gettext_lazy("Point d’écoute"),
            "touchpoint",
            choices=list(
                Touchpoint.objects.visible_to(hat).order_by("name").values_list("pk", "name")
            ),
        ),
        ChoiceFilter(
            "etat",
            gettext_lazy("État"),
            choices=[
                (ACTIVE, gettext_lazy("En service")),
                (SILENT, gettext_lazy("Silencieuses ou jamais vues")),
                (REVOKED, gettext_lazy("Révoquées")),
            ],
            conditions=_condition,
        ),
    ]
    return Kiosks(request, rows, filters=filters).respond(
        "feedback/kiosks.html",
        {
            "is_simulated": body_of(hat).is_simulated,
            "tab": "kiosks",
            "listing_action_url": reverse("feedback:touchpoints"),
            "listing_action_label": _("Choisir un point d’écoute"),
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_safe
def kiosk(request: HatRequest, pk: int) -> HttpResponse:
    """The health of a kiosk, as it last told."""
    device = access_kiosk(request.hat, pk)
    pill, word = state_of(device)
    return render(
        request,
        "feedback/kiosk.html",
        {
            "device": device,
            "pill": pill,
            "state": word,
            "missing_count": missing_count(device),
            "missing": device.missing_sequences[:SHOWN_RANGES],
            "more_missing": max(0, len(device.missing_sequences) - SHOWN_RANGES),
            "clock": clock_of(device),
            "storage_mb": storage_left_megabytes(device),
            "little_storage": device.storage_left_bytes is not None
            and device.storage_left_bytes < LITTLE_STORAGE_BYTES,
            "is_simulated": device.organisation.is_simulated,
            "tab": "kiosks",
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HatRequest, pk: int) -> HttpResponse:
    """Name the kiosk, then its code, shown this once."""
    touchpoint = access_touchpoint(request.hat, pk)
    if missing := option_missing(request):
        return missing
    form = PairingForm(request.POST or None)
    status = 200
    context: dict[str, Any] = {
        "touchpoint": touchpoint,
        "is_simulated": touchpoint.organisation.is_simulated,
    }
    if request.method == "POST" and form.is_valid():
        try:
            row, code = ask_pairing_code(
                touchpoint=touchpoint, device_name=form.cleaned_data["name"], by=request.user
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            address = kiosk_address(request)
            response = render(
                request,
                "feedback/pairing_code.html",
                {
                    **context,
                    "row": row,
                    "code": in_groups(code),
                    "spelled": " ".join(code),
                    "address": address,
                    "address_to_type": to_type(address),
                    "qr": qr_svg(address, label=_("Adresse à ouvrir sur la tablette")),
                },
            )
            # Shown once: neither a cache nor the history keeps it.
            response["Cache-Control"] = "no-store"
            return response
    elif form.errors:
        status = 422
    return render(request, "feedback/ask_code.html", {**context, "form": form}, status=status)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HatRequest, pk: int) -> HttpResponse:
    device = access_kiosk(request.hat, pk)
    form = KioskForm(
        request.POST or None,
        initial={"name": device.name, "touchpoint": device.touchpoint_id},
        hat=request.hat,
        current=device.touchpoint_id,
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_kiosk(
                device=device,
                name=form.cleaned_data["name"],
                touchpoint=form.cleaned_data["touchpoint"],
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("« %(name)s » est à jour. La borne le saura à son prochain contact.")
                % {"name": changed.name},
            )
            return redirect("feedback:kiosk_health", pk)
    return render(
        request,
        "feedback/kiosk_form.html",
        {"form": form, "device": device, "is_simulated": device.organisation.is_simulated},
        status=422 if form.errors else 200,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HatRequest, pk: int) -> HttpResponse:
    device = access_kiosk(request.hat, pk)
    if request.method == "POST":
        try:
            revoke_kiosk(device=device, by=request.user)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
        else:
            messages.success(request, _("« %(name)s » est révoquée.") % {"name": device.name})
        return redirect("feedback:kiosk_health", pk)
    consequences = [
        _(
            "À son prochain contact, la borne s’arrête et dit qu’elle doit être appairée de "
            "nouveau."
        ),
        _("Les réponses déjà reçues restent et comptent."),
    ]
    if device.queue_length:
        consequences.append(
            ngettext(
                "À son dernier contact, %d réponse attendait d’être envoyée : le serveur ne la "
                "prendra plus. Elle reste dans la tablette.",
                "À son dernier contact, %d réponses attendaient d’être envoyées : le serveur ne "
                "les prendra plus. Elles restent dans la tablette.",
                device.queue_length,
            )
            % device.queue_length
        )
    else:
        consequences.append(
            _(
                "Ce qu’elle aurait noté depuis sans réseau reste dans la tablette : reconnectez-la "
                "avant de la révoquer si elle fonctionne encore."
            )
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Révoquer cette borne ?"),
            "summary": _("« %(name)s », %(touchpoint)s")
            % {"name": device.name, "touchpoint": device.touchpoint.name},
            "consequences": consequences,
            "irreversible": True,
            "danger": True,
            "confirm_label": _("Révoquer cette borne"),
            "back_url": reverse("feedback:kiosk_health", args=[pk]),
            "is_simulated": device.organisation.is_simulated,
        },
    )
