"""The attacker succeeds on tables that are not safe, and finds nothing in what the rules show."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.statistics.poll_attack import (
    isolated_by_combinations,
    isolated_by_pairs,
    unanimous_remainders,
)
from parvis.statistics.poll_disclosure import DISSENT
from parvis.statistics.tests.simulated_polls import (
    ABSENT,
    SimulatedPoll,
    random_answers,
    run_random_poll,
)


def table(size: int, *counted: range, answer: int = 0) -> np.ndarray:
    """A table where these people are counted with the same answer."""
    present = np.isin(np.arange(size), [person for people in counted for person in people])
    return np.where(present, answer, ABSENT)


def first_set(tables, threshold: int) -> list[int] | None:
    found = next(isolated_by_combinations(np.array(tables), threshold=threshold), None)
    return None if found is None else found.tolist()


# --- It succeeds on what is not safe -----------------------------------------------------------


def test_refreshing_at_each_ballot_tells_each_answer() -> None:
    tables = [table(30, range(20)), table(30, range(21))]
    assert [people.tolist() for people in isolated_by_pairs(tables, threshold=10)] == [[20]]
    assert first_set(tables, 10) == [20]


def test_one_small_group_hidden_alone_is_the_whole_less_the_others() -> None:
    """No two tables differ by few people: three together do."""
    tables = [table(60, range(60)), table(60, range(30)), table(60, range(30, 56))]
    assert isolated_by_pairs(tables, threshold=10) == []
    assert first_set(tables, 10) == [56, 57, 58, 59]


def test_a_late_group_and_an_interim_table_leave_one_person() -> None:
    """Twelve newcomers, eleven of them one group: each table and each difference of two is safe."""
    interim, final, late = table(62, range(50)), table(62, range(62)), table(62, range(50, 61))
    assert isolated_by_pairs([interim, final, late], threshold=10) == []
    assert first_set([interim, final, late], 10) == [61]


def test_changes_counted_one_release_after_another_leave_one_person() -> None:
    """Twelve change their answer; eleven change it back: each step concerns twelve or eleven."""
    first = table(40, range(40))
    second, third = first.copy(), first.copy()
    second[:12] = 1
    third[0] = 1
    steps = [np.flatnonzero(a != b).size for a, b in [(first, second), (second, third)]]
    assert min(steps) >= 10
    assert first_set([first, second, third], 10) == [0]


def test_unequal_coefficients_are_tried() -> None:
    """Twice a table less two others: no combination of pluses and minuses alone is that small."""
    people = np.split(np.arange(48), [12, 24, 36, 47])
    tables = [
        np.where(np.isin(np.arange(48), np.concatenate([people[k] for k in kept])), 0, ABSENT)
        for kept in [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3, 4)]
    ]
    # (first + second + third) / 2 counts block 0 one and a half times, the others once.
    assert first_set(tables, 10) is None
    tables.append(np.where(np.arange(48) < 12, 0, ABSENT))
    assert first_set(tables, 10) == [47]
    plain = [
        np.flatnonzero(np.array(signs) @ (np.array(tables) != ABSENT)).size
        for signs in itertools.product([-1, 0, 1], repeat=5)
    ]
    assert min(size for size in plain if size) >= 10


def smallest_by_brute_force(tables: np.ndarray) -> int:
    """Fewest people left by coefficients from −2 to 2."""
    smallest = tables.shape[1] + 1
    for signs in itertools.product(range(-2, 3), repeat=len(tables)):
        left = 0
        for person in range(tables.shape[1]):
            totals: dict[int, int] = {}
            for sign, answer in zip(signs, tables[:, person], strict=True):
                if answer != ABSENT:
                    totals[answer] = totals.get(answer, 0) + sign
            left += any(totals.values())
        if left:
            smallest = min(smallest, left)
    return smallest


@pytest.mark.parametrize("seed", range(25))
def test_the_search_finds_what_trying_everything_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = rng.integers(ABSENT, 2, (4, 12))[:, rng.integers(0, 5, 12)]
    smallest = smallest_by_brute_force(tables)
    found = list(isolated_by_combinations(tables, threshold=smallest + 1))
    assert min(people.size for people in found) == smallest
    assert list(isolated_by_combinations(tables, threshold=smallest)) == []


def test_unanimous_newcomers_are_found() -> None:
    answers = np.array([0, 1] * 10 + [1] * 12)
    interim = np.where(np.arange(32) < 20, answers, ABSENT)
    assert unanimous_remainders([interim, answers], dissent=DISSENT) == [(1, 0)]
    answers[-3:] = 0
    assert unanimous_remainders([interim, answers], dissent=DISSENT) == []
    answers[-1] = 1
    assert unanimous_remainders([interim, answers], dissent=DISSENT) == [(1, 0)]


def test_nothing_shown_tells_nothing() -> None:
    for nothing in (np.zeros((0, 5)), np.zeros((2, 0)), np.full((2, 5), ABSENT)):
        assert isolated_by_pairs(nothing, threshold=5) == []
        assert list(isolated_by_combinations(nothing, threshold=5)) == []
        assert unanimous_remainders(nothing, dissent=3) == []
    with pytest.raises(ValueError, match="two dimensions"):
        isolated_by_pairs([1, 2], threshold=5)


# --- It fails on what the rules show -----------------------------------------------------------


def assert_nobody_is_isolated(poll: SimulatedPoll) -> int:
    """Attack every column; give back the number of tables attacked."""
    attacked = 0
    for column in poll.columns:
        tables = column.tables
        if not len(tables):
            continue
        attacked += len(tables)
        assert isolated_by_pairs(tables, threshold=poll.threshold) == []
        assert first_set(tables, poll.threshold) is None
    return attacked


def assert_nothing_is_told(poll: SimulatedPoll) -> int:
    attacked = assert_nobody_is_isolated(poll)
    for position in range(len(poll.columns)):
        assert poll.unanimous(position) == []
    return attacked


def test_random_polls_tell_nothing() -> None:
    """A few of the polls that the long test attacks."""
    attacked = sum(assert_nothing_is_told(run_random_poll(seed)) for seed in range(60))
    assert attacked > 1_000


def test_groups_are_safe_beside_careless_releases_too() -> None:
    """With ballots held back at random the interim tables are nearly safe by themselves; here they
    are not, and what is shown at closing has to make up for it."""
    attacked = sum(
        assert_nobody_is_isolated(run_random_poll(seed, careless=True)) for seed in range(100)
    )
    assert attacked > 1_000


@pytest.mark.long
@pytest.mark.parametrize("careless", [False, True])
@pytest.mark.parametrize("first", range(0, 3_000, 500))
def test_thousands_of_random_polls_tell_nothing(first: int, careless: bool) -> None:
    attack = assert_nobody_is_isolated if careless else assert_nothing_is_told
    for seed in range(first, first + 500):
        attack(run_random_poll(seed, careless=careless))


@pytest.mark.parametrize("marked", [True, False])
def test_answers_that_appear_after_the_release_need_their_mark(marked: bool) -> None:
    """Ten people of the second group entered the tables without answering the card, and answer it
    later: nearly all the newcomers of the final table are of that group. Without their marks, they
    would seem to protect the two of the first group that came late."""
    groups = np.repeat([0, 1], [17, 20])
    answers = np.arange(37)[:, np.newaxis] // 2 % 2
    silent = np.arange(17, 27)
    poll = SimulatedPoll(np.array([2]), groups, 2, 10, answers.copy())
    poll.answers[silent] = ABSENT
    poll.received[:] = True
    poll.release_all_but(np.isin(np.arange(37), [15, 16, *range(27, 37)]))
    poll.replace(silent, answers[silent])
    assert poll.unsteady.sum() == 10
    if not marked:
        poll.unsteady[:] = False
    poll.close()
    assert first_set(poll.columns[0].tables, 10) == (None if marked else [15, 16])


@st.composite
def polls(draw) -> SimulatedPoll:
    """A poll of few people whose releases and replacements are chosen one by one."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_ballots = draw(st.integers(10, 60))
    n_groups = draw(st.integers(1, 5))
    groups = np.array(
        draw(st.lists(st.integers(0, n_groups - 1), min_size=n_ballots, max_size=n_ballots))
    )
    options = np.array(draw(st.lists(st.integers(2, 3), min_size=1, max_size=2)))
    consensus = np.array([draw(st.sampled_from([0.0, 0.8, 1.0])) for _ in options])
    answers = random_answers(rng, n_ballots, options, consensus)
    poll = SimulatedPoll(options, groups, n_groups, draw(st.integers(5, 10)), answers)
    order = np.arange(n_ballots) if draw(st.booleans()) else np.argsort(groups, kind="stable")
    original = answers.copy()
    received = 0
    for _ in range(draw(st.integers(0, 5))):
        received = draw(st.integers(received, n_ballots))
        poll.received[order[:received]] = True
        poll.release(rng)
        changing = order[:received][: draw(st.integers(0, 12))]
        again = (
            original[changing]
            if draw(st.booleans())
            else random_answers(rng, changing.size, options, consensus)
        )
        poll.replace(changing, again)
    poll.received[:] = True
    poll.close()
    return poll


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(polls())
def test_no_poll_is_found_that_tells_anything(poll: SimulatedPoll) -> None:
    assert_nothing_is_told(poll)
