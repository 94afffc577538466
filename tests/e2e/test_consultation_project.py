"""The opinion on a project in a real browser: notes, an argument, a support, the result."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from parvis.consultations.enums import ContributionKind, ModerationMoment, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tests.factories import participant, publish, running_phase, written
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_a_project_from_the_first_note_to_the_result(reception: Reception):
    phase = running_phase(
        PhaseKind.PROJECT, title="La place du marché", moderation=ModerationMoment.AFTER
    )
    criteria = written(
        phase, ContributionKind.CRITERION, "Utilité : il répond à un besoin", "Coût : raisonnable"
    )
    # Four others: with the visitor, enough for the result to be told.
    for _rank in range(4):
        choices = [Choice(one.pk, 3) for one in criteria]
        vote(Ballot(phase, participant(phase.consultation).pk, VoteKind.JUDGEMENT, choices))
    written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre en été.", "Moins de voitures.")
    written(phase, ContributionKind.CONDITION, "Garder des places pour les livraisons.")
    path = reverse("consultations:phase", args=[phase.consultation.code, phase.position])
    visit = reception.visit(PHONE)
    visit.open(path)
    visit.examine()
    assert "soutien" not in visit.page.locator("#arguments .cluster").first.inner_text().replace(
        "Je soutiens", ""
    )
    useful = visit.page.get_by_role("group", name="Utilité")
    useful.get_by_role("radio", name="plutôt oui").check()
    visit.press("Envoyer mes notes")
    expect(visit.page.get_by_text("Vos notes sont enregistrées.")).to_be_visible()
    expect(useful.get_by_role("radio", name="plutôt oui")).to_be_checked()
    visit.press("Je soutiens")
    expect(visit.page.get_by_role("button", name="Soutenu")).to_be_visible()

    plain = reception.visit(PHONE, scripts=False)
    plain.open(path)
    plain.page.get_by_role("radio", name="un argument contre").check()
    plain.page.get_by_label("Votre argument").fill("Le marché n’aura plus de place.")
    plain.press("Envoyer mon argument")
    expect(plain.page.get_by_text("Le marché n’aura plus de place.")).to_be_visible()
    plain.follow("Modifier")
    plain.page.get_by_label("Votre argument").fill("Le marché aura moins de place.")
    plain.press("Enregistrer")
    assert Contribution.objects.filter(text="Le marché aura moins de place.").exists()
    assert set(Vote.objects.values_list("kind", flat=True)) == {
        VoteKind.JUDGEMENT,
        VoteKind.SUPPORT,
    }

    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    close_phase(phase=phase)
    visit.open(path)
    expect(visit.page.get_by_text("Les notes paraîtront ici avec le résultat.")).to_be_visible()
    publish(phase)
    visit.open(path)
    expect(visit.page.get_by_text("Pertinence d’ensemble").first).to_be_visible()
    visit.examine()
