"""The ballots of a closed vote on a budget, as the rules of `statistics.budgets` read them.

Only what may be published is read: closed votes under their random numbers, and the projects that
were still proposed at the close. A project that a moderator withdrew during the vote is not
counted: whoever voted for nothing else gave an empty ballot. One withdrawn since stays counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from parvis.consultations.enums import ContributionKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase
from parvis.consultations.phase_settings import BudgetSettings, settings_as
from parvis.statistics.budget_votes import BallotKind, BudgetVote, budget_vote

KINDS = {"approval": BallotKind.APPROVAL, "points": BallotKind.POINTS}


@dataclass(frozen=True, slots=True)
class ClosedBudget:
    """What is counted.

    `identifiers` are those of `projects`, in their order: the numbers of the page, written with
    as many digits each, so that the rule of ties (the first, compared as texts) is the lowest
    number. `ballots` maps each random number of a voter to {identifier: points}.
    """

    settings: BudgetSettings
    projects: Sequence[Contribution]
    identifiers: Sequence[str]
    ballots: dict[int, dict[str, int]]

    @property
    def vote(self) -> BudgetVote:
        costs = {
            name: project.cost_euros or 0
            for name, project in zip(self.identifiers, self.projects, strict=True)
        }
        return budget_vote(
            costs,
            self.settings.envelope_euros,
            [self.ballots[voter] for voter in sorted(self.ballots)],
            KINDS[self.settings.ballot],
        )


def closed_budget(phase: Phase, *, counted: Collection[int] | None = None) -> ClosedBudget:
    """Read the closed votes of a phase. To be called with scopes disabled.

    `counted` are the numbers of the projects of a result, to count it again; None = those that are
    proposed now.
    """
    rows = Contribution.objects.filter(phase=phase, kind=ContributionKind.PROJECT)
    rows = rows.published() if counted is None else rows.filter(number__in=counted)
    projects = list(rows.order_by("number"))
    digits = len(str(max((project.number for project in projects), default=0)))
    identifiers = [f"{project.number:0{digits}d}" for project in projects]
    names = {project.pk: name for name, project in zip(identifiers, projects, strict=True)}
    settings = settings_as(BudgetSettings, phase.kind, phase.settings)
    is_approval = KINDS[settings.ballot] is BallotKind.APPROVAL
    ballots: dict[int, dict[str, int]] = {}
    votes = ClosedVote.objects.filter(phase=phase, kind=VoteKind.ALLOCATION).order_by("pk")
    for voter, subject, value in votes.values_list("voter", "subject", "value").iterator(
        chunk_size=5_000
    ):
        ballot = ballots.setdefault(voter, {})
        if subject in names and value > 0:
            ballot[names[subject]] = 1 if is_approval else value
    return ClosedBudget(settings, projects, identifiers, ballots)
