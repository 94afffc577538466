"""A security key, as Chromium imitates one: added, renamed, asked for, signed in with, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.access import world as worlds
from tests.access.probe import none_wrong
from tests.e2e.conftest import Reception, Visit
from tests.e2e.test_axe import examined, give_the_password_again

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(reception: Reception, settings: Any, tmp_path: Any) -> Iterator[Visit]:
    settings.EVIDENCE_ROOT = tmp_path
    visit = reception.visit(person=worlds.build().people["newcomer"])
    session = visit.context.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    return visit


def test_a_key_opens_the_door_and_its_pages_have_no_defect(visit: Visit):
    give_the_password_again(visit)
    visit.open(reverse("mfa_add_webauthn"))
    visit.page.get_by_label("Nom de la clé").fill("Clé du bureau")
    visit.page.get_by_role("checkbox").check()
    visit.press("Ajouter")
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)

    visit.open(reverse("mfa_list_webauthn"))
    assert "Clé du bureau" in visit.text
    found = examined(visit)
    visit.follow("Renommer")
    found += examined(visit)
    visit.page.get_by_label("Nom de la clé").fill("Clé de la mairie")
    visit.press("Enregistrer")
    assert "Clé de la mairie" in visit.text

    visit.open(reverse("mfa_reauthenticate_webauthn"))
    found += examined(visit)
    visit.press("Utiliser une clé de sécurité")

    visit.context.clear_cookies()
    visit.open(reverse("account_login"))
    found += examined(visit)
    visit.press("Utiliser une clé d’accès")
    visit.open(reverse("accounts:profile"))

    give_the_password_again(visit)
    visit.open(reverse("mfa_remove_webauthn", args=[key.pk]))
    found += examined(visit)
    visit.press("Retirer")
    assert not Authenticator.objects.filter(pk=key.pk).exists()
    none_wrong(found)
