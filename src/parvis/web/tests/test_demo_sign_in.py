"""One-click sign-in: in demonstrations only, for their own people only."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.middleware import SESSION_KEY
from parvis.accounts.tests.factories import PersonFactory
from parvis.web.demo.people import OPERATOR, PERSONAS, Persona, create_personas, find

URL = "/demonstration/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


def test_the_address_is_the_one_other_pages_link_to() -> None:
    assert reverse("web:demo_sign_in") == URL


def test_outside_a_demonstration_the_page_does_not_exist(client: Client, settings: Any) -> None:
    create_personas()
    settings.DEMO = False
    assert client.get(URL).status_code == 404
    assert client.post(URL, {"persona": OPERATOR.code}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_every_persona_is_offered_with_a_sentence(client: Client, demo: None) -> None:
    create_personas()
    page = client.get(URL).content.decode()
    for persona in PERSONAS:
        assert f'value="{persona.code}"' in page
        assert persona.display_name in page
    assert "sim-banner" in page


def test_before_the_demonstration_is_built_the_page_says_how_to(client: Client, demo: None) -> None:
    answer = client.get(URL)
    assert answer.status_code == 200
    assert "parvis demo" in answer.content.decode()
    assert client.post(URL, {"persona": OPERATOR.code}).status_code == 409


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.code)
def test_a_click_signs_in_and_puts_the_hat_on(client: Client, demo: None, persona: Persona) -> None:
    create_personas()
    answer = client.post(URL, {"persona": persona.code})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("web:home")
    assert client.session["_auth_user_id"] == str(find(persona).pk)
    if persona.kind != "coordinator":
        # Coordinators get theirs from a mandate, which this test does not build.
        assert client.session[SESSION_KEY]


def test_the_operator_played_enters_without_a_second_factor(client: Client, demo: None) -> None:
    create_personas()
    client.post(URL, {"persona": OPERATOR.code})
    assert client.get(reverse("editions:board_list")).status_code == 200


def test_changing_persona_leaves_nothing_of_the_former(client: Client, demo: None) -> None:
    create_personas()
    client.post(URL, {"persona": OPERATOR.code})
    worn = client.session[SESSION_KEY]
    client.post(URL, {"persona": "citoyenne-mystere"})
    assert client.session[SESSION_KEY] != worn
    assert client.get(reverse("editions:board_list")).status_code == 403


@pytest.mark.parametrize("code", ["", "inconnu", "operateur@exemple.invalid", "panel-001"])
def test_nobody_else_is_let_in(client: Client, demo: None, code: str) -> None:
    create_personas()
    PersonFactory(email="operateur@exemple.invalid", operator=True)
    assert client.post(URL, {"persona": code}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_click_needs_the_token_of_the_page(demo: None) -> None:
    create_personas()
    answer = Client(enforce_csrf_checks=True).post(URL, {"persona": OPERATOR.code})
    assert answer.status_code == 403


def in_service(**environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings of a service in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from parvis.config.settings import prod; print(prod.DEMO)"],
        env={
            **{name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")},
            "PARVIS_SECRET_KEY": "k" * 60,
            "PARVIS_ALLOWED_HOSTS": "parvis.invalid",
            "PARVIS_MAIL_URL": "smtp://mail.invalid:25",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_in_service_never_turn_it_on() -> None:
    allowed = in_service()
    assert allowed.returncode == 0, allowed.stderr
    assert allowed.stdout.strip() == "False"
    refused = in_service(PARVIS_DEMO="1")
    assert refused.returncode != 0
    assert "PARVIS_DEMO" in refused.stderr
