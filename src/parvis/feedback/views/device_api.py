"""What a kiosk asks of the server besides handing in answers: pairing, configuration, sounds."""

from __future__ import annotations

import hmac
import re
from typing import Any

import orjson
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_scopes import scopes_disabled

from parvis.feedback.api.devices import device_of, unknown_device
from parvis.feedback.configuration import configuration_of, encoded
from parvis.feedback.models import SpokenLabel
from parvis.feedback.operations.devices import (
    SLOWED_DOWN_SECONDS,
    PairingRefused,
    pair,
)
from parvis.feedback.speech.sounds import sound_path
from parvis.foundation.access import public

MAX_PAIRING_BYTES = 1000
A_YEAR_SECONDS = 365 * 24 * 3600
_SOUND_HASH = re.compile(r"^[0-9a-f]{64}$")
# Numbers long enough for any sound, and short enough to be read without harm.
_RANGE = re.compile(r"^bytes=([0-9]{0,12})-([0-9]{0,12})$")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


@public
@csrf_exempt  # no cookie is read here: the code is what gives a right
@require_POST
def pair_kiosk(request: HttpRequest) -> HttpResponse:
    """`{"code": …}` gives `{"secret", "device", "configuration"}`, once."""
    if not travels_safely(request):
        return refused(
            "insecure",
            _("L’appairage demande une adresse en https : le secret ne voyage jamais en clair."),
            403,
        )
    typed = _typed_code(request)
    if typed is None:
        return refused("unreadable", _("Envoyez le code en JSON."), 400)
    with scopes_disabled():
        try:
            paired = pair(typed=typed, source=source_hash(request))
        except PairingRefused as refusal:
            response = refused(refusal.reason, refusal.message, refusal.status)
            if refusal.status == 429:
                response["Retry-After"] = str(SLOWED_DOWN_SECONDS)
            return response
        content: dict[str, Any] = {
            "secret": paired.secret,
            "device": {"id": paired.device.pk, "name": paired.device.name},
            "configuration": configuration_of(paired.device),
        }
    response = HttpResponse(orjson.dumps(content), content_type="application/json", status=201)
    response["Cache-Control"] = "no-store"
    return response


@public
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """The configuration of the device whose secret is given; 304 when it has this one already."""
    if not travels_safely(request):
        return refused("insecure", _("Cette adresse demande https."), 403)
    with scopes_disabled():
        device = device_of(request)
        if device is None:
            return unknown_device()
        content, tag = encoded(configuration_of(device))
    if tag in _tags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization"
    return response


@public
@require_safe
def sound(request: HttpRequest, sound_hash: str) -> HttpResponse:
    """A spoken label of a published questionnaire: its address never means another sound."""
    if not _SOUND_HASH.match(sound_hash):
        raise Http404
    with scopes_disabled():
        if not SpokenLabel.objects.filter(sound_hash=sound_hash).exists():
            raise Http404
    try:
        content = sound_path(sound_hash).read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
    response = _part_of(content, request.headers.get("Range", ""))
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = f"public, max-age={A_YEAR_SECONDS}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _part_of(content: bytes, asked: str) -> HttpResponse:
    """The sound, or the part of it that is asked for: some browsers play nothing without."""
    found = _RANGE.match(asked)
    if found is None or not (found[1] or found[2]):
        return HttpResponse(content, content_type="audio/mpeg")
    size = len(content)
    first = int(found[1]) if found[1] else max(0, size - int(found[2]))
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if first > last:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    response = HttpResponse(content[first : last + 1], content_type="audio/mpeg", status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def refused(reason: str, message: str, status: int) -> HttpResponse:
    """A refusal for a kiosk: `error` is a word for its program, `message` a sentence to show."""
    response = JsonResponse({"error": reason, "message": message}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def travels_safely(request: HttpRequest) -> bool:
    """By TLS, or on the machine itself."""
    if request.is_secure() or settings.DEBUG:
        return True
    host = request.get_host()
    return (host if host.endswith("]") else host.rpartition(":")[0] or host) in _LOCAL_HOSTS


def source_hash(request: HttpRequest) -> str:
    """What stands for the sender's address in the budget of wrong guesses."""
    address = get_adapter(request).get_client_ip(request)
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), "sha256").hexdigest()


def _typed_code(request: HttpRequest) -> str | None:
    try:
        if len(request.body) > MAX_PAIRING_BYTES:
            return None
        content = orjson.loads(request.body)
    except (orjson.JSONDecodeError, RequestDataTooBig):
        return None
    typed = content.get("code") if isinstance(content, dict) else None
    return typed if isinstance(typed, str) and len(typed) <= 40 else None


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
