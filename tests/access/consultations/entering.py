"""Lines of the access table: where people are verified, and what a coordinator prepares for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.foundation.drawn_codes import new_seed
from tests.access.consultations.addresses import OPEN, code
from tests.access.route import COORDINATOR_OF_A, EVERYBODY, NOBODY, Route
from tests.access.world import World


def link(world: World) -> dict[str, Any]:
    """A link mailed to somebody, which nobody has used yet."""
    return {**code(world), "secret": world.a.consultations.more["link_secret"]}


def roll(world: World, role: str) -> dict[str, Any]:
    content = "nom;prénoms;date de naissance\nMartin;Jean;05/06/1980\n".encode()
    return {"file": SimpleUploadedFile("liste.csv", content)}


LINES: Mapping[str, Route] = {
    "consultations:enter": Route(EVERYBODY, kwargs=code),
    # Open to all: it verifies nobody, and says so.
    "consultations:enter_by_mail": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:enter_with_code": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:enter_from_roll": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:link_sent": Route(EVERYBODY, kwargs=code),
    "consultations:mail_link": Route(EVERYBODY, EVERYBODY, kwargs=link),
    # Where no provider is set, and to whoever was not sent there, there is nothing.
    "consultations:to_provider": Route(NOBODY, kwargs=code),
    "consultations:from_provider": Route(NOBODY),
    "consultations:leave": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:admission": Route(COORDINATOR_OF_A, kwargs=OPEN),
    "consultations:print_codes": Route(
        post=COORDINATOR_OF_A,
        kwargs=OPEN,
        body=lambda world, role: {"count": "1", "seed": new_seed()},
    ),
    "consultations:cancel_codes": Route(
        post=COORDINATOR_OF_A, kwargs=lambda world: {**OPEN(world), "batch": 1}
    ),
    "consultations:import_roll": Route(post=COORDINATOR_OF_A, kwargs=OPEN, body=roll),
    "consultations:remove_roll": Route(post=COORDINATOR_OF_A, kwargs=OPEN),
}
