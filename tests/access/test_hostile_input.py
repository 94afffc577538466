"""What no browser sends, to every form and list: a mistake like others, never an error of ours.

Null characters, numbers and dates out of all bounds, texts without end, bodies that are no form.
Each field of each form of the table is tried alone among good ones, so that its own value decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from tests.access.probe import address, none_wrong, whole
from tests.access.table import TABLE, Route
from tests.access.world import ROLES, World

NULL = "a\x00b"
# The first number that neither database holds.
NUMBER = str(2**63)
FIRST_MOMENT = "0001-01-01T00:00"
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
NO_ADDRESS = "http://[::1"
LONG_MAIL = f"personne@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.fr"
LONG_TEXT = "é" * 20_000

EVERYWHERE = (NULL, NUMBER, LAST_DAY, NO_ADDRESS)
PARAMETERS = ("q", "tri", "page", "format", "next", "organisation", "hat")
# Bytes that are no UTF-8, halves of a character, empty names, names given twice.
RAW_QUERY = "q=%ED%A0%80&page=%FF&tri=%00&&=&next=1&next=2"
FORM = "application/x-www-form-urlencoded"
CUT = b'--B\r\nContent-Disposition: form-data; name="file"; filename="\x00../../a.txt"\r\n\r\nabc'
BODIES = (
    ("application/json", b'{"a":'),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=B", CUT),
    (FORM, b"a=%FF&%ED%A0%80=1&=&&"),
    (f"{FORM}; charset=utf-7", b"a=%FF"),
)
UNKNOWN_VERBS = ("OPTIONS", "PUT", "TRACE", "PROPFIND")

Ask = Callable[[Client], HttpResponseBase]


def somebody(roles: frozenset[str]) -> str:
    """One person admitted, always the same."""
    return next(role for role in ROLES if (role in roles and role != "visitor") or roles == {role})


def special(value: object) -> str:
    """The worst value for a field, judged by a good one."""
    text = str(value[0] if isinstance(value, list) and value else value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        return FIRST_MOMENT
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return FIRST_DAY
    if text.isdigit():
        return NUMBER
    return LONG_MAIL if "@" in text else LONG_TEXT


def questions(name: str, route: Route, world: World) -> Iterator[tuple[str, str, Ask]]:
    """Who asks, what is said of it if the answer is wrong, and the question."""
    path = address(name, route, world)
    if route.get:
        role = somebody(route.get)
        names = {*PARAMETERS, *route.query(world)}
        for value in EVERYWHERE:
            yield (
                role,
                f"GET {name} {value[:20]!r}",
                lambda client, value=value: client.get(path, dict.fromkeys(names, value)),
            )
        yield role, f"GET {name} raw", lambda client: client.get(f"{path}?{RAW_QUERY}")
    if route.post:
        role = somebody(route.post)
        body = {k: v for k, v in route.body(world, role).items() if not isinstance(v, UploadedFile)}
        query = route.query(world)

        def send(client: Client, content: str | bytes, content_type: str = FORM) -> Any:
            return client.post(path, content, content_type=content_type, query_params=query)

        for value in EVERYWHERE:
            form = urlencode(dict.fromkeys([*body, "next", "revision"], value))
            yield role, f"POST {name} {value[:20]!r}", lambda client, form=form: send(client, form)
        for field, good in body.items():
            for value in (NULL, special(good)):
                form = urlencode({**body, field: value}, doseq=True)
                yield (
                    role,
                    f"POST {name} {field}={value[:20]!r}",
                    lambda client, form=form: send(client, form),
                )
        for content_type, content in BODIES:
            yield (
                role,
                f"POST {name} {content_type}",
                lambda client, content=content, kind=content_type: send(client, content, kind),
            )
    for verb in UNKNOWN_VERBS:
        yield (
            somebody(route.anybody or frozenset({"operator"})),
            f"{verb} {name}",
            lambda client, verb=verb: client.generic(verb, path),
        )
    for key, value in route.kwargs(world).items():
        wrong = path.replace(f"/{value}/", f"/{NUMBER}/" if str(value).isdigit() else "/%00%FF/")
        yield (
            somebody(route.anybody or frozenset({"operator"})),
            f"GET {name} with a wrong {key}",
            lambda client, wrong=wrong: client.get(wrong),
        )


@pytest.mark.parametrize("room", sorted({name.partition(":")[0] for name in TABLE if ":" in name}))
def test_nothing_sent_is_an_error_of_ours(world: World, room: str) -> None:
    wrong = []
    for name, route in TABLE.items():
        if name.partition(":")[0] != room:
            continue
        for role, said, ask in questions(name, route, world):
            # Signed in once for what only reads; a form may end the session it was sent in.
            reads = nullcontext(world.client(role))
            with transaction.atomic(), world.fresh(role) if said[:4] == "POST" else reads as client:
                client.raise_request_exception = False
                answer = ask(client)
                whole(answer)
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                wrong.append(f"{said}: {answer.status_code}")
    none_wrong(wrong)
