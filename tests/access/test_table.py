"""Every route × verb × role, on two tenants: who gets in, who does not, and what changes."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from tests.access.probe import (
    KIND,
    VERBS,
    Answer,
    address,
    ask,
    census,
    is_public,
    kinds_admitted,
    none_wrong,
    route_names,
)
from tests.access.table import TABLE, Route
from tests.access.world import ROLES, World

UNKNOWN_VERBS = ("PUT", "PATCH", "DELETE")


def admitted_to(route: Route, role: str, verb: str) -> bool:
    return role in (route.post if verb == "POST" else route.get)


def offered(route: Route, verb: str) -> bool:
    if verb in UNKNOWN_VERBS:
        return False
    return bool(route.post if verb == "POST" else route.get)


def test_every_route_is_in_the_table():
    existing = list(route_names())
    assert len(existing) == len(set(existing)), "two routes bear the same name"
    assert sorted(TABLE) == sorted(existing)


@pytest.mark.parametrize("role", ROLES)
def test_who_is_not_admitted_is_refused_and_changes_nothing(world, role):
    """Refusals by verb and by person; the table's forms are those that succeed for others."""
    client = world.client(role)
    before = census()
    wrong = []
    for name, route in TABLE.items():
        path = address(name, route, world)
        for verb in VERBS:
            if offered(route, verb) and admitted_to(route, role, verb):
                continue
            # Their views take PUT for POST: what the person may do anyway is not a refusal.
            if route.theirs and role in route.anybody:
                continue
            body = route.body(world, role) if verb == "POST" else {}
            answer = ask(client, verb, path, route.query(world), body)
            expected = refusal(route, role, verb, path)
            if not expected(answer) or answer.writes:
                wrong.append(f"{verb} {name}: {answer}")
    none_wrong(wrong)
    assert census() == before


def refusal(route: Route, role: str, verb: str, path: str):
    """What the refusal of a cell must look like."""
    if route.machine:
        # Pairing asks for a code: without one, 400; and nothing secret travels in clear, 403.
        asked = verb in ({"GET", "HEAD"} if route.machine == "GET" else {"POST"})
        return lambda answer: answer.status in ({400, 401, 403, 405} if asked else {401, 405})
    if role == "visitor":
        if not is_public(path):
            return lambda answer: answer.leads_to_sign_in
        return lambda answer: answer.status in ({405} if route.anybody else {404, 405})
    if role in route.anybody:
        return lambda answer: answer.status == 405
    if route.theirs:
        # Their pages on a second factor ask who you are before they say that there is none.
        again = reverse("account_reauthenticate")
        return lambda answer: answer.status in {403, 404, 405} or answer.location.startswith(again)
    if not offered(route, verb):
        return lambda answer: answer.status in {403, 404, 405}
    if role != "pending_a" and KIND.get(role) in kinds_admitted(path):
        # Their hat opens this page: the object of another must look absent.
        return lambda answer: answer.status == 404
    return lambda answer: answer.status in {403, 404}


@pytest.mark.parametrize("role", ROLES)
def test_who_is_admitted_gets_in(world, role):
    """Pages open, forms are answered, never by an error of ours; HEAD is GET without a body."""
    wrong = []
    for name, route in TABLE.items():
        path = address(name, route, world)
        if role in route.get:
            answers = {verb: tried(world, role, verb, path, route) for verb in ("GET", "HEAD")}
            status = answers["GET"].status
            opened = status == 200 or (route.theirs and status in {302, 409})
            opened |= name == "web:favicon" and status == 301
            if answers["GET"].leads_to_sign_in and not (route.theirs and is_public(path)):
                opened = False
            if not opened:
                wrong.append(f"GET {name}: {answers['GET']}")
            if answers["HEAD"].status != status:
                wrong.append(f"HEAD {name}: {answers['HEAD'].status}, GET {status}")
        if role in route.post:
            answer = tried(world, role, "POST", path, route)
            if answer.status >= 500 or answer.status in {400, 403, 404, 405}:
                wrong.append(f"POST {name}: {answer}")
            if answer.leads_to_sign_in:
                wrong.append(f"POST {name}: sent to sign in")
    none_wrong(wrong)


def test_each_form_of_the_table_does_its_work_for_somebody(world):
    """A refused form proves something only if the same form succeeds for who is admitted."""
    idle = [
        name
        for name, route in TABLE.items()
        if route.post
        and route.writes
        and not any(
            tried(world, role, "POST", address(name, route, world), route).writes
            for role in ROLES
            if role in route.post
        )
    ]
    none_wrong(idle)


def tried(world: World, role: str, verb: str, path: str, route: Route) -> Answer:
    """One request in a session of its own, undone afterwards."""
    with transaction.atomic(), world.fresh(role) as client:
        answer = ask(client, verb, path, route.query(world), route.body(world, role))
        transaction.set_rollback(True)
    return answer
