"""Pages of phases that inform or follow a decision, and the place of a project."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import INTERACTIVE, ContributionKind, PhaseKind
from parvis.consultations.models import Attachment, Contribution, Phase
from parvis.consultations.operations.milestones import MilestoneContent, save_milestone
from parvis.consultations.phase_settings import MapView, ProjectSettings
from parvis.consultations.tests.factories import PhaseFactory, running_phase, written
from parvis.consultations.tests.test_answers import election_soon
from parvis.consultations.tests.visitors import address
from parvis.consultations.views.citizen.phases import _PURPOSES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


def shown(phase: Phase) -> str:
    return Client().get(address(phase)).text


def with_milestone(phase: Phase) -> Phase:
    content = MilestoneContent(title="Le bassin est creusé", due_on=timezone.localdate())
    save_milestone(consultation=phase.consultation, content=content, by=PersonFactory.create())
    return phase


@pytest.mark.parametrize("kind", [PhaseKind.DELIVERY, PhaseKind.EVALUATION])
def test_a_phase_that_follows_the_decision_says_what_is_done(kind: str):
    phase = with_milestone(running_phase(kind))
    assert "Le bassin est creusé" in shown(phase)
    election_soon(phase.organisation)
    assert "Le bassin est creusé" not in shown(phase)


def test_a_phase_before_the_decision_says_nothing_of_it():
    assert "Le bassin est creusé" not in shown(with_milestone(running_phase(PhaseKind.PROJECT)))


def test_a_phase_that_informs_says_what_it_is_for_until_its_team_does():
    for kind in set(PhaseKind) - INTERACTIVE:
        phase = running_phase(kind)
        assert str(_PURPOSES[kind]) in shown(phase)
        Phase.objects.filter(pk=phase.pk).update(presentation="Trois réunions publiques.")
        assert "Trois réunions publiques." in shown(phase)
        assert str(_PURPOSES[kind]) not in shown(phase)


def test_a_phase_that_informs_has_its_documents_and_leads_on():
    phase = running_phase(PhaseKind.ADMISSIBILITY)
    following = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.IDEAS)
    Attachment.objects.create(
        organisation=phase.organisation, phase=phase, path="sol.pdf", name="Étude de sol.pdf",
        media_type="application/pdf", sha256="0" * 64, size_bytes=12,
    )  # fmt: skip
    text = shown(phase)
    assert "Étude de sol.pdf" in text
    assert address(following) in text


def test_a_project_is_somewhere(settings):
    settings.TILES_URL = "https://tuiles.exemple.fr/{z}/{x}/{y}.png"
    place = ProjectSettings(map=MapView(48.8566, 2.3522))
    response = Client().get(address(running_phase(PhaseKind.PROJECT, place)))
    assert "Latitude 48,85660, longitude 2,35220" in response.text
    assert 'data-center="48.8566,2.3522,13"' in response.text
    assert "https://tuiles.exemple.fr" in response["Content-Security-Policy"]
    nowhere = Client().get(address(running_phase(PhaseKind.PROJECT)))
    assert "Latitude" not in nowhere.text
    assert "where-map" not in nowhere.text
    assert "tuiles.exemple.fr" not in nowhere["Content-Security-Policy"]


def test_a_project_of_the_budget_is_where_its_idea_was():
    phase = running_phase(PhaseKind.BUDGET)
    (project,) = written(phase, ContributionKind.PROJECT, "Une serre.", title="Serre", cost_euros=9)
    page = address(phase, "budget_project", project.number)
    assert "Latitude" not in Client().get(page).text
    Contribution.objects.filter(pk=project.pk).update(latitude=50.6292, longitude=3.0573)
    assert "Latitude 50,62920, longitude 3,05730" in Client().get(page).text
