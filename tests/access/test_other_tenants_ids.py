"""Numbers of another tenant slipped into forms: refused, and nothing changes for anybody."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parvis.mystery_audits.models import Evidence
from tests.access.probe import ask, census
from tests.access.table import declarations
from tests.access.world import CRITERION, World


def send(world: World, role: str, name: str, args: list, body: dict, query: dict | None = None):
    return ask(world.client(role), "POST", reverse(name, args=args), query or {}, body)


def refused(answer) -> bool:
    return answer.status in {403, 404, 409, 422}


@pytest.fixture
def unchanged(world: World):
    """The tables are the same after the test, whoever signed in before it."""
    for role in ("coordinator_b", "citizen_b", "operator"):
        world.client(role)
    before = census()
    yield
    assert census() == before


def test_a_declaration_cannot_tick_the_places_of_another_body(world, unchanged):
    world.b.registration.refresh_from_db()
    body = {
        **declarations(world, "coordinator_a"),
        "revision": world.b.registration.revision,
        "known_sites": [world.a.site.pk],
    }
    answer = send(world, "coordinator_b", "editions:amend", [world.b.registration.pk], body)
    assert answer.status in {200, 422}
    assert f'name="known_sites" value="{world.a.site.pk}"' not in answer.content.decode()
    assert world.a.canary not in answer.content.decode().lower()


def test_a_site_form_cannot_move_a_place_to_another_body(world):
    """A form field that names a tenant is nobody's to send."""
    site = world.b.site
    body = {
        "name": "Lieu déplacé",
        "address": "1, rue Ailleurs",
        "revision": site.revision,
        "organisation": world.a.organisation.pk,
        "id": world.a.site.pk,
    }
    assert send(world, "coordinator_b", "organisations:change_site", [site.pk], body).status == 302
    site.refresh_from_db()
    world.a.site.refresh_from_db()
    assert site.organisation == world.b.organisation
    assert site.name == "Lieu déplacé"
    assert world.a.site.name.startswith("CANARI-A-")


def test_a_new_place_goes_to_the_hat_s_body_whatever_the_form_says(world):
    body = {"name": "Annexe", "address": "2, rue", "organisation": world.a.organisation.pk}
    assert send(world, "coordinator_b", "organisations:add_site", [], body).status == 302
    assert not world.a.organisation.sites.filter(name="Annexe").exists()
    assert world.b.organisation.sites.filter(name="Annexe").exists()


def test_the_hat_of_another_person_cannot_be_put_on(world, unchanged):
    mandate = world.a.mandate(world.a.coordinator)
    for key in (f"mandate:{mandate.pk}", f"mystery-citizen:{world.a.citizen.pk}", "role:1"):
        assert refused(send(world, "coordinator_b", "accounts:hats", [], {"hat": key}))
    page = ask(world.client("coordinator_b"), "GET", reverse("organisations:sites"), {}, {})
    assert world.a.canary not in page.content.decode().lower()


def test_evidence_cannot_be_sent_to_the_contact_of_another(world, unchanged):
    for state in ("in_progress", "assigned", "returned"):
        body = {
            "file": SimpleUploadedFile("appel.txt", b"rien"),
            "file_id": str(uuid4()),
            "file_kind": "call_log",
        }
        contact = world.a.contacts[state].pk
        assert send(world, "citizen_b", "mystery_audits:send_evidence", [contact], body).status == (
            404
        )


@pytest.mark.parametrize("same_bytes", [True, False])
def test_the_number_of_another_s_evidence_gives_nothing_away(world, same_bytes):
    """The number is drawn by browsers: one that is taken elsewhere is a refusal, never an error."""
    before = Evidence.objects.filter(contact__organisation=world.a.organisation).values()
    before = [dict(row) for row in before]
    content = "CANARI-A-contenu de la pièce" if same_bytes else "autre chose"
    body = {
        "file": SimpleUploadedFile("appel.txt", content.encode()),
        "file_id": str(world.a.evidence.pk),
        "file_kind": "call_log",
    }
    answer = send(
        world,
        "citizen_b",
        "mystery_audits:send_evidence",
        [world.b.contacts["in_progress"].pk],
        body,
    )
    assert answer.status in {302, 409}
    assert world.a.canary not in answer.content.decode().lower()
    after = [
        dict(row)
        for row in Evidence.objects.filter(contact__organisation=world.a.organisation).values()
    ]
    assert after == before


def test_answers_cannot_be_saved_on_the_contact_of_another(world, unchanged):
    for state, contact in world.a.contacts.items():
        body = {"field": CRITERION, "value": "yes", "base": "0"}
        answer = send(world, "citizen_b", "mystery_audits:save_field", [contact.pk], body)
        assert answer.status == 404, state


def test_a_contact_of_another_body_is_not_in_one_s_results(world, unchanged):
    path = reverse("results:contact", args=[world.published.pk, world.a.published_contact.pk])
    assert ask(world.client("coordinator_b"), "GET", path, {}, {}).status == 404
    path = reverse("results:contact", args=[world.published.pk, world.b.published_contact.pk])
    assert ask(world.client("coordinator_b"), "GET", path, {}, {}).status == 200


@pytest.mark.parametrize("act", ["assign", "unassign"])
def test_contacts_of_another_wave_cannot_be_ticked(world, unchanged, act):
    """The operator's list too: numbers from outside the wave are absent."""
    body = {
        "contact": [world.a.contacts["assigned"].pk, world.a.published_contact.pk],
        "mystery_citizen": world.b.citizen.pk,
        "action": "assign",
    }
    answer = send(world, "operator", f"mystery_audits:{act}", [world.waves[1].pk], body)
    assert answer.status == 404


def test_a_body_that_takes_part_cannot_be_registered_over(world, unchanged):
    """Who names another body in the address is offered to ask, and its declarations stand."""
    body = {
        "function": "maire",
        "staff_informed": "on",
        "communicability_acknowledged": "on",
        "channel_phone": "01 99 00 99 99",
        "site_name_0": world.a.site.name,
        "site_address_0": "adresse volée",
    }
    answer = send(
        world,
        "coordinator_b",
        "editions:register",
        [world.edition.slug],
        body,
        {"organisation": world.a.organisation.pk},
    )
    assert answer.status == 200
    assert world.a.canary not in answer.content.decode().lower()
