"""Which tables of a poll are shown, on cases that can be checked by hand.

`test_poll_attack` attacks what these rules show.
"""

import time

import numpy as np
import pytest

from parvis.statistics.poll_disclosure import (
    DISSENT,
    MOST_REFRESHES,
    exact_tables,
    final_tables,
    hide_groups,
    plan_release,
)
from parvis.statistics.tests.simulated_polls import SimulatedPoll

NEVER = np.zeros((0, 1), dtype=bool)
ONCE = np.ones((1, 1), dtype=bool)


def varied(n_ballots: int, n_columns: int = 1) -> np.ndarray:
    """Answers 0, 1, 0, 1…: enough dissent in any ten of them, or nearly."""
    return np.repeat(np.arange(n_ballots)[:, np.newaxis] % 2, n_columns, axis=1)


def plan(answers, entered=None, refreshes=NEVER, *, seed=0, **rules):
    entered = np.zeros(len(answers)) if entered is None else entered
    options = rules.pop("options", [2] * np.shape(answers)[1])
    return plan_release(
        answers, entered, refreshes, options=options, rng=np.random.default_rng(seed), **rules
    )


# --- Releases ----------------------------------------------------------------------------------


def test_a_release_needs_a_threshold_inside_and_a_threshold_held_back() -> None:
    for size, released in [(19, False), (20, True), (60, True)]:
        # Half of the answers each way: only counts matter if each ten have three dissenters.
        answers = varied(size)
        found = [plan(answers, seed=seed) for seed in range(40)]
        assert any(release.refreshed.any() for release in found) is released
        for release in found:
            inside = (release.entered == 1).sum()
            if release.refreshed.any():
                assert 10 <= inside <= size - 10
            else:
                assert inside == 0


def test_as_few_as_possible_are_held_back() -> None:
    sizes = [(plan(varied(300), seed=seed).entered == 0).sum() for seed in range(40)]
    assert min(sizes) == 10
    assert max(sizes) < 20


def test_who_enters_is_drawn_at_random() -> None:
    times = sum((plan(varied(40), seed=seed).entered == 1).astype(int) for seed in range(400))
    share = times / 400
    assert abs(share.mean() - 29.5 / 40) < 0.03
    assert share.max() - share.min() < 0.2


def test_those_who_entered_stay_and_the_next_release_needs_newcomers() -> None:
    first = plan(varied(60))
    again = plan(varied(60), first.entered, ONCE)
    assert not again.refreshed.any()
    assert again.entered.tolist() == first.entered.tolist()
    more = plan(varied(90), np.append(first.entered, np.zeros(30)), ONCE)
    assert more.refreshed.all()
    assert (more.entered[:60][first.entered == 1] == 1).all()
    assert (more.entered == 2).sum() >= 10
    assert (more.entered == 0).sum() >= 10


def test_a_changed_answer_does_not_count_as_a_newcomer() -> None:
    first = plan(varied(60))
    assert not plan(1 - varied(60), first.entered, ONCE).refreshed.any()


def test_a_card_that_few_answered_waits_while_others_are_refreshed() -> None:
    answers = varied(60, 2)
    answers[15:, 1] = -1
    found = plan(answers, refreshes=np.zeros((0, 2)))
    assert found.refreshed.tolist() == [True, False]
    # At the next release all who entered since are its newcomers.
    answers = varied(120, 2)
    entered = np.append(found.entered, np.zeros(60))
    later = plan(answers, entered, [[True, False]])
    assert later.refreshed.tolist() == [True, True]


def test_columns_of_one_card_are_refreshed_together() -> None:
    answers = varied(60, 2)
    answers[15:, 1] = -1
    together = plan(answers, refreshes=np.zeros((0, 2)), cards=[7, 7])
    assert together.refreshed.tolist() == [False, False]


def test_unanimous_newcomers_are_not_added_to_an_exact_table() -> None:
    entered = np.append(np.ones(30), np.zeros(40))
    newcomers_agree = np.append(varied(30), np.zeros(40))[:, np.newaxis].astype(int)
    assert not plan(newcomers_agree, entered, ONCE).refreshed.any()
    assert not final_tables(newcomers_agree, entered, ONCE, options=[2]).shown.any()
    assert final_tables(newcomers_agree, entered, ONCE, options=[2]).kept.all()
    newcomers_agree[30 : 30 + DISSENT] = 1
    assert final_tables(newcomers_agree, entered, ONCE, options=[2]).shown.all()


def test_a_card_on_which_everybody_agrees_is_refreshed_because_it_is_coarse() -> None:
    everybody = np.zeros((70, 1), dtype=int)
    entered = np.append(np.ones(30), np.zeros(40))
    assert plan(everybody).refreshed.all()
    assert plan(everybody, entered, ONCE).refreshed.all()
    assert final_tables(everybody, entered, ONCE, options=[2]).shown.all()
    assert not exact_tables([[70, 0]]).any()


def test_refreshes_of_a_card_are_bounded() -> None:
    past = np.ones((MOST_REFRESHES, 1), dtype=bool)
    assert plan(varied(100), np.zeros(100), past[1:]).refreshed.all()
    assert not plan(varied(100), np.zeros(100), past).refreshed.any()


def test_nobody_yet() -> None:
    found = plan(np.zeros((0, 3), dtype=int), refreshes=np.zeros((0, 3)))
    assert found.refreshed.tolist() == [False] * 3


# --- At closing --------------------------------------------------------------------------------


def test_a_card_closes_with_the_table_of_all_or_with_the_last_one_or_with_none() -> None:
    answers = np.repeat(varied(40), 3, axis=1)
    answers[9:, 2] = -1
    # Thirty entered; of the ten held back, three left the second card since.
    entered = np.append(np.ones(30), np.zeros(10))
    answers[37:, 1] = -1
    found = final_tables(answers, entered, [[True, True, False]], options=[2, 2, 2])
    assert found.shown.tolist() == [True, False, False]
    assert found.kept.tolist() == [False, True, False]
    together = final_tables(answers[:, :2], entered, [[True, True]], options=[2, 2], cards=[0, 0])
    assert (together.shown.tolist(), together.kept.tolist()) == ([False] * 2, [True] * 2)


def shown_groups(sizes, *, answers=None, entered=None, refreshes=NEVER, **rules) -> list[int]:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    answers = varied(groups.size) if answers is None else answers
    entered = np.zeros(groups.size) if entered is None else entered
    hidden = hide_groups(
        answers,
        groups,
        entered,
        refreshes,
        options=[2] * answers.shape[1],
        n_groups=len(sizes),
        **rules,
    )
    return np.flatnonzero(~hidden[0]).tolist()


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([30, 30, 30], [0, 1, 2]),
        ([30, 0, 30], [0, 2]),
        # Alone, the small group is the whole less the others: the smallest other goes with it.
        ([30, 4, 20], [0]),
        # Two small groups are enough together, and need nobody else.
        ([30, 5, 5, 20], [0, 3]),
        ([30, 5, 4, 20], [0]),
        # A group of a threshold is never hidden needlessly.
        ([10, 10], [0, 1]),
        ([10, 9], []),
        ([9], []),
        ([10], [0]),
    ],
)
def test_small_groups_are_hidden_with_as_few_others_as_needed(sizes, shown) -> None:
    assert shown_groups(sizes) == shown


def test_ties_hide_the_first() -> None:
    assert shown_groups([20, 4, 20, 20]) == [2, 3]


def test_a_threshold_of_five() -> None:
    assert shown_groups([30, 5, 4, 6], threshold=5) == [0, 3]


def test_hidden_groups_that_agree_take_another_with_them() -> None:
    answers = varied(94)
    answers[60:74] = 0
    assert shown_groups([30, 30, 4, 10, 20], answers=answers) == [0, 1]
    answers[60:63] = 1
    assert shown_groups([30, 30, 4, 10, 20], answers=answers) == [0, 1, 4]


def test_a_late_group_is_hidden() -> None:
    """Forty answered before the release; since then, one group of eleven and one person.

    Neither the late group nor both others may be shown: the interim table less these two is the
    late person of the second.
    """
    sizes = [20, 21, 11]
    entered = np.append(np.ones(40), np.zeros(12))
    assert shown_groups(sizes, entered=entered, refreshes=ONCE) == [1]
    # Without any release, or if each group came half late, nothing is to be hidden.
    assert shown_groups(sizes) == [0, 1, 2]
    halves = np.arange(52) // 2 % 2
    assert shown_groups(sizes, entered=halves, refreshes=ONCE) == [0, 1, 2]


def test_a_card_without_final_table_shows_groups_only_if_those_hidden_are_enough() -> None:
    """Four came since the release: all the groups together would be the final table."""
    answers = varied(64)
    entered = np.append(np.ones(60), np.zeros(4))
    assert final_tables(answers, entered, ONCE, options=[2]).kept.all()
    assert shown_groups([12, 30, 22], answers=answers, entered=entered, refreshes=ONCE) == [1, 2]


def test_all_the_groups_do_not_give_back_a_final_table_that_is_not_shown() -> None:
    """Forty came since the release and all agree: the groups together would tell it."""
    entered = np.arange(80) // 2 % 2
    answers = entered * (np.arange(80) % 2)
    assert final_tables(answers[:, np.newaxis], entered, ONCE, options=[2]).kept.all()
    shown = shown_groups([40, 40], answers=answers[:, np.newaxis], entered=entered, refreshes=ONCE)
    assert shown == [1]


def test_answers_that_appeared_or_left_do_not_protect() -> None:
    rules = {"entered": np.arange(40) // 2 % 2, "refreshes": ONCE}
    assert shown_groups([20, 20], **rules) == [0, 1]
    late = rules["entered"] == 0
    assert shown_groups([20, 20], unsteady=late & (np.arange(40) < 24), **rules) == []
    assert shown_groups([20, 20], unsteady=late[:, np.newaxis], **rules) == []
    assert shown_groups([20, 20], unsteady=np.zeros((40, 1)), **rules) == [0, 1]


def test_a_group_is_hidden_for_all_the_columns_of_a_card() -> None:
    answers = varied(60, 2)
    answers[:25, 1] = -1
    groups = np.repeat([0, 1], 30)
    rules = {"options": [2, 2], "n_groups": 2}
    never = np.zeros((0, 2))
    apart = hide_groups(answers, groups, np.zeros(60), never, **rules)
    assert apart.tolist() == [[False, False], [True, True]]
    together = hide_groups(answers, groups, np.zeros(60), never, cards=[0, 0], **rules)
    assert together.tolist() == [[True, True], [True, True]]


# --- Refusals, exactness, speed ----------------------------------------------------------------


def test_what_does_not_fit_is_refused() -> None:
    answers = varied(20)
    with pytest.raises(ValueError, match="at least 5"):
        plan(answers, threshold=4)
    with pytest.raises(ValueError, match="refreshes"):
        plan(answers, refreshes=np.zeros((0, 2)))
    with pytest.raises(ValueError, match="entered must have"):
        plan(answers, np.zeros(19))
    with pytest.raises(ValueError, match="entered must be"):
        plan(answers, np.ones(20))
    with pytest.raises(ValueError, match="cards"):
        plan(answers, cards=[0, 1])
    with pytest.raises(ValueError, match="groups"):
        hide_groups(answers, [3] * 20, [0] * 20, NEVER, options=[2], n_groups=3)
    with pytest.raises(ValueError, match="cards"):
        exact_tables([[1, 2]], cards=[0, 1])
    with pytest.raises(ValueError, match="dimensions"):
        exact_tables([1, 2])


def test_a_table_is_exact_with_three_dissenters_and_so_are_all_rows_of_a_ranking() -> None:
    counts = [[97, 3, 0], [97, 2, 1], [98, 2, 0], [10, 0, 0]]
    assert exact_tables(counts).tolist() == [True, True, False, False]
    assert exact_tables(counts, cards=[0, 1, 1, 2]).tolist() == [True, False, False, False]


def test_a_large_poll_takes_little_memory_and_is_done_at_once() -> None:
    """50 cards × 10,000 ballots × 40 groups, released twice. The bound is loose: the measure is
    in docs/statistics.md."""
    rng = np.random.default_rng(1)
    poll = SimulatedPoll(
        np.full(50, 5),
        rng.integers(0, 40, 10_000),
        40,
        10,
        rng.integers(-1, 5, (10_000, 50)),
    )
    started = time.process_time()
    for received in (4_000, 8_000, 10_000):
        poll.received[:received] = True
        if received < 10_000:
            poll.release(rng)
    final = poll.close()
    assert time.process_time() - started < 20
    assert final.shown.all()
    assert all(len(column.groups) == 40 for column in poll.columns)
