"""`POST /api/feedback/batches`: what kiosks send, as the room's README describes it.

A plain view: it is the hottest of the product, and its answer is a hash by answer.
"""

from __future__ import annotations

import logging
import random
import zlib
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from parvis.feedback.api.devices import problem, recognised, unknown_device
from parvis.feedback.ingestion import BusyError, Health, Outcome, RevokedError, is_full, submit
from parvis.feedback.protocol import (
    MAX_ANSWERS,
    MAX_BODY_BYTES,
    MAX_UNPACKED_BYTES,
    FieldError,
    SentAnswer,
    read_answer,
    read_sending,
)
from parvis.foundation.access import public

logger = logging.getLogger(__name__)

_MAX_APP_VERSION_CHARACTERS = 20
# Between these, so that kiosks refused together do not come back together.
_RETRY_SECONDS = (5, 15)


class _UnreadableError(Exception):
    """The body is refused as a whole: the status, and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@public
@csrf_exempt
@require_POST
def batches(request: HttpRequest) -> HttpResponse:
    """Store a batch and give a receipt for each answer, once it is on the disk."""
    device = recognised.find(request)
    if device is None:
        return unknown_device()
    if is_full():
        return _busy()
    try:
        raw = _read_body(request)
        sending = read_sending(raw.get("sent"))
        health = _read_health(raw.get("health"))
        answers, errors = _read_answers(raw.get("answers"))
    except _UnreadableError as error:
        return problem(error.status, error.message)
    except FieldError as error:
        return problem(
            422,
            _("L’envoi ne dit pas l’heure de la borne."),
            errors=[{"index": error.index, "field": error.field}],
        )
    if errors:
        return problem(
            422,
            _("Des réponses de l’envoi sont illisibles : rien n’en a été pris."),
            errors=errors,
        )
    try:
        outcome = submit(device, sending, answers, health=health)
    except RevokedError:
        recognised.forget(device)
        return unknown_device()
    except BusyError:
        return _busy()
    except DatabaseError as error:
        # A full disk, a database that restarts: whatever it is, the kiosk keeps its answers.
        logger.error("answers not stored", exc_info=error)
        return _busy()
    return _receipts(outcome)


def _busy() -> HttpResponse:
    """Told to come back, each at a moment of its own."""
    return problem(
        503,
        _("Le serveur ne peut pas enregistrer pour l’instant. La borne garde ses réponses."),
        {"Retry-After": str(random.randint(*_RETRY_SECONDS))},  # noqa: S311
    )


def _receipts(outcome: Outcome) -> HttpResponse:
    body = {
        "server_time_ms": int(timezone.now().timestamp() * 1000),
        "configuration": outcome.configuration,
        "receipts": [
            {
                "id": str(receipt.id),
                "hash": receipt.content_hash.hex(),
                "status": receipt.status,
            }
            for receipt in outcome.receipts
        ],
    }
    return HttpResponse(
        orjson.dumps(body),
        content_type="application/json",
        status=409 if outcome.has_conflict else 202,
        headers={"Cache-Control": "no-store"},
    )


def _read_body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise _UnreadableError(415, _("Une borne envoie du JSON."))
    body = _unpacked(request, _raw_body(request))
    try:
        raw = orjson.loads(body)
    except ValueError:
        raise _UnreadableError(400, _("L’envoi n’est pas du JSON en UTF-8.")) from None
    if type(raw) is not dict:
        raise _UnreadableError(400, _("L’envoi n’est pas un objet JSON."))
    return raw


def _raw_body(request: HttpRequest) -> bytes:
    too_big = _UnreadableError(
        413,
        _("L’envoi dépasse %(most)d ko : la borne doit le couper.")
        % {"most": MAX_BODY_BYTES // 1000},
    )
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        raise _UnreadableError(400, _("La longueur annoncée n’est pas un nombre.")) from None
    if length > MAX_BODY_BYTES:
        raise too_big
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_big from None
    except UnreadablePostError:
        raise _UnreadableError(400, _("L’envoi s’est interrompu.")) from None
    if len(body) > MAX_BODY_BYTES:
        raise too_big
    return body


def _unpacked(request: HttpRequest, body: bytes) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").lower()
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise _UnreadableError(415, _("Seule la compression gzip est comprise."))
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(body, MAX_UNPACKED_BYTES)
    except zlib.error:
        raise _UnreadableError(400, _("L’envoi compressé est abîmé.")) from None
    if unpacking.unconsumed_tail:
        raise _UnreadableError(413, _("L’envoi décompressé est trop grand."))
    if not unpacking.eof:
        raise _UnreadableError(400, _("L’envoi compressé est abîmé."))
    return unpacked


def _read_health(raw: Any) -> Health | None:
    """What the kiosk tells of itself; what cannot be read is not told, and loses no answer."""
    if type(raw) is not dict:
        return None
    app = raw.get("app")
    return Health(
        app_version=app[:_MAX_APP_VERSION_CHARACTERS].replace("\x00", "")
        if type(app) is str
        else "",
        queue_length=_count(raw.get("queue"), 2**31 - 1),
        put_aside=_count(raw.get("aside"), 2**31 - 1),
        storage_left_bytes=_count(raw.get("storage_left"), 2**62),
    )


def _count(raw: Any, most: int) -> int | None:
    return raw if type(raw) is int and 0 <= raw <= most else None


def _read_answers(raw: Any) -> tuple[list[SentAnswer], list[dict[str, Any]]]:
    if type(raw) is not list:
        raise _UnreadableError(422, _("L’envoi ne contient pas de liste de réponses."))
    if len(raw) > MAX_ANSWERS:
        raise _UnreadableError(
            413, _("Un envoi compte au plus %(most)d réponses.") % {"most": MAX_ANSWERS}
        )
    answers, errors = [], []
    for index, one in enumerate(raw):
        try:
            answers.append(read_answer(one, index))
        except FieldError as error:
            errors.append(
                {
                    "index": index,
                    "field": error.field,
                    "message": _("Ce champ manque ou n’est pas lisible."),
                }
            )
    return answers, errors
