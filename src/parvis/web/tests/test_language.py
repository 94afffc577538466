"""The language switch: a cookie for everybody, the account too for somebody signed in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in

pytestmark = pytest.mark.django_db


def test_a_visitor_changes_language_and_comes_back_to_the_page(client: Client) -> None:
    address = reverse("web:legal")
    answer = client.post(reverse("web:set_language"), {"language": "en", "next": address})

    assert answer.status_code == 302
    assert answer["Location"] == address
    assert '<html lang="en">' in client.get(address).content.decode()


def test_the_choice_of_somebody_signed_in_is_kept_for_their_mails(client: Client) -> None:
    person = PersonFactory()
    sign_in(client, person)

    client.post(reverse("web:set_language"), {"language": "en"})

    person.refresh_from_db()
    assert person.language == "en"


@pytest.mark.parametrize("code", ["xx", "", "../fr", "fr" * 40])
def test_an_unknown_language_changes_nothing(client: Client, code: str) -> None:
    person = PersonFactory()
    sign_in(client, person)

    answer = client.post(reverse("web:set_language"), {"language": code})

    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.language == "fr"
    assert '<html lang="fr">' in client.get("/").content.decode()


def test_the_switch_never_leads_to_another_site(client: Client) -> None:
    answer = client.post(
        reverse("web:set_language"), {"language": "en", "next": "https://evil.example/"}
    )

    assert answer["Location"] == "/"


def test_the_switch_is_not_a_link(client: Client) -> None:
    assert client.get(reverse("web:set_language")).status_code == 405
