"""A second factor is required of the operator and of reviewers: on every page, in every session."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from parvis.accounts.enums import RoleKind
from parvis.accounts.tests.factories import PASSWORD, RoleFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [RoleKind.OPERATOR, RoleKind.REVIEWER])
def test_home_leads_to_the_second_factor_before_it_shows_anything(
    client: Client, kind: RoleKind
) -> None:
    sign_in(client, RoleFactory(kind=kind).person)
    assert client.get("/").headers["Location"] == reverse("accounts:second_factor")


def test_a_session_open_before_the_second_factor_does_not_outlive_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    person = RoleFactory().person
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.get(reverse("mfa_activate_totp"))
    secret = here.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        here.post(reverse("mfa_activate_totp"), {"code": code})
    assert Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
    team = reverse("accounts:team")
    assert here.get(team).status_code == 200
    assert elsewhere.get(team).headers["Location"].startswith(reverse("account_login"))
