"""Asking the product one question and seeing all it does: the answer, its text, its writes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from pypdf import PdfReader

from parvis.accounts.access import HATS_OF_VIEW
from parvis.accounts.enums import RoleKind
from parvis.documents.xlsx import MEDIA_TYPE as WORKBOOK
from tests.access.table import Route
from tests.access.world import World

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
KIND = {
    "operator": RoleKind.OPERATOR,
    "reviewer": RoleKind.REVIEWER,
    "coordinator_a": RoleKind.COORDINATOR,
    "coordinator_b": RoleKind.COORDINATOR,
    "pending_a": RoleKind.COORDINATOR,
    "citizen_a": RoleKind.MYSTERY_CITIZEN,
    "citizen_b": RoleKind.MYSTERY_CITIZEN,
    "moderator_a": RoleKind.CONSULTATION_TEAM,
}
# Reading somebody's session or keeping it alive is no change of what people own.
UNCOUNTED = {"django_session"}


def route_names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Every route of the product, allauth's included; static files are served outside Django."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from route_names(entry, inner)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"a route without a name: {entry}"
            yield f"{namespace}{entry.name}"


def address(name: str, route: Route, world: World) -> str:
    return reverse(name, kwargs=route.kwargs(world))


def is_public(path: str) -> bool:
    return not getattr(resolve(path).func, "login_required", True)


def kinds_admitted(path: str) -> frozenset[RoleKind]:
    """The kinds of hats that open the view, for objects of their own."""
    view = resolve(path).func
    return HATS_OF_VIEW.get(f"{view.__module__}.{view.__qualname__}", frozenset())


@dataclass
class Answer:
    """What came back and what was written meanwhile."""

    status: int
    headers: dict[str, str]
    content: bytes
    writes: list[str] = field(default_factory=list)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    def __str__(self) -> str:
        wrote = f", wrote {sorted(set(self.writes))}" if self.writes else ""
        return f"{self.status} {self.location}{wrote}".strip()

    @property
    def leads_to_sign_in(self) -> bool:
        return self.status == 302 and self.location.startswith(reverse(settings.LOGIN_URL))


def ask(
    client: Client, verb: str, path: str, query: dict[str, Any], body: dict[str, Any]
) -> Answer:
    """One request, as a browser sends it; exceptions become the 500 that a person would see."""
    client.raise_request_exception = False
    with written() as writes:
        if verb == "GET":
            response = client.get(path, query)
        elif verb == "HEAD":
            response = client.head(path, query)
        elif verb == "POST":
            response = client.post(path, body, query_params=query)
        else:
            response = client.generic(verb, path, query_params=query)
        content = whole(response)
    return Answer(response.status_code, dict(response.headers), content, writes)


def whole(response: HttpResponseBase) -> bytes:
    """All that is sent, streams read to their end as a server does, after the view returned."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables written to, by looking at every statement sent to the database."""
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.split(None, 4)
        verb = words[0].upper() if words else ""
        if verb in ("INSERT", "UPDATE", "DELETE", "REPLACE"):
            table = words[1] if verb == "UPDATE" else words[2]
            table = table.split("(")[0].strip('"')
            if table not in UNCOUNTED:
                seen.append(f"{verb} {table}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


def census() -> dict[str, tuple[int, str]]:
    """Of every table, the number of rows and a hash of all they hold."""
    found = {}
    for model in apps.get_models():
        if model._meta.db_table in UNCOUNTED or not model._meta.managed:
            continue
        digest, count = hashlib.sha256(), 0
        for row in models.QuerySet(model).order_by("pk").values_list():
            digest.update(repr(row).encode())
            count += 1
        found[model._meta.label] = (count, digest.hexdigest())
    return found


def text_of(answer: Answer) -> str:
    """All that a reader of the answer could read, in lower case: page, file, headers."""
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.headers.get("Content-Type", "").startswith("application/pdf"):
        body = text_of_pdf(answer.content)
    elif answer.headers.get("Content-Type", "").startswith((WORKBOOK, "application/zip")):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            body = " ".join(archive.read(name).decode() for name in archive.namelist())
    else:
        body = answer.content.decode()
    return f"{headers} {body}".lower()


@cache
def text_of_pdf(content: bytes) -> str:
    """Pages and properties; a document asked again with another query is not read again."""
    reader = PdfReader(io.BytesIO(content))
    pages = "".join(page.extract_text() for page in reader.pages)
    return f"{pages} {reader.metadata}"


def none_wrong(wrong: list[str]) -> None:
    """Fail with every wrong cell on a line of its own."""
    if wrong:
        pytest.fail("\n".join([f"{len(wrong)} wrong:", *wrong]), pytrace=False)
