"""A participatory budget in a real browser: costed projects, the ballot, the result."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from parvis.consultations import keys
from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Contribution, Phase, Vote
from parvis.consultations.operations.closing import close_consultation, close_phase
from parvis.consultations.operations.publishing import publish_result
from parvis.consultations.phase_settings import BudgetSettings, written_settings
from parvis.consultations.tests.budgets import give
from parvis.consultations.tests.factories import ConsultationFactory, PhaseFactory
from parvis.organisations.tests.factories import MandateFactory
from tests.e2e.conftest import DESK, PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_a_budget_from_its_projects_to_its_result(reception: Reception):
    mandate = MandateFactory.create(confirmed=True)
    consultation = ConsultationFactory.create(
        organisation=mandate.organisation, opened=True, title="Budget participatif"
    )
    keys.make(consultation)
    phase: Phase = PhaseFactory.create(
        consultation=consultation,
        kind=PhaseKind.BUDGET,
        title="Votez pour les projets",
        opens_at=timezone.now() + timedelta(days=1),
        settings=written_settings(BudgetSettings(envelope_euros=50_000)),
    )
    team = reception.visit(DESK, mandate.person)
    team.open(reverse("consultations:projects", args=[consultation.pk]))
    for title, cost in (("Une fontaine", "30000"), ("Des bancs", "25000")):
        team.follow("Écrire un projet")
        team.page.get_by_label("Titre").fill(title)
        team.page.get_by_label("Coût, en euros").fill(cost)
        team.page.get_by_label("Description").fill("Sur la place du marché, avant l’été.")
        team.press("Enregistrer")
    expect(team.page.get_by_text("pour une enveloppe de")).to_be_visible()
    team.examine()

    Phase.objects.filter(pk=phase.pk).update(opens_at=timezone.now())
    voter = reception.visit(PHONE)
    voter.open(reverse("consultations:phase", args=[consultation.code, phase.position]))
    total = voter.page.locator("[data-budget-total]")
    voter.page.get_by_role("checkbox", name="Une fontaine").check()
    expect(total).to_contain_text("30")
    voter.page.get_by_role("checkbox", name="Des bancs").check()
    expect(total).to_contain_text("Plus que l’enveloppe : c’est permis.")
    voter.examine()
    voter.page.get_by_role("checkbox", name="Des bancs").uncheck()
    voter.page.keyboard.press("Enter")
    voter.page.wait_for_selector("text=Relisez votre vote")
    voter.examine()
    voter.press("Confirmer mon vote")
    expect(voter.page.get_by_text("Votre vote est enregistré.")).to_be_visible()
    assert Vote.objects.count() == 1
    voter.follow("Une fontaine")
    voter.examine()

    plain = reception.visit(PHONE, scripts=False)
    plain.open(reverse("consultations:phase", args=[consultation.code, phase.position]))
    plain.page.get_by_role("checkbox", name="Des bancs").check()
    plain.page.get_by_role("checkbox", name="Une fontaine").check()
    plain.press("Relire mon vote")
    plain.press("Modifier mon choix")
    expect(plain.page.get_by_role("checkbox", name="Des bancs")).to_be_checked()
    plain.press("Relire mon vote")
    plain.press("Confirmer mon vote")
    assert Vote.objects.count() == 3

    # Three others: with both, enough for the counts to be told.
    give(phase, *[{Contribution.objects.get(title="Une fontaine"): 1}] * 3)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    counted = close_phase(phase=phase)
    assert counted.result["selected"] == [Contribution.objects.get(title="Une fontaine").number]
    close_consultation(consultation=consultation)
    publish_result(
        consultation=consultation, conclusion="La fontaine sera posée.", by=mandate.person
    )
    voter.open(reverse("consultations:phase", args=[consultation.code, phase.position]))
    voter.examine()
    voter.follow("Lire le résultat")
    expect(voter.page.get_by_text("1 projet retenu")).to_be_visible()
    expect(voter.page.get_by_text("Payé par 5 personnes qui le soutiennent")).to_be_visible()
    voter.examine()
