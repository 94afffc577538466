"""What a vote on a budget chooses, and why, in the words of the page."""

from __future__ import annotations

import pytest

from parvis.consultations import disclosure
from parvis.consultations.enums import ContributionState
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.results.budgets import shown
from parvis.consultations.tests.budgets import budget, give
from parvis.consultations.tests.factories import closed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture(autouse=True)
def _few_are_told(monkeypatch):
    """Votes small enough to be counted by hand, which are told of nobody otherwise."""
    monkeypatch.setattr(disclosure, "FEWEST_PEOPLE", 1)


def why(phase: Phase) -> list[str]:
    return [row.why for row in shown(phase)["rows"]]


def test_the_majority_does_not_take_everything():
    phase, (a, b, c, d) = budget([10, 10, 10, 10], envelope_euros=30)
    give(phase, {a: 1, b: 1, d: 1}, {a: 1, b: 1, d: 1}, {c: 1})
    phase = closed(phase)
    assert phase.result["selected"] == [1, 2, 3]
    assert phase.result["compared"]["selected"] == [1, 2, 4]
    said = shown(phase)
    assert said["finding"] == "3 projets retenus pour 30 €, sur une enveloppe de 30 €."
    assert said["comparison"].content_percent == 67
    assert said["comparison"].own_content_percent == 100
    assert said["comparison"].left_out == ["n° 3, « Projet 10 »"]
    assert why(phase) == [
        "Payé par 2 personnes qui le soutiennent, 5 € chacune.",
        "Payé par 2 personnes qui le soutiennent, 5 € chacune.",
        "Payé par 1 personne qui le soutient, 10 €.",
        "Il manquait 10 € aux personnes qui le soutiennent, une fois payés les autres "
        "projets qu’elles soutiennent. À égalité de soutiens avec le projet n° 1, dont le numéro "
        "est plus petit.",
    ]


def test_a_tie_goes_to_the_lowest_number_past_nine():
    phase, projects = budget([60] * 11, envelope_euros=100, rule="greedy")
    give(phase, {projects[10]: 1, projects[1]: 1, projects[9]: 1})
    phase = closed(phase)
    assert phase.result["selected"] == [2]
    assert "dont le numéro est plus petit" in why(phase)[1]


def test_one_voter_decides_within_the_envelope():
    phase, (dear, fair, _unloved) = budget([80, 30, 10], envelope_euros=100)
    give(phase, {dear: 1, fair: 1})
    phase = closed(phase)
    assert phase.result["voters"] == 1
    assert phase.result["total_cost"] <= 100
    assert "Personne ne l’a soutenu." in why(phase)


def test_a_vote_without_voter_chooses_nothing():
    phase, _projects = budget([10, 20])
    phase = closed(phase)
    assert phase.result["selected"] == []
    said = shown(phase)
    assert said["finding"] == "Personne n’a voté : aucun projet n’est retenu."
    assert said["chart"] is None
    assert said["comparison"] is None


def test_a_phase_without_project_chooses_nothing():
    phase, _projects = budget([])
    phase = closed(phase)
    assert shown(phase)["rows"] == []


def test_a_cost_above_the_envelope_is_never_chosen():
    phase, (dear, fair) = budget([101, 100], envelope_euros=100)
    give(phase, {dear: 1}, {dear: 1}, {fair: 1})
    phase = closed(phase)
    assert phase.result["selected"] == [fair.number]
    assert "Il coûte 1 € de plus que toute l’enveloppe." in why(phase)


def test_a_project_withdrawn_during_the_vote_is_not_counted():
    phase, (gone, stays) = budget([10, 10], envelope_euros=100)
    give(phase, {gone: 1}, {stays: 1})
    Contribution.objects.filter(pk=gone.pk).update(state=ContributionState.REFUSED)
    phase = closed(phase)
    assert phase.result["voters"] == 2
    assert [one["number"] for one in phase.result["projects"]] == [stays.number]


def test_points_are_paid_by_the_point():
    phase, (one, two) = budget([60, 40], envelope_euros=100, ballot="points", completion="none")
    give(phase, {one: 3, two: 1}, {one: 3, two: 1})
    said = why(closed(phase))
    assert said[0] == "Payé par 2 personnes qui le soutiennent, 10 € par point."
    assert said[1] == "Payé par 2 personnes qui le soutiennent, 20 € par point."
