"""From outside, with nothing but a fresh e-mail address."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from parvis.accounts.models import Person
from parvis.foundation.models import OutgoingMail
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from tests.access.probe import address, ask, none_wrong, text_of
from tests.access.table import TABLE
from tests.access.world import World

EMAIL = "arrivee-d-ailleurs@exemple.invalid"


def link_in_mail() -> str:
    body = OutgoingMail.objects.filter(to=EMAIL).latest("pk").body
    link = re.search(r"https?://testserver(/\S+)", body)
    assert link is not None, body
    return link[1]


def signed_up(client: Client) -> None:
    """An account made as anybody can: the form, the mail, its link."""
    client.post(
        reverse("account_signup"),
        {
            "display_name": "Arrivée d’ailleurs",
            "email": EMAIL,
            "password1": "une phrase de passe inédite",
        },
    )
    client.post(link_in_mail())
    if "_auth_user_id" not in client.session:
        client.post(
            reverse("account_login"), {"login": EMAIL, "password": "une phrase de passe inédite"}
        )
    assert client.session["_auth_user_id"] == str(Person.objects.get(email=EMAIL).pk)


def tries_everything(world: World, client: Client, when: str) -> list[str]:
    """Every page of results, and every other that holds something of the town."""
    opened = []
    for name, route in TABLE.items():
        answer = ask(client, "GET", address(name, route, world), route.query(world), {})
        if name.startswith("results:") and name != "results:national":
            if answer.status not in {403, 404, 405}:
                opened.append(f"{when}: {name} {answer}")
        elif world.a.canary in text_of(answer):
            opened.append(f"{when}: {name} shows what the town declared")
    return opened


def test_from_outside_a_person_with_a_fresh_address_cannot_see_a_town_s_results(world):
    """Signing up, asking to act for the town, registering it again: its results stay closed."""
    client = Client()
    signed_up(client)
    opened = tries_everything(world, client, "signed up")
    client.post(
        reverse("organisations:ask_to_act", args=[world.a.organisation.pk]),
        {"function": "directrice générale des services"},
    )
    mandate = Mandate.objects.get(person__email=EMAIL, organisation=world.a.organisation)
    assert mandate.state == MandateState.REQUESTED
    opened += tries_everything(world, client, "asked to act")
    client.post(
        reverse("editions:register", args=[world.edition.slug])
        + f"?organisation={world.a.organisation.pk}",
        {"function": "directrice générale des services", "join": "1"},
    )
    opened += tries_everything(world, client, "joined the registration")
    mandate.refresh_from_db()
    assert mandate.state == MandateState.REQUESTED
    none_wrong(opened)


def test_the_same_person_sees_them_once_the_operator_has_confirmed(world):
    """What kept the results closed is the confirmation, and nothing else."""
    client = Client()
    signed_up(client)
    client.post(
        reverse("organisations:ask_to_act", args=[world.a.organisation.pk]),
        {"function": "directrice générale des services"},
    )
    mandate = Mandate.objects.get(person__email=EMAIL)
    world.client("operator").post(reverse("organisations:confirm_mandate", args=[mandate.pk]))
    page = client.get(reverse("results:sheet", args=[world.published.pk]))
    assert page.status_code == 200
    assert world.a.organisation.name in page.content.decode()
