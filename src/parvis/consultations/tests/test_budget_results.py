"""What a vote on a budget chooses, and the file from which anybody finds it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.analyse.budget import analyse_budget, as_json
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.phase_settings import BudgetSettings
from parvis.consultations.results.budgets import pabulib_text, shown
from parvis.consultations.tests.factories import ContributionFactory, participant, running_phase
from parvis.statistics.budgets import Completion, Rule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield


def budget(costs: Sequence[int], **settings: Any) -> tuple[Phase, list[Contribution]]:
    phase = running_phase(PhaseKind.BUDGET, BudgetSettings(**settings))
    projects = [
        ContributionFactory.create(
            phase=phase, kind=ContributionKind.PROJECT, cost_euros=cost, title=f"Projet {cost}"
        )
        for cost in costs
    ]
    return phase, projects


def give(phase: Phase, *ballots: Mapping[Contribution, int]) -> None:
    for ballot in ballots:
        choices = [Choice(project.pk, points) for project, points in ballot.items()]
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.ALLOCATION, choices, replaces=True))


def closed(phase: Phase) -> Phase:
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    return close_phase(phase=phase)


def found_again(phase: Phase, folder: Path) -> dict[str, Any]:
    """What `parvis analyse budget` says of the file of open data."""
    path = folder / "vote.pb"
    path.write_text(pabulib_text(phase), encoding="utf-8")
    rule, completion = Rule(phase.result["rule"]), Completion(phase.result["completion"])
    document: dict[str, Any] = json.loads(as_json(analyse_budget(str(path), rule, completion)))
    return document


def check_found_again(phase: Phase, folder: Path) -> None:
    found = found_again(phase, folder)
    assert found["selected"] == phase.result["selected"]
    assert found["total_cost"] == phase.result["total_cost"]
    assert found["share"] == phase.result["share_euros"]
    assert [(one["id"], one["support"], one["reason"]) for one in found["projects"]] == [
        (one["id"], one["support"], one["reason"]) for one in phase.result["projects"]
    ]


def why(phase: Phase) -> list[str]:
    return [row.why for row in shown(phase)["rows"]]


@pytest.mark.parametrize("completion", ["add1", "greedy", "none"])
@pytest.mark.parametrize("rule", ["equal-shares", "greedy"])
@pytest.mark.parametrize("ballot", ["approval", "points"])
def test_the_file_of_open_data_gives_the_published_result(
    tmp_path: Path, rule: str, completion: str, ballot: str
):
    phase, projects = budget(
        [40_000, 25_000, 60_000, 10_000, 9_999, 30_000, 7, 1_200, 100_001, 500, 15_000],
        rule=rule,
        completion=completion,
        ballot=ballot,
    )
    points = 1 if ballot == "approval" else 3
    give(
        phase,
        *(
            {
                one: 1 + (rank * place) % points
                for place, one in enumerate(projects)
                if (rank + 1) * (place + 3) % 7 < 3
            }
            for rank in range(12)
        ),
    )
    phase = closed(phase)
    assert phase.result["selected"]
    check_found_again(phase, tmp_path)


def test_the_majority_does_not_take_everything():
    phase, (a, b, c, d) = budget([10, 10, 10, 10], envelope_euros=30)
    give(phase, {a: 1, b: 1, d: 1}, {a: 1, b: 1, d: 1}, {c: 1})
    phase = closed(phase)
    assert phase.result["selected"] == ["1", "2", "3"]
    assert phase.result["compared"]["selected"] == ["1", "2", "4"]
    said = shown(phase)
    assert said["finding"] == "3 projets retenus pour 30 €, sur une enveloppe de 30 €."
    assert said["comparison"].content_percent == 67
    assert said["comparison"].own_content_percent == 100
    assert said["comparison"].left_out == ["n° 3, « Projet 10 »"]
    assert why(phase) == [
        "Retenu : payé par 2 personnes qui le soutiennent, 5 € chacune.",
        "Retenu : payé par 2 personnes qui le soutiennent, 5 € chacune.",
        "Retenu : payé par 1 personne qui le soutient, 10 €.",
        "Non retenu : il manquait 10 € aux personnes qui le soutiennent, une fois payés les autres "
        "projets qu’elles soutiennent. À égalité de soutiens avec le projet n° 1, dont le numéro "
        "est plus petit.",
    ]


def test_a_tie_goes_to_the_lowest_number_past_nine(tmp_path: Path):
    phase, projects = budget([60] * 11, envelope_euros=100, rule="greedy")
    give(phase, {projects[10]: 1, projects[1]: 1, projects[9]: 1})
    phase = closed(phase)
    assert phase.result["selected"] == ["02"]
    assert "dont le numéro est plus petit" in why(phase)[1]
    check_found_again(phase, tmp_path)


def test_one_voter_decides_within_the_envelope(tmp_path: Path):
    phase, (dear, fair, _unloved) = budget([80, 30, 10], envelope_euros=100)
    give(phase, {dear: 1, fair: 1})
    phase = closed(phase)
    assert phase.result["voters"] == 1
    assert phase.result["total_cost"] <= 100
    assert "Non retenu : personne ne l’a soutenu." in why(phase)
    check_found_again(phase, tmp_path)


def test_a_vote_without_voter_chooses_nothing(tmp_path: Path):
    phase, _projects = budget([10, 20])
    phase = closed(phase)
    assert phase.result["selected"] == []
    said = shown(phase)
    assert said["finding"] == "Personne n’a voté : aucun projet n’est retenu."
    assert said["chart"] is None
    assert said["comparison"] is None
    check_found_again(phase, tmp_path)


def test_a_phase_without_project_chooses_nothing(tmp_path: Path):
    phase, _projects = budget([])
    phase = closed(phase)
    assert shown(phase)["rows"] == []
    check_found_again(phase, tmp_path)


def test_a_cost_above_the_envelope_is_never_chosen(tmp_path: Path):
    phase, (dear, fair) = budget([101, 100], envelope_euros=100)
    give(phase, {dear: 1}, {dear: 1}, {fair: 1})
    phase = closed(phase)
    assert "2" not in phase.result["selected"] or phase.result["total_cost"] <= 100
    assert "Non retenu : il coûte 1 € de plus que toute l’enveloppe." in why(phase)
    check_found_again(phase, tmp_path)


def test_a_project_withdrawn_during_the_vote_is_not_counted(tmp_path: Path):
    phase, (gone, stays) = budget([10, 10], envelope_euros=100)
    give(phase, {gone: 1}, {stays: 1})
    Contribution.objects.filter(pk=gone.pk).update(state=ContributionState.REFUSED)
    phase = closed(phase)
    assert phase.result["voters"] == 2
    assert [one["number"] for one in phase.result["projects"]] == [stays.number]
    check_found_again(phase, tmp_path)


def test_titles_do_not_break_the_file(tmp_path: Path):
    phase, (project,) = budget([10])
    Contribution.objects.filter(pk=project.pk).update(title='Un "banc" ; une\nfontaine;VOTES')
    give(phase, {project: 1})
    check_found_again(closed(phase), tmp_path)


def test_points_are_paid_by_the_point():
    phase, (one, two) = budget([60, 40], envelope_euros=100, ballot="points", completion="none")
    give(phase, {one: 3, two: 1}, {one: 3, two: 1})
    said = why(closed(phase))
    assert said[0] == "Retenu : payé par 2 personnes qui le soutiennent, 10 € par point."
    assert said[1] == "Retenu : payé par 2 personnes qui le soutiennent, 20 € par point."
