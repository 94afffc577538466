"""Votes on a budget for the tests: projects, ballots, the close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django_scopes import scopes_disabled

from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.phase_settings import BudgetSettings
from parvis.consultations.tests.factories import ContributionFactory, participant, running_phase


def budget(costs: Sequence[int], **settings: Any) -> tuple[Phase, list[Contribution]]:
    """A vote under way on projects of these costs, and them."""
    phase = running_phase(PhaseKind.BUDGET, BudgetSettings(**settings))
    with scopes_disabled():
        projects = [
            ContributionFactory.create(
                phase=phase, kind=ContributionKind.PROJECT, cost_euros=cost, title=f"Projet {cost}"
            )
            for cost in costs
        ]
    return phase, projects


def give(phase: Phase, *ballots: Mapping[Contribution, int]) -> None:
    """Each ballot of somebody new."""
    for ballot in ballots:
        choices = [Choice(project.pk, points) for project, points in ballot.items()]
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.ALLOCATION, choices, replaces=True))
