"""Errors of the API: application/problem+json (RFC 9457), a sentence for whoever reads it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from parvis.foundation.errors import Refusal
from parvis.foundation.refusals import RETRY_AFTER_SECONDS, unavailable

MEDIA_TYPE = "application/problem+json"

_SENTENCES: dict[str, str | Promise] = {
    "missing": gettext_lazy("Ce paramètre est obligatoire."),
    "int_parsing": gettext_lazy("Écrivez un nombre entier."),
    "greater_than_equal": gettext_lazy("Ce nombre est trop petit."),
    "less_than_equal": gettext_lazy("Ce nombre est trop grand."),
    "enum": gettext_lazy("Cette valeur n’est pas de celles qui sont proposées."),
    "literal_error": gettext_lazy("Cette valeur n’est pas de celles qui sont proposées."),
    "string_pattern_mismatch": gettext_lazy("Cette valeur n’a pas la forme attendue."),
    "string_too_long": gettext_lazy("Cette valeur est trop longue."),
}
_DATES = gettext_lazy("Écrivez une date, comme 2026-01-31, ou un instant, avec son fuseau.")


class FieldProblem(Schema):
    """What is wrong with one parameter."""

    field: str
    message: str


class Problem(Schema):
    """Why a request was refused. `errors` names the parameters concerned, if any."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class RefusedRequestError(Exception):
    """A request that is answered by a problem; `headers` go with it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}


def problem(
    status: int,
    detail: str,
    *,
    errors: list[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in errors or []],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE
    )
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def install(api: NinjaAPI) -> None:
    """Make every error of an API a problem."""
    api.add_exception_handler(RefusedRequestError, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unknown_key)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Refusal, _refusal)
    api.add_exception_handler(Exception, _unforeseen)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, error.detail, errors=error.errors, headers=error.headers)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = []
    for item in error.errors:
        kind = str(item.get("type", ""))
        sentence = _DATES if "date" in kind or "time" in kind else _SENTENCES.get(kind)
        message = str(sentence or _("Cette valeur n’est pas acceptée."))
        field = next((str(part) for part in reversed(item.get("loc", ())) if part), "")
        errors.append((field, message))
    return problem(422, _("La demande n’est pas valable."), errors=errors)


def _unknown_key(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(
        401,
        _("Présentez une clé valable : « Authorization: Bearer parvis_… »."),
        headers={"WWW-Authenticate": 'Bearer realm="parvis"'},
    )


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, _("La demande n’est pas lisible."))


def _refusal(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [(error.field, error.message)] if error.field else []
    return problem(error.status, error.message, errors=errors)


def _unforeseen(request: HttpRequest, error: Any) -> HttpResponse:
    """A state of the machine that will pass is said; anything else is a fault, and raised."""
    if unavailable(error) is None:
        raise error
    return problem(
        503,
        _("Le service est momentanément indisponible : réessayez bientôt."),
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
