"""From the file of open data of a vote on a budget, anybody finds the published result again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from parvis.analyse.budget import analyse_budget, as_json
from parvis.consultations.enums import ContributionState
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.results.budgets import pabulib_text, shown
from parvis.consultations.tests.budgets import budget, give
from parvis.consultations.tests.factories import closed
from parvis.statistics.budgets import Completion, Rule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield


def check_found_again(phase: Phase, folder: Path) -> None:
    """What `parvis analyse budget` says of the file is what the page says."""
    result = phase.result
    path = folder / "vote.pb"
    path.write_text(pabulib_text(phase), encoding="utf-8")
    rule, completion = Rule(result["rule"]), Completion(result["completion"])
    found = json.loads(as_json(analyse_budget(str(path), rule, completion)))
    assert [int(one) for one in found["selected"]] == result["selected"]
    assert found["total_cost"] == result["total_cost"]
    assert found["share"] == result["share_euros"]
    keys = ("id", "support", "reason", "paid_full", "full_price", "less_in_all", "missing")
    assert [[one.get(key) for key in keys] for one in found["projects"]] == [
        [one.get(key) for key in keys] for one in result["projects"]
    ]


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


@pytest.mark.parametrize("voters", [0, 1, 2])
def test_a_vote_of_hardly_anybody_is_found_again(tmp_path: Path, voters: int):
    phase, (dear, fair, _unloved) = budget([101, 30, 10], envelope_euros=100)
    give(phase, *[{dear: 1, fair: 1}] * voters)
    check_found_again(closed(phase), tmp_path)


def test_a_vote_without_project_is_found_again(tmp_path: Path):
    phase, _projects = budget([])
    check_found_again(closed(phase), tmp_path)


def test_ties_past_the_ninth_project_are_found_again(tmp_path: Path):
    phase, projects = budget([60] * 11, envelope_euros=100, rule="greedy")
    give(phase, {projects[10]: 1, projects[1]: 1, projects[9]: 1})
    check_found_again(closed(phase), tmp_path)


def test_an_emptied_ballot_counts_in_the_file_too(tmp_path: Path):
    phase, (gone, stays) = budget([10, 10], envelope_euros=100)
    give(phase, {gone: 1}, {stays: 1})
    Contribution.objects.filter(pk=gone.pk).update(state=ContributionState.REFUSED)
    phase = closed(phase)
    assert "num_votes;2\n" in pabulib_text(phase)
    check_found_again(phase, tmp_path)


def test_a_project_withdrawn_since_the_close_stays_counted_without_its_title(tmp_path: Path):
    phase, (first, second, third) = budget([60, 40, 30], envelope_euros=100)
    Contribution.objects.filter(pk=third.pk).update(state=ContributionState.REFUSED)
    give(phase, *[{first: 1, second: 1}] * 3, *[{second: 1}] * 3)
    phase = closed(phase)
    assert phase.result["selected"] == [second.number, first.number]
    Contribution.objects.filter(pk=first.pk).update(state=ContributionState.REFUSED)
    Contribution.objects.filter(pk=third.pk).update(state=ContributionState.PUBLISHED)
    check_found_again(phase, tmp_path)
    assert first.title not in pabulib_text(phase)
    assert second.title in pabulib_text(phase)
    page = str(shown(phase))
    assert first.title not in page
    assert "projet retiré depuis la clôture" in page


def test_titles_do_not_break_the_file(tmp_path: Path):
    phase, (project,) = budget([10])
    Contribution.objects.filter(pk=project.pk).update(title='Un "banc" ; une\nfontaine;VOTES')
    give(phase, {project: 1})
    check_found_again(closed(phase), tmp_path)
