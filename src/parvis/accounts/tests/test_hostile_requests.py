"""What no browser sends: answered like any other mistake, never by an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.models import Invitation, SignInLink
from parvis.accounts.operations import SIGN_IN_LINK_LIFETIME
from parvis.accounts.tests.factories import PASSWORD, PersonFactory, sign_in
from parvis.accounts.tokens import new_token
from parvis.foundation.logs import JsonFormatter
from parvis.foundation.models import OutgoingMail

pytestmark = pytest.mark.django_db

NO_ADDRESS = "http://[::1"


def test_a_session_key_nobody_drew_is_nobody(client: Client) -> None:
    # A quoted cookie may hold any character by its octal code.
    answer = client.get(
        reverse("accounts:profile"), headers={"cookie": r'sessionid="\000aaaaaaaaaaaaaaa"'}
    )
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_a_page_to_go_on_to_that_is_no_address_is_left_out(client: Client) -> None:
    person = PersonFactory()
    assert client.get(reverse("account_login"), {"next": NO_ADDRESS}).status_code == 200
    form = {"login": person.email, "password": PASSWORD, "next": NO_ADDRESS}
    assert client.post(reverse("account_login"), form).headers["Location"] == reverse("web:home")


def test_a_sign_in_link_with_such_a_page_still_signs_in(client: Client) -> None:
    token, token_sha256 = new_token()
    SignInLink.objects.create(
        person=PersonFactory(),
        token_sha256=token_sha256,
        expires_at=timezone.now() + SIGN_IN_LINK_LIFETIME,
    )
    answer = client.post(reverse("accounts:sign_in_link", args=[token]), {"next": NO_ADDRESS})
    assert answer.headers["Location"] == reverse("web:home")


def test_an_address_longer_than_any_is_refused_where_mail_would_leave(client: Client) -> None:
    email = f"personne@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.fr"
    answer = client.post(reverse("account_reset_password"), {"email": email})
    assert answer.status_code == 422
    assert "Cette adresse électronique n’est pas valable." in answer.content.decode()
    sign_in(client, PersonFactory(operator=True))
    form = {"email": email, "kind": "reviewer"}
    assert client.post(reverse("accounts:invite_staff"), form).status_code == 422
    assert not OutgoingMail.objects.exists()
    assert not Invitation.objects.exists()


def test_no_token_is_written_in_the_logs(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    token, token_sha256 = new_token()
    Invitation.objects.create(
        email="invitee@exemple.invalid",
        kind="reviewer",
        token_sha256=token_sha256,
        expires_at=timezone.now() + SIGN_IN_LINK_LIFETIME,
    )
    address = reverse("accounts:invitation", args=[token])
    with caplog.at_level("INFO"):
        assert Client(enforce_csrf_checks=True).post(address).status_code == 403
        sign_in(client, PersonFactory())
        assert client.post(address).status_code == 409
        assert client.get(f"{address}plus-loin").status_code == 404
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("Conflict: compte/invitation/<str:token>/" in line for line in lines)
    assert not any(token in line for line in lines)
