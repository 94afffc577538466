"""Who a device is: the secret it was given once, in the `Authorization` header."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.feedback.ingestion import KnownDevice
from parvis.feedback.models import Device
from parvis.feedback.secret_hash import secret_hash

MAX_SECRET_CHARACTERS = 200
# Kiosks a process remembers; beyond, it starts again with those that speak.
MAX_RECOGNISED = 10_000


def secret_of(request: HttpRequest) -> str:
    """The secret a request bears; empty when it bears none that could be one."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret if kind.lower() == "bearer" and len(secret) <= MAX_SECRET_CHARACTERS else ""


def device_of(request: HttpRequest) -> Device | None:
    """The active kiosk whose secret the request bears; None for an unknown or revoked one."""
    secret = secret_of(request)
    if not secret:
        return None
    with scopes_disabled():
        return (
            Device.objects.kiosks()
            .active()
            .select_related("touchpoint")
            .filter(secret_hash=secret_hash(secret))
            .first()
        )


class _Recognised:
    """The kiosks lately seen by this process, so that each batch does not look its sender up.

    Nothing rests on it: ingestion looks at the device under its lock, revocation included.
    """

    def __init__(self) -> None:
        self._seen: dict[str, KnownDevice] = {}

    def find(self, request: HttpRequest) -> KnownDevice | None:
        secret = secret_of(request)
        if not secret:
            return None
        hashed = secret_hash(secret)
        known = self._seen.get(hashed)
        if known is None and (device := device_of(request)) is not None:
            if len(self._seen) >= MAX_RECOGNISED:
                self._seen.clear()
            known = self._seen[hashed] = KnownDevice(device.pk, hashed)
        return known

    def forget(self, device: KnownDevice) -> None:
        self._seen.pop(device.secret_hash, None)


recognised = _Recognised()


def unknown_device() -> JsonResponse:
    return problem(
        401,
        _(
            "Cette borne n’est pas reconnue ou a été retirée. Ses réponses restent sur la "
            "tablette : demandez un nouveau code d’appairage."
        ),
        {"WWW-Authenticate": "Bearer"},
        error="unknown_device",
    )


def problem(
    status: int, message: str, headers: dict[str, str] | None = None, **more: Any
) -> JsonResponse:
    """A refusal that a program and a person both read (RFC 9457)."""
    return JsonResponse(
        {"status": status, "title": message, **more},
        status=status,
        headers={**(headers or {}), "Cache-Control": "no-store"},
        content_type="application/problem+json",
    )
