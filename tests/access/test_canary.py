"""No word of a tenant, and no name of who tests, in any answer given to somebody else.

Every page, export and PDF of the table is read as each role, as it is and with the filters of a
curious person in its address; and mails are read in the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from parvis.foundation.models import OutgoingMail
from parvis.foundation.worker import run_pending
from parvis.results.operations import publish
from tests.access.consultations_world import PRIVATE_CONSULTATION_WORDS
from tests.access.feedback_world import PRIVATE_WORDS
from tests.access.live_world import PRIVATE_LIVE_WORDS
from tests.access.polls_world import PRIVATE_POLL_WORDS
from tests.access.probe import address, ask, none_wrong, text_of
from tests.access.table import TABLE
from tests.access.world import World

A, B, TESTERS = "canari-a-", "canari-b-", "canari-person-"
# What a body keeps to its coordinators of what it hears and asks: the operator reads nothing of it.
LISTENING = tuple(
    f"canari-{mark}-{word}"
    for mark in "ab"
    for word in (
        *PRIVATE_WORDS,
        *PRIVATE_POLL_WORDS,
        *PRIVATE_LIVE_WORDS,
        *PRIVATE_CONSULTATION_WORDS,
    )
)
# What each role must never read. The barometer is the operators' to check: they read all of it.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "visitor": (A, B, TESTERS),
    "newcomer": (A, B, TESTERS),
    "pending_a": (A, B, TESTERS),
    "former_a": (A, B, TESTERS),
    "coordinator_a": (B, TESTERS),
    "coordinator_b": (A, TESTERS),
    "citizen_a": (B, TESTERS, *LISTENING),
    "citizen_b": (A, TESTERS, *LISTENING),
    "moderator_a": (B, TESTERS),
    "operator": LISTENING,
    # Reviewers know testers by code names only.
    "reviewer": ("canari-person-citoyenne", "canari-person-testeuse", *LISTENING),
}
# What people may read of what is forbidden to others: their own name, address and code name.
OWN = {
    "citizen_a": ("canari-person-mc-a", "canari-person-citoyenne-a"),
    "citizen_b": ("canari-person-mc-b", "canari-person-citoyenne-b"),
    "reviewer": ("canari-person-relectrice",),
}


def curious_queries(world: World) -> list[dict[str, Any]]:
    """The address as it is, asked for another tenant's rows, asked for everything as a file."""
    a = world.a
    return [
        {},
        {
            "organisation": a.organisation.pk,
            "organisme": a.organisation.name,
            "q": "CANARI",
            "citoyen": a.citizen.pk,
            "contact": a.published_contact.pk,
            "canal": "phone",
            "vague": world.waves[1].pk,
            "tri": "-organisation",
        },
        {"format": "csv", "q": ""},
        {"format": "csv", "organisation": a.organisation.pk},
    ]


@dataclass(frozen=True)
class Reading:
    """One answer as its reader has it."""

    route: str
    what: str
    status: int
    text: str


@pytest.fixture(scope="module")
def read() -> dict[str, list[Reading]]:
    """What each role was given, asked once for all tests: reading changes nothing."""
    return {}


@pytest.fixture
def readings(world: World, read: dict[str, list[Reading]]) -> Callable[[str], list[Reading]]:
    """Everything a role is given: its pages by every query, and the refusals of the others."""

    def of(role: str) -> list[Reading]:
        if role not in read:
            read[role] = list(_ask_everything(world, role))
        return read[role]

    return of


def _ask_everything(world: World, role: str) -> Iterator[Reading]:
    client = world.client(role)
    asked = [
        (name, address(name, route, world), {**route.query(world), **query})
        for name, route in TABLE.items()
        for query in (curious_queries(world) if role in route.get else [{}])
    ]
    asked += [
        ("results:contact", reverse("results:contact", args=[world.published.pk, number]), {})
        for number in (world.a.published_contact.pk, world.b.published_contact.pk)
    ]
    # Each contact by the page its tester or its reviewer opens.
    asked += [
        (f"mystery_audits:{name}", reverse(f"mystery_audits:{name}", args=[contact.pk]), {})
        for name in ("contact_form", "review")
        for contact in world.a.contacts.values()
    ]
    asked += [
        ("feedback:alert", reverse("feedback:alert", args=[tenant.feedback.closed_alert.pk]), {})
        for tenant in (world.a, world.b)
    ]
    for name, path, query in asked:
        answer = ask(client, "GET", path, query, {})
        yield Reading(name, f"GET {path} {query or ''}", answer.status, text_of(answer))


@pytest.mark.parametrize("role", FORBIDDEN)
def test_nobody_reads_a_word_that_is_not_theirs(readings, role):
    leaks = []
    for reading in readings(role):
        text = reading.text
        for own in OWN.get(role, ()):
            text = text.replace(own, "")
        leaks += [
            f"{reading.what} ({reading.status}): {text[max(0, text.find(word) - 60) :][:160]!r}"
            for word in FORBIDDEN[role]
            if word in text
        ]
    none_wrong(leaks)


def test_canaries_are_read_by_those_they_are_for(readings):
    """A canary nobody could ever read would prove nothing."""
    expected = {
        "coordinator_a": [
            *("lieu", "adresse", "horaires", "canal-phone", "commentaire"),
            *PRIVATE_WORDS,
        ],
        "citizen_a": ["lieu", "canal-phone", "contenu de la pièce", "motif"],
        "reviewer": ["commentaire", "contenu de la pièce", "motif", "journal.txt"],
        "operator": ["fonction", "coordinatrice", "canal-email", "commentaire"],
    }
    read = {role: " ".join(r.text for r in readings(role)) for role in expected}
    missing = [
        f"{role}: {word}"
        for role, words in expected.items()
        for word in words
        if f"{A}{word}" not in read[role]
    ]
    missing += [
        f"operator: {word}"
        for word in ("canari-person-citoyenne-a", "canari-person-mc-a")
        if word not in read["operator"]
    ]
    none_wrong(missing)


@pytest.mark.parametrize("role", ["coordinator_a", "coordinator_b"])
def test_results_of_one_body_name_no_other(world, readings, role):
    """Names are public, but not beside a score: a report may be communicated to anybody."""
    own = (world.a if role == "coordinator_a" else world.b).organisation.name.lower()
    others = {name.lower() for name in names_of_participants(world)} - {own}
    leaks, read = [], 0
    for reading in readings(role):
        if reading.route.startswith("results:") and reading.status == 200:
            # "Ville-Témoin-1" is also the beginning of "Ville-Témoin-10".
            words = set(re.split(r"[\s<>\"'’,;:.()]+", reading.text))
            read += own in words
            leaks += [f"{reading.what}: {name}" for name in others & words]
    none_wrong(leaks)
    assert read > 10, "the pages no longer name the body: this test reads them wrongly"


def names_of_participants(world: World) -> list[str]:
    return list(world.edition.registrations.values_list("organisation__name", flat=True))


def test_mails_say_nothing_of_another_tenant(world, monkeypatch):
    """Publishing again tells every coordinator; each mail holds the words of its reader only."""
    publish(run=world.unpublished, by=None, base_url="https://parvis.invalid/")
    # The worker's own sending is a transaction of its own, out of place in a test's.
    monkeypatch.setattr("parvis.foundation.mail.deliver_due", lambda **kwargs: None)
    run_pending()
    mails = OutgoingMail.objects.all()
    told = set(mails.values_list("to", flat=True))
    assert {world.a.coordinator.email, world.b.coordinator.email} <= told
    assert not told & {world.a.pending.email, world.a.former.email, world.a.citizen.person.email}
    for mail in mails:
        text = f"{mail.subject} {mail.body}".lower()
        assert TESTERS not in text
        for tenant, other in ((world.a, world.b), (world.b, world.a)):
            if mail.to == tenant.coordinator.email:
                assert other.canary not in text
                assert other.organisation.name.lower() not in text.split()
