"""Costed projects, as the team writes them: against the envelope, until the vote begins."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import sign_in
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.consultations.phase_settings import BudgetSettings, written_settings
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
)
from parvis.organisations.tests.factories import MandateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def mandate():
    return MandateFactory(confirmed=True)


@pytest.fixture
def team(client: Client, mandate: Any) -> Client:
    return sign_in(client, mandate.person)


@pytest.fixture
def phase(mandate: Any) -> Phase:
    """A vote to come, with an envelope of 1,000 €."""
    consultation: Consultation = ConsultationFactory.create(
        organisation=mandate.organisation, opened=True
    )
    return PhaseFactory.create(
        consultation=consultation,
        kind=PhaseKind.BUDGET,
        opens_at=timezone.now() + timedelta(days=1),
        settings=written_settings(BudgetSettings(envelope_euros=1_000)),
    )


def form(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Une fontaine",
        "cost_euros": "600",
        "text": "Sur la place.",
        "plain_summary": "",
        "theme": "cadre-de-vie",
        "place": "Place du marché",
        "token": str(uuid.uuid4()),
        **changes,
    }


def write_path(phase: Phase) -> str:
    return reverse("consultations:write_project", args=[phase.consultation_id, phase.position])


def change_path(project: Contribution) -> str:
    return reverse("consultations:change_project", args=[project.phase.consultation_id, project.pk])


def begin(phase: Phase) -> None:
    Phase.objects.filter(pk=phase.pk).update(opens_at=timezone.now())


def test_a_project_is_written_once_and_listed_beside_the_envelope(team: Client, phase: Phase):
    sent = form()
    for _again in range(2):
        assert team.post(write_path(phase), sent).status_code == 302
    project = Contribution.objects.get()
    assert (project.kind, project.cost_euros, project.state) == (
        ContributionKind.PROJECT,
        600,
        ContributionState.PUBLISHED,
    )
    page = team.get(reverse("consultations:projects", args=[phase.consultation_id])).text
    assert "Tous ces projets tiennent dans l’enveloppe" in page
    team.post(write_path(phase), form(cost_euros="700"))
    page = team.get(reverse("consultations:projects", args=[phase.consultation_id])).text
    plain = page.replace("\xa0", " ").replace("\u202f", " ")
    assert "coûtent 1 300 €, pour une enveloppe de 1 000 €" in plain


@pytest.mark.parametrize("cost", ["0", "-5", "1001", "1.5", "", "9" * 30, "\x00", "dix"])
def test_a_cost_of_none_or_above_the_envelope_is_refused(team: Client, phase: Phase, cost: str):
    answer = team.post(write_path(phase), form(cost_euros=cost))
    assert answer.status_code == 422
    assert "Une fontaine" in answer.text
    assert not Contribution.objects.exists()


def test_a_project_is_made_of_an_idea_of_the_same_consultation(team: Client, phase: Phase):
    ideas = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.IDEAS)
    idea = ContributionFactory.create(phase=ideas, title="De l’eau", text="Sur la place.")
    foreign = ContributionFactory.create()
    listing = reverse("consultations:project_ideas", args=[phase.consultation_id, phase.position])
    page = team.get(listing).text
    assert "De l’eau" in page
    assert str(foreign) not in page
    path = f"{write_path(phase)}?idee={idea.pk}"
    assert 'value="De l’eau"' in team.get(path).text
    team.post(path, form())
    assert Contribution.objects.get(kind=ContributionKind.PROJECT).from_idea == idea
    for wrong in (foreign.pk, "x", 2**70, "²"):
        assert team.get(f"{write_path(phase)}?idee={wrong}").status_code == 404


def test_the_cost_is_frozen_once_the_vote_began(team: Client, phase: Phase):
    team.post(write_path(phase), form())
    project = Contribution.objects.get()
    sent = form(cost_euros="650", revision="1")
    assert team.post(change_path(project), sent).status_code == 302
    project.refresh_from_db()
    assert (project.cost_euros, project.revision) == (650, 2)
    begin(phase)
    sent = form(cost_euros="10", title="Autre", plain_summary="De l’eau.", revision="2")
    team.post(change_path(project), sent)
    project.refresh_from_db()
    assert (project.cost_euros, project.title) == (650, "Une fontaine")
    assert project.plain_summary == "De l’eau."
    answer = team.post(write_path(phase), form())
    assert answer.status_code == 422
    assert "Le vote a commencé" in answer.text
    assert Contribution.objects.count() == 1


def test_a_stale_form_is_refused_with_both_versions(team: Client, phase: Phase):
    team.post(write_path(phase), form())
    project = Contribution.objects.get()
    team.post(change_path(project), form(cost_euros="650", revision="1"))
    answer = team.post(change_path(project), form(cost_euros="300", revision="1"))
    assert answer.status_code == 409
    project.refresh_from_db()
    assert project.cost_euros == 650


def test_a_project_is_taken_off_before_the_vote_only(team: Client, phase: Phase):
    team.post(write_path(phase), form())
    project = Contribution.objects.get()
    path = reverse("consultations:remove_project", args=[phase.consultation_id, project.pk])
    assert team.get(path).status_code == 200
    begin(phase)
    assert team.post(path).status_code == 409
    Phase.objects.filter(pk=phase.pk).update(opens_at=timezone.now() + timedelta(days=1))
    assert team.post(path).status_code == 302
    project.refresh_from_db()
    assert project.state == ContributionState.WITHDRAWN
    assert team.get(path).status_code == 404


def test_another_body_finds_nothing(team: Client):
    elsewhere = PhaseFactory.create(kind=PhaseKind.BUDGET)
    project = ContributionFactory.create(
        phase=elsewhere, kind=ContributionKind.PROJECT, cost_euros=10
    )
    pk = elsewhere.consultation_id
    for path in (
        reverse("consultations:projects", args=[pk]),
        write_path(elsewhere),
        reverse("consultations:project_ideas", args=[pk, elsewhere.position]),
        change_path(project),
        reverse("consultations:remove_project", args=[pk, project.pk]),
    ):
        assert team.get(path).status_code == 404
