"""Opinions on the real server: judged by keys and without scripts, the map, a proposal, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Participant, Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tests.factories import participant, publish, running_phase, written
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]

STATEMENTS = (
    "Le marché devrait ouvrir aussi le vendredi soir.",
    "Le centre devrait être fermé aux voitures le dimanche.",
    "La bibliothèque devrait ouvrir plus tard, même si cela coûte plus cher.",
    "Il y a trop d’éclairage la nuit.",
    "Il manque des bancs à l’ombre.",
    "Les terrasses devraient payer plus.",
    "Il faut garder le stationnement gratuit.",
    "Une place devrait être réservée aux enfants.",
)


def debate() -> Phase:
    """Two camps of twelve people, who agree on the benches."""
    phase = running_phase(PhaseKind.OPINIONS, title="Le centre-ville demain")
    with scopes_disabled():
        Phase.objects.filter(pk=phase.pk).update(title="Qu’en pensez-vous ?")
        keys = [one.pk for one in written(phase, ContributionKind.STATEMENT, *STATEMENTS)]
        for rank in range(24):
            who = participant(phase.consultation)
            camp = 1 if rank % 2 else -1
            choices = [
                Choice(key, 1 if place == 4 else camp * (1 if (place + rank // 8) % 3 else -1))
                for place, key in enumerate(keys)
            ]
            vote(Ballot(phase, who.pk, VoteKind.OPINION, choices))
    return phase


def test_from_a_first_opinion_to_the_result(reception: Reception) -> None:
    phase = debate()
    code, position = phase.consultation.code, phase.position
    page = reverse("consultations:phase", args=[code, position])

    # At a desk: a click, then the keys; the page stays.
    desk = reception.visit()
    desk.open(page)
    desk.examine()
    text = desk.page.locator("[data-text]")
    first = text.inner_text()
    desk.page.get_by_role("button", name="D’accord", exact=True).click()
    expect(text).not_to_have_text(first)
    expect(text).to_be_focused()
    for number in range(2, 9):
        desk.page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        if number < 8:
            expect(desk.page.locator("[data-count]")).to_have_text(str(number))
    expect(desk.page.get_by_role("heading", name="Vous avez tout vu, merci !")).to_be_focused()
    expect(desk.page.get_by_role("link", name="Voir la carte des groupes")).to_be_visible()
    with scopes_disabled():
        own = Participant.objects.latest("pk")
        assert Vote.objects.filter(participant=own).count() == 8
        assert follow(phase)
    desk.follow("Voir la carte des groupes")
    expect(desk.page.get_by_text("Vous répondez le plus souvent comme le groupe")).to_be_visible()
    expect(desk.page.get_by_role("img", name="groupes d’opinion")).to_be_visible()
    desk.examine()

    # On a phone, without any script.
    phone = reception.visit(PHONE, scripts=False)
    phone.open(page)
    judged = [phone.page.locator("[data-text]").inner_text()]
    phone.press("Passer")
    judged.append(phone.page.locator("[data-text]").inner_text())
    phone.press("Pas d’accord")
    assert "Avis donnés : 2" in phone.text.replace("\N{NO-BREAK SPACE}", " ")
    phone.follow("Revoir ou changer mes avis")
    assert all(statement in phone.text for statement in judged)
    phone.press("D’accord")
    phone.follow("Donner d’autres avis")
    phone.follow("Proposer une phrase")
    phone.page.get_by_label("Votre phrase").fill("Il faut des fontaines.")
    phone.press("Proposer")
    assert "lue par l’équipe" in phone.text
    with scopes_disabled():
        assert Contribution.objects.latest("pk").state == ContributionState.WAITING
        later = Participant.objects.latest("pk")
        assert 1 in Vote.objects.filter(participant=later).values_list("value", flat=True)

        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
        close_phase(phase=phase)
        publish(phase)
    phone.open(page)
    assert "Groupe A" in phone.text
    assert "Il manque des bancs" in phone.text
    narrow = reception.visit({"viewport": {"width": 320, "height": 700}})
    narrow.open(page)
    narrow.examine()
