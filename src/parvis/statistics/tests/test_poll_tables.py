"""Counts of a poll by card, group and option, against a count by hand."""

import numpy as np
import pytest

from parvis.statistics.poll_tables import NO_ANSWER, tabulate


def test_counts_are_those_of_a_count_by_hand() -> None:
    rng = np.random.default_rng(4)
    options = np.array([2, 5, 3])
    answers = rng.integers(NO_ANSWER, options, (200, 3))
    groups = rng.integers(0, 4, 200)
    counts = tabulate(answers, groups, options=options, n_groups=4)
    assert counts.shape == (3, 4, 5)
    for column, group, option in np.ndindex(counts.shape):
        by_hand = sum(
            1
            for ballot in range(200)
            if groups[ballot] == group and answers[ballot, column] == option
        )
        assert counts[column, group, option] == by_hand


def test_nobody_answered() -> None:
    assert tabulate(np.zeros((0, 2)), [], options=[2, 3], n_groups=3).tolist() == [
        [[0, 0, 0]] * 3,
        [[0, 0, 0]] * 3,
    ]
    assert tabulate([[NO_ANSWER]], [0], options=[2], n_groups=1).sum() == 0


@pytest.mark.parametrize(
    ("answers", "groups", "options", "message"),
    [
        ([[2]], [0], [2], "position"),
        ([[-2]], [0], [2], "position"),
        ([[0]], [1], [2], "groups"),
        ([[0]], [-1], [2], "groups"),
        ([[0]], [0, 0], [2], "groups"),
        ([[0, 0]], [0], [2], "shape"),
        ([[0]], [0], [0], "option"),
    ],
)
def test_what_does_not_exist_is_refused(answers, groups, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        tabulate(answers, groups, options=options, n_groups=1)
