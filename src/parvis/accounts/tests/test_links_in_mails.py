"""Links of the messages of sign-in: on the installation's address, whatever way a request came."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.models import OutgoingMail

pytestmark = pytest.mark.django_db
ADDRESS = "https://barometre.exemple.fr/"


def links() -> list[str]:
    """The links of the last message."""
    body = OutgoingMail.objects.latest("pk").body
    return [word for word in body.split() if word.startswith("http")]


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.PUBLIC_ADDRESS = ADDRESS.rstrip("/")


def test_a_sign_in_link(client: Client) -> None:
    page = reverse("accounts:request_sign_in_link")
    client.post(page, {"email": PersonFactory().email}, headers={"host": "127.0.0.1"})
    (link,) = links()
    assert link.startswith(ADDRESS)
    assert client.get(link.removeprefix(ADDRESS.rstrip("/"))).status_code == 200


def test_a_password_forgotten(client: Client) -> None:
    person = PersonFactory()
    page = reverse("account_reset_password")
    client.post(page, {"email": person.email}, headers={"host": "127.0.0.1"})
    assert links()
    assert all(link.startswith(ADDRESS) for link in links())
    answer = client.get(links()[0].removeprefix(ADDRESS.rstrip("/")), follow=True)
    assert answer.status_code == 200
    assert 'name="password1"' in answer.content.decode()


def test_an_account_to_confirm(client: Client) -> None:
    client.post(
        reverse("account_signup"),
        {
            "display_name": "Nouvelle Venue",
            "email": "nouvelle@exemple.invalid",
            "password1": "un long mot de passe 7",
        },
        headers={"host": "127.0.0.1"},
    )
    (link,) = links()
    assert link.startswith(ADDRESS)
    assert client.get(link.removeprefix(ADDRESS.rstrip("/"))).status_code == 200
