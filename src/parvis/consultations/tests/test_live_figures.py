"""Figures of a running phase: two states that are shown never differ by what a few people said."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from parvis.consultations.disclosure import FEWEST_PEOPLE
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Participant, Phase, PhaseFigures, Vote
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.tests.factories import participant, running_phase, written
from parvis.consultations.tests.outcomes import archive_files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

KINDS = {
    PhaseKind.OPINIONS: (ContributionKind.STATEMENT, VoteKind.OPINION),
    PhaseKind.PAIRS: (ContributionKind.ITEM, VoteKind.PREFERENCE),
    PhaseKind.PROJECT: (ContributionKind.CRITERION, VoteKind.JUDGEMENT),
    PhaseKind.EVALUATION: (ContributionKind.CRITERION, VoteKind.JUDGEMENT),
}


@pytest.fixture(params=list(KINDS))
def phase(request, settings, tmp_path) -> Phase:
    settings.HOME = tmp_path
    made = running_phase(request.param)
    written(made, KINDS[request.param][0], "Un", "Deux", "Trois")
    return made


def say(phase: Phase, who: Participant, value: int = 1) -> None:
    """Vote on everything, one way (1) or the other (−1)."""
    keys = list(phase.contributions.order_by("number").values_list("pk", flat=True))
    kind = KINDS[PhaseKind(phase.kind)][1]
    if kind == VoteKind.PREFERENCE:
        pairs = pairwise(keys)
        choices = [preference(*((a, b) if value > 0 else (b, a))) for a, b in pairs]
    else:
        given = value if kind == VoteKind.OPINION else 2 + value
        choices = [Choice(key, given) for key in keys]
    vote(Ballot(phase, who.pk, kind, choices))


def come(phase: Phase, people: int) -> list[Participant]:
    who = [participant(phase.consultation) for _rank in range(people)]
    for one in who:
        say(phase, one)
    return who


def followed(phase: Phase) -> bool:
    """Follow the phase as if its last computation had taken no time."""
    for figures in PhaseFigures.objects.filter(phase=phase):
        figures.state["seconds"] = 0
        figures.save()
    return follow(phase)


def shown(phase: Phase) -> Any:
    return PhaseFigures.objects.get(phase=phase).document


def archived(phase: Phase) -> Sequence[str]:
    """What the archive says of the votes of the running phase."""
    (name,) = [one for one in archive_files(phase.consultation) if one.startswith("1-")]
    rows = csv.DictReader(io.StringIO(archive_files(phase.consultation)[name].decode()))
    columns = ("agrees", "disagrees", "won", "lost", "grade-3")
    return [row[column] for row in rows for column in columns if column in row]


def test_figures_wait_for_five_people_more(phase):
    come(phase, 6)
    assert followed(phase)
    before, told = shown(phase), archived(phase)
    for _rank in range(FEWEST_PEOPLE - 1):
        come(phase, 1)
        assert not followed(phase)
    assert shown(phase) == before
    assert archived(phase) == told
    come(phase, 1)
    assert followed(phase)
    assert shown(phase) != before
    assert not followed(phase)


def test_votes_changed_and_taken_back_count_as_people_who_said_something(phase):
    people = come(phase, 12)
    assert followed(phase)
    before = shown(phase)
    for who in people[:3]:
        say(phase, who, -1)
    Vote.objects.filter(participant=people[3]).delete()
    # The same person again, another way and back: one person still.
    say(phase, people[0], 1)
    say(phase, people[0], -1)
    assert not followed(phase)
    say(phase, people[4], -1)
    assert followed(phase)
    assert shown(phase) != before


def test_a_text_taken_off_does_not_bring_out_one_vote(phase):
    come(phase, 6)
    assert followed(phase)
    before = shown(phase)
    come(phase, 1)
    last = phase.contributions.order_by("number").last()
    Contribution.objects.filter(pk=last.pk).update(state=ContributionState.REFUSED)
    assert not followed(phase)
    assert shown(phase) == before


def test_figures_that_tell_nothing_yet_are_made_at_each_vote(phase):
    for people in range(1, FEWEST_PEOPLE + 1):
        come(phase, 1)
        assert followed(phase)
        known = shown(phase)
        assert known.get("people", known.get("voters")) == people


@pytest.mark.parametrize("phase", [PhaseKind.OPINIONS, PhaseKind.PAIRS], indirect=True)
def test_the_archive_of_a_running_phase_says_what_its_pages_say(phase):
    come(phase, FEWEST_PEOPLE - 1)
    followed(phase)
    assert set(archived(phase)) == {""}
    come(phase, 1)
    # Nobody made figures with the fifth person yet.
    assert set(archived(phase)) == {""}
    assert followed(phase)
    assert {int(total) for total in archived(phase)} == {0, FEWEST_PEOPLE}


@pytest.mark.parametrize("phase", [PhaseKind.PROJECT], indirect=True)
def test_notes_of_a_running_phase_are_in_no_archive(phase):
    come(phase, 30)
    assert followed(phase)
    assert set(archived(phase)) == {""}
