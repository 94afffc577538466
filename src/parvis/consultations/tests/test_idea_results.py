"""The result of a phase of ideas, before and after supports are cut from who gave them."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client

from parvis.consultations.enums import ContributionState, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Exposure, Phase, Vote
from parvis.consultations.operations.closing import close_consultation
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.phase_settings import Choice as Theme
from parvis.consultations.phase_settings import IdeasSettings
from parvis.consultations.results import ideas as results
from parvis.consultations.tests.factories import (
    ContributionFactory,
    closed,
    participant,
    running_phase,
)
from parvis.consultations.tests.test_idea_pages import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


def supported(phase: Phase, idea: Contribution, times: int) -> None:
    for _rank in range(times):
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))


def test_the_same_result_is_counted_before_and_after_the_cut():
    phase = running_phase(settings=IdeasSettings(themes=(Theme("eau", "L’eau"),)))
    author = participant(phase.consultation)
    first = ContributionFactory.create(phase=phase, title="Fontaine", theme="eau", author=author)
    second = ContributionFactory.create(phase=phase, title="Banc")
    third = ContributionFactory.create(phase=phase, title="Arbre")
    ContributionFactory.create(phase=phase, title="Refusée", state=ContributionState.REFUSED)
    supported(phase, first, 3)
    supported(phase, second, 1)
    supported(phase, third, 1)
    counted = closed(phase)
    assert [(row["rank"], row["title"], row["supports"]) for row in counted.result["ideas"]] == [
        (1, "Fontaine", 3),
        (2, "Banc", 1),
        (2, "Arbre", 1),
    ]
    assert counted.result["themes"] == [
        {"code": "eau", "label": "L’eau", "ideas": 1, "supports": 3}
    ]
    assert (counted.result["participants"], counted.result["supporters"]) == (6, 5)
    before = results.shown(counted)
    close_consultation(consultation=phase.consultation)
    assert not Vote.objects.exists()
    assert ClosedVote.objects.count() == 5
    assert results.shown(counted) == before
    page = render_to_string("consultations/results/_ideas.html", {"result": before})
    assert "Fontaine" in page
    assert "6 personnes ont participé" in page


def test_a_phase_without_ideas_has_a_result_too():
    phase = closed(running_phase())
    assert phase.result["published"] == 0
    page = render_to_string("consultations/results/_ideas.html", {"result": results.shown(phase)})
    assert "Aucune idée" in page


def test_what_is_listed_is_counted_as_shown():
    phase = running_phase()
    idea = ContributionFactory.create(phase=phase)
    for _turn in range(3):
        Client().get(address(phase))
    assert Exposure.objects.get(contribution=idea).shown == 3
    closed(phase)
    Client().get(address(phase))
    assert Exposure.objects.get(contribution=idea).shown == 3
