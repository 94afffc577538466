"""Comparisons by pairs on the real server: by keys and without scripts, the ranking, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, preference, vote
from parvis.consultations.tests.factories import participant, publish, running_phase, written
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_from_a_first_comparison_to_the_ranking(reception: Reception) -> None:
    phase = running_phase(PhaseKind.PAIRS)
    with scopes_disabled():
        items = written(
            phase,
            ContributionKind.ITEM,
            "Des pistes cyclables continues entre les quartiers",
            "Des arbres dans les cours d’école",
            "Un marché couvert",
        )
        keys = [one.pk for one in items]
        for rank in range(9):
            who = participant(phase.consultation)
            pairs = [(0, 1), (0, 2), (1, 2)] if rank % 3 else [(1, 0), (2, 0), (2, 1)]
            choices = [preference(keys[better], keys[other]) for better, other in pairs]
            vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, choices))
    page = reverse("consultations:phase", args=[phase.consultation.code, phase.position])

    desk = reception.visit()
    desk.open(page)
    desk.examine()
    desk.page.locator("[data-side='0']").click()
    expect(desk.page.locator("[data-count]")).to_have_text("1")
    desk.page.keyboard.press("ArrowRight")
    expect(desk.page.locator("[data-count]")).to_have_text("2")
    desk.page.keyboard.press("ArrowDown")
    expect(desk.page.get_by_role("heading", name="Vous avez tout comparé, merci !")).to_be_focused()
    with scopes_disabled():
        assert Vote.objects.filter(value=0).count() == 1
        assert follow(phase)
    desk.follow("Voir le classement")
    assert "pistes cyclables" in desk.page.locator("tbody tr").first.inner_text()
    desk.examine()

    phone = reception.visit(PHONE, scripts=False)
    phone.open(page)
    phone.press("Je ne sais pas")
    phone.follow("Revoir ou changer mes choix")
    phone.page.locator(".judge-list .judge-item").first.click()
    assert phone.page.locator("[aria-pressed=true]").count() == 1
    phone.press("Retirer mon choix")
    assert "encore rien comparé" in phone.text
    with scopes_disabled():
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
        close_phase(phase=phase)
        publish(phase)
    narrow = reception.visit({"viewport": {"width": 320, "height": 700}})
    narrow.open(page)
    assert "Bradley" in narrow.text
    narrow.examine()
