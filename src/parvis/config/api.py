"""The interface for programs: what each room offers, under `/api/`, and its description.

Only here do the rooms' routers meet. The pages of documentation are made from the description
itself, without any script.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

import parvis
from parvis.accounts.requests import OpenRequest
from parvis.feedback.api import device_paths
from parvis.feedback.api.endpoints import router as feedback
from parvis.feedback.api.problems import MEDIA_TYPE, install, problem
from parvis.foundation.access import public

PREFIX = "/api/"

api = NinjaAPI(
    title="Parvis : API de l’écoute",
    version=parvis.__version__,
    description=(
        "Les programmes d’un organisme lisent ici son écoute, avec une clé que "
        "fait son coordinateur. "
        "Les erreurs sont des application/problem+json. Une clé fait 120 demandes par minute ; "
        "au-delà, 429 et Retry-After."
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
install(api)
api.add_router("feedback/", feedback)


@cache
def description() -> dict[str, Any]:
    """The whole OpenAPI document: the routers' own, and the protocol of the devices."""
    document: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix=PREFIX)))
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "content" in response:
                [content] = response["content"].values()
                response["content"] = {MEDIA_TYPE: content}
        for parameter in operation.get("parameters", []):
            choices = parameter["schema"].pop("anyOf", [])
            # An optional parameter is left out, never null.
            for choice in choices:
                if choice.get("type") != "null":
                    parameter["schema"] |= choice
        # Keys are strings in JSON, and numbers as the routers declare them.
        operation["responses"] = {str(s): r for s, r in operation["responses"].items()}
    document["paths"] |= device_paths.PATHS
    components = document["components"]
    components["schemas"] |= device_paths.SCHEMAS
    components["securitySchemes"] |= device_paths.SECURITY
    document["servers"] = [{"url": "/"}]
    return document


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in document["paths"].values() for operation in item.values()]


@public
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description, for programs and their tools."""
    response = JsonResponse(description(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public
@require_safe
def documentation(request: OpenRequest) -> HttpResponse:
    """The description, for people: each operation with its parameters and answers."""
    document = description()
    operations = []
    for address, item in document["paths"].items():
        for method, operation in item.items():
            operations.append(
                {
                    **operation,
                    "method": method.upper(),
                    "path": address,
                    "is_of_devices": "devices" in operation.get("tags", []),
                    "parameters": [_parameter(p) for p in operation.get("parameters", [])],
                    "fields": _fields(document, operation),
                }
            )
    return render(request, "feedback/exchanges/api_documentation.html", {"operations": operations})


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    kinds = [schema, *schema.get("anyOf", [])]
    return {
        "name": parameter["name"],
        "required": parameter.get("required", False),
        "kind": _kind(schema),
        "values": next((kind["enum"] for kind in kinds if "enum" in kind), []),
        "default": schema.get("default"),
        "text": parameter.get("description") or schema.get("description", ""),
    }


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of what the operation gives: of each item, for a page of items."""
    for status in ("200", "202"):
        response = operation["responses"].get(status)
        if response and "content" in response:
            schema = _resolved(document, next(iter(response["content"].values()))["schema"])
            items = schema.get("properties", {}).get("items")
            if items is not None:
                schema = _resolved(document, items["items"])
            return [
                {"name": name, "kind": _kind(field), "text": field.get("description", "")}
                for name, field in schema.get("properties", {}).items()
            ]
    return []


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    kinds = [_kind(choice) for choice in schema.get("anyOf", [])]
    if kinds:
        return " | ".join(kinds)
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    kind = schema.get("type", "")
    named = " | ".join(kind) if isinstance(kind, list) else str(kind or "value")
    return f"{named} ({schema['format']})" if "format" in schema else named


def _for_programs(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let programs in without a session: the key is checked by the API, on each operation."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = problem(
                405, _("Cette adresse se lit seulement."), headers={"Allow": allowed}
            )
        response["Cache-Control"] = "private, no-store"
        return response

    return public(opened)


def _patterns() -> list[URLPattern]:
    opened = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            route = str(pattern.pattern)
            opened.append(path(route, _for_programs(pattern.callback), name=pattern.name))
    return opened


app_name = "api"
urlpatterns = [
    path("", documentation, name="documentation"),
    path("openapi.json", openapi, name="openapi"),
    *_patterns(),
]
