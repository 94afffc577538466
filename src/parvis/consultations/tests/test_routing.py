"""What is put before somebody: by the rule, counted, and found out where it is not followed."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from django_scopes import scopes_disabled
from scipy.stats import chisquare

from parvis.consultations import exposure, routing
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Exposure, ExposureClass, Phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.tests.factories import (
    ContributionFactory,
    participant,
    running_phase,
    written,
)

pytestmark = pytest.mark.django_db

DRAWS = 1_500


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield
    # What a test gathered without writing it is not the next one's.
    exposure._gathered.take()


@pytest.fixture
def phase() -> Phase:
    """Statements with 0, 2, 5, 10, 20 and 40 votes, the last with as many, all passed."""
    made = running_phase(PhaseKind.OPINIONS)
    statements = written(made, ContributionKind.STATEMENT, *"ABCDEFG")
    voters = [participant(made.consultation).pk for _rank in range(40)]
    for statement, votes in zip(statements, (0, 2, 5, 10, 20, 40, 40), strict=True):
        value = 0 if statement.text == "G" else 1
        for who in voters[:votes]:
            vote(Ballot(made, who, VoteKind.OPINION, [Choice(statement.pk, value)]))
    return made


def drawn(phase: Phase, draws: int, seed: int = 20) -> list[int]:
    """How often each statement was shown to somebody new, in their order."""
    rng = random.Random(seed)
    shown = Counter(routing.next_statement(phase, None, rng=rng).number for _draw in range(draws))
    return [shown[number] for number in range(1, 8)]


def chances() -> np.ndarray:
    """The rule, written again from its sentence: ((1 − p) (1 + 8 × 2^(−S/5)))²."""
    asked = [(0, 0), (2, 0), (5, 0), (10, 0), (20, 0), (40, 0), (40, 40)]
    weights = np.array([((1 - (p + 1) / (s + 4)) * (1 + 8 * 2 ** (-s / 5))) ** 2 for s, p in asked])
    return weights / weights.sum()


def test_the_fewer_votes_the_more_weight_and_passes_take_some_off():
    votes = np.arange(35)
    assert (np.diff(routing.weights(votes, np.zeros(35, dtype=int))) < 0).all()
    assert (np.diff(routing.weights(np.full(20, 20), np.arange(20))) < 0).all()
    assert (routing.weights(votes, votes) > 0).all()


def test_statements_are_drawn_as_the_rule_says_and_not_otherwise(phase):
    counts = drawn(phase, DRAWS)
    expected = chances() * DRAWS
    enough = expected >= 5
    seen, meant = np.array(counts)[enough], expected[enough]
    assert chisquare(seen, meant * seen.sum() / meant.sum()).pvalue > 0.001
    # Neither uniform, as a peer's was for sixteen months, nor stuck.
    assert chisquare(counts).pvalue < 1e-9
    assert counts[0] < DRAWS
    assert counts[0] > 4 * counts[4]
    assert counts[6] <= counts[5]


@pytest.mark.parametrize("is_followed", [True, False], ids=["figures", "late figures"])
def test_the_rule_goes_by_the_votes_whether_figures_are_made_or_not(phase, is_followed):
    if is_followed:
        follow(phase)
    board = routing._board(phase, ContributionKind.STATEMENT)
    assert board.votes.tolist() == [0, 2, 5, 10, 20, 40, 40]
    assert board.weights / board.weights.sum() == pytest.approx(chances())


def test_what_is_shown_is_counted_and_found_fair(phase):
    counts = drawn(phase, 300)
    assert list(Exposure.objects.order_by("contribution").values_list("shown", flat=True)) == [
        count for count in counts if count
    ]
    found = exposure.fairness(phase, kind=ContributionKind.STATEMENT)
    assert (found.shown, found.least, found.median) == (300, min(counts), np.median(counts))
    assert found.ratio == pytest.approx(min(counts) / np.median(counts))
    assert not found.is_off_rule
    assert not found.is_uniform


def test_routing_that_became_uniform_is_found_out(phase, monkeypatch):
    """The weights are still computed, and the draw no longer goes by them."""

    monkeypatch.setattr(routing, "_place", lambda weights, drawn: int(drawn * len(weights)))
    drawn(phase, 300)
    found = exposure.fairness(phase, kind=ContributionKind.STATEMENT)
    assert found.is_off_rule
    assert found.is_uniform


def test_routing_that_is_stuck_is_found_out(phase, monkeypatch):
    monkeypatch.setattr(routing, "_place", lambda weights, drawn: 5)
    drawn(phase, 60)
    found = exposure.fairness(phase, kind=ContributionKind.STATEMENT)
    assert found.is_off_rule
    assert not found.is_uniform
    assert found.least == 0


def test_nothing_shown_is_not_unfair(phase):
    found = exposure.fairness(phase, kind=ContributionKind.STATEMENT)
    assert (found.shown, found.ratio, found.p_value) == (0, None, None)
    assert not found.is_off_rule


def test_counts_of_the_database_gone_are_kept_for_the_next_time(phase, monkeypatch):
    from django.db import DatabaseError

    def gone(*_counts: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(exposure, "_write", gone)
        drawn(phase, 3)
    assert not Exposure.objects.exists()
    drawn(phase, 1)
    assert sum(Exposure.objects.values_list("shown", flat=True)) == 4
    assert sum(ExposureClass.objects.values_list("shown", flat=True)) == 4
    assert sum(ExposureClass.objects.values_list("expected", flat=True)) == pytest.approx(4)


def test_one_is_never_shown_what_one_judged(phase):
    who = participant(phase.consultation)
    rng = random.Random(1)
    for left in range(7, 0, -1):
        statement = routing.next_statement(phase, who.pk, rng=rng)
        assert statement is not None
        vote(Ballot(phase, who.pk, VoteKind.OPINION, [Choice(statement.pk, 0)]))
        assert who.votes.count() == 8 - left
    assert routing.next_statement(phase, who.pk, rng=rng) is None


def test_what_was_taken_off_since_the_counts_were_read_is_not_shown(phase, settings):
    settings.COMMITTER_THREADS = True  # boards are kept
    routing._kept.clear()
    routing._board(phase, ContributionKind.STATEMENT)
    Contribution.objects.filter(phase=phase).exclude(number__gt=4).update(
        state=ContributionState.REFUSED
    )
    rng = random.Random(3)
    shown = {
        one.number
        for one in (routing.next_statement(phase, None, rng=rng) for _draw in range(40))
        if one is not None
    }
    routing._kept.clear()
    assert shown
    assert shown <= {5, 6, 7}


def test_items_less_compared_come_more_often():
    phase = running_phase(PhaseKind.PAIRS)
    items = written(phase, ContributionKind.ITEM, *"ABCDEF")
    for _rank in range(20):
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, [preference(items[0].pk, items[1].pk)]))
    rng = random.Random(5)
    shown: Counter[int] = Counter()
    sides: Counter[bool] = Counter()
    for _draw in range(200):
        first, second = routing.next_pair(phase, None, rng=rng)
        assert first.pk != second.pk
        shown.update([first.number, second.number])
        sides[first.pk < second.pk] += 1
    assert min(shown[number] for number in (3, 4, 5, 6)) > 4 * max(shown[1], shown[2])
    assert 60 < sides[True] < 140


def test_a_phase_without_anything_has_nothing_to_show():
    for kind, draw in (
        (PhaseKind.OPINIONS, routing.next_statement),
        (PhaseKind.PAIRS, routing.next_pair),
    ):
        assert draw(running_phase(kind), None) is None
    alone = running_phase(PhaseKind.PAIRS)
    ContributionFactory.create(phase=alone, kind=ContributionKind.ITEM)
    assert routing.next_pair(alone, None) is None
