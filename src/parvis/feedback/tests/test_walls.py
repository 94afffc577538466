"""Wall screens: what the hall sees, by an address that is revoked at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import sign_in
from parvis.feedback.models import WallLink
from parvis.feedback.tests.counting import add_answers, add_reasons
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.organisations.tests.factories import MandateFactory, SiteFactory

pytestmark = pytest.mark.django_db
LINKS = reverse("feedback:wall_links")


@pytest.fixture
def touchpoint():
    site = SiteFactory(name="Mairie annexe")
    return TouchpointFactory(name="Accueil central", organisation=site.organisation, site=site)


@pytest.fixture
def coordinator(client, touchpoint):
    mandate = MandateFactory(confirmed=True, organisation=touchpoint.organisation)
    return sign_in(client, mandate.person)


def opened(coordinator, **sent):
    response = coordinator.post(LINKS, {"name": "Hall", **sent})
    assert response.status_code == 200
    return response.context["address"]


def day():
    return timezone.localdate() - timedelta(days=1)


def test_an_address_opens_without_signing_in_and_is_revoked_at_once(
    coordinator, client, touchpoint, django_user_model
):
    add_answers(touchpoint, day(), (10, 0, 0, 90))
    address = opened(coordinator)
    coordinator.logout()
    response = client.get(address)
    assert response.status_code == 200
    assert "90\u00a0%" in response.content.decode()
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    with scopes_disabled():
        link = WallLink.objects.get()
    assert address.split("/")[-2] not in link.secret_hash
    sign_in(client, link.created_by)
    listed = client.get(LINKS).content.decode()
    assert '<span class="pill pill-good">Ouvert</span>' in listed
    assert client.post(reverse("feedback:revoke_wall", args=[link.pk])).status_code == 302
    assert client.post(reverse("feedback:revoke_wall", args=[link.pk])).status_code == 409
    client.logout()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("secret", ["x", "é" * 30, "a" * 32, "a" * 400, "..%2f", "A" * 20 + "'--"])
def test_any_other_address_is_none(client, secret):
    assert client.get(f"/ecoute/mur/{secret}/").status_code == 404


def test_below_thirty_answers_the_wall_waits(coordinator, touchpoint):
    add_answers(touchpoint, day(), (9, 0, 0, 20))
    text = coordinator.get(reverse("feedback:wall")).content.decode()
    assert "à partir de trente avis" in text
    assert "%" not in re.sub(r"<[^>]*>", "", text)


def test_views_turn_without_script_and_small_teams_are_left_out(coordinator, touchpoint):
    body = touchpoint.organisation
    second = TouchpointFactory(organisation=body, name="Bureau des permis")
    small = TouchpointFactory(organisation=body, name="Guichet", staffing=2)
    quiet = TouchpointFactory(organisation=body, name="Salle du haut")
    add_answers(touchpoint, day(), (10, 0, 0, 90))
    add_answers(second, day(), (30, 10, 20, 40))
    add_answers(small, day(), (0, 0, 0, 400))
    add_answers(quiet, day(), (29, 0, 0, 0))
    add_reasons(touchpoint, day(), 3, {0: 10, 1: 70}, respondents=100)
    url = reverse("feedback:wall")
    seen = []
    for _turn in range(3):
        response = coordinator.get(url)
        assert "<script" not in response.content.decode()
        seen.append(response.content.decode())
        url = response["Refresh"].partition("url=")[2]
    assert "Refresh" not in coordinator.get(url, {"vue": 1, "arret": 1})
    # 150 of 229, rounded; 229 said as "more than 220".
    assert "66\u00a0%" in seen[0]
    assert "Plus de 220 avis" in seen[0]
    assert "Bureau des permis" in seen[1]
    assert "Guichet" not in "".join(seen)
    assert "Salle du haut" not in "".join(seen)
    assert "L’accueil" in seen[2]
    assert "70\u00a0%" in seen[2]


def test_a_screen_of_one_place_shows_that_place(coordinator, client, touchpoint):
    elsewhere = TouchpointFactory(organisation=touchpoint.organisation)
    add_answers(touchpoint, day(), (0, 0, 0, 50))
    add_answers(elsewhere, day(), (50, 0, 0, 0))
    address = opened(coordinator, site=touchpoint.site_id)
    coordinator.logout()
    text = client.get(address, {"vue": "x" * 50}).content.decode()
    assert "100\u00a0%" in text
    assert "Mairie annexe" in text


def test_another_body_s_place_and_screen_are_none(coordinator, client, touchpoint):
    stranger = SiteFactory()
    assert coordinator.post(LINKS, {"name": "x", "site": stranger.pk}).status_code == 422
    assert coordinator.post(LINKS, {"name": " "}).status_code == 422
    opened(coordinator)
    with scopes_disabled():
        link = WallLink.objects.get()
    sign_in(client, MandateFactory(confirmed=True).person)
    assert client.post(reverse("feedback:revoke_wall", args=[link.pk])).status_code == 404
    assert "Hall" not in client.get(LINKS).content.decode()
