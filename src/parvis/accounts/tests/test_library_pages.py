"""The pages of the sign-in library, dressed as ours: labels, keys, nothing that needs a script."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.foundation.models import OutgoingMail

pytestmark = pytest.mark.django_db


def sign_in_by_link(client: Client) -> None:
    """Somebody without a password: no page asks for it again."""
    person = PersonFactory()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    sign_in(client, person)


def page(client: Client, name: str) -> str:
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["account_reset_password", "account_login", "account_signup"])
def test_a_field_is_told_by_its_label_alone(client: Client, name: str) -> None:
    html = page(client, name)
    assert "Adresse électronique" in html
    assert "placeholder=" not in html


@pytest.mark.parametrize("name", ["account_email", "account_set_password", "mfa_add_webauthn"])
def test_fields_of_somebody_signed_in_have_no_placeholder(client: Client, name: str) -> None:
    sign_in_by_link(client)
    assert "placeholder=" not in page(client, name)


def test_a_refused_sign_in_does_not_speak_of_storing(client: Client) -> None:
    answer = client.post(reverse("account_login"), {"login": "a@exemple.fr", "password": "x"})
    html = answer.content.decode()
    assert "La connexion n’a pas abouti" in html
    assert "Rien n’est enregistré" not in html


def test_a_single_verified_address_leaves_nothing_to_choose(client: Client) -> None:
    person = PersonFactory()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    sign_in(client, person)
    assert 'name="action_remove"' not in page(client, "account_email")
    EmailAddress.objects.create(user=person, email="autre@exemple.fr", verified=False)
    html = page(client, "account_email")
    assert html.count('type="radio"') == 2
    assert 'name="action_remove"' in html
    client.post(reverse("account_email"), {"email": "autre@exemple.fr", "action_remove": ""})
    assert person.emailaddress_set.count() == 1


def test_a_new_key_gets_a_name_in_french(client: Client) -> None:
    sign_in_by_link(client)
    assert "Nom de la clé" in page(client, "mfa_add_webauthn")
    assert "Aucune clé n’est encore ajoutée" in page(client, "mfa_list_webauthn")


def test_mails_of_the_library_greet_and_sign_as_ours(client: Client) -> None:
    client.post(
        reverse("account_signup"),
        {"display_name": "Ada", "email": "ada@exemple.fr", "password1": "une-longue-phrase-7"},
    )
    lines = OutgoingMail.objects.get().body.splitlines()
    assert lines[0] == "Bonjour,"
    assert next(line for line in lines if "http" in line).startswith("http")
    assert lines[lines.index("Bien à vous,") + 1] == settings.OPERATOR_NAME


def test_the_passkey_button_waits_for_scripts_and_its_form_is_in_the_body(client: Client) -> None:
    html = page(client, "account_login")
    assert re.search(
        r'<p hidden data-needs-script="webauthn">\s*<button[^>]*id="passkey_login"', html
    )
    assert 'id="mfa_login"' not in html.split("<body")[0]
    assert 'id="mfa_login"' in html.split("<main")[1].split("</main>")[0]
