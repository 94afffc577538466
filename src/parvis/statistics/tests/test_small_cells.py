"""Hidden cells stay hidden: whatever is subtracted leaves an interval of the threshold's width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from parvis.statistics.small_cells import hide_small_cells, hide_small_shares

THRESHOLD = 5


def bounds(table, hidden, *, knows_grand_total=True):
    """Width of the interval that published figures leave to each hidden cell and total.

    Variables: every cell, then every row total. Known: what is published, each row adds up, and
    the grand total of all rows from elsewhere.
    """
    rows, columns = table.shape
    cell = np.arange(rows * columns).reshape(rows, columns)
    total = rows * columns + np.arange(rows)
    size = rows * columns + rows
    equations, values = [], []

    def know(indices, signs, value):
        line = np.zeros(size)
        line[indices] = signs
        equations.append(line)
        values.append(value)

    for i in range(rows):
        know([*cell[i], total[i]], [1.0] * columns + [-1.0], 0)
        if not hidden.totals[i]:
            know([total[i]], [1.0], table[i].sum())
        for j in range(columns):
            if not hidden.cells[i, j]:
                know([cell[i, j]], [1.0], table[i, j])
    if knows_grand_total:
        know(list(total), [1.0] * rows, table.sum())

    def width(target):
        cost = np.zeros(size)
        cost[target] = 1.0
        least = linprog(cost, A_eq=np.array(equations), b_eq=values, bounds=(0, None))
        most = linprog(-cost, A_eq=np.array(equations), b_eq=values, bounds=(0, None))
        return np.inf if most.status == 3 else -most.fun - least.fun

    widths = {("cell", i, j): width(cell[i, j]) for i, j in np.argwhere(hidden.cells)}
    return widths | {("total", i): width(total[i]) for (i,) in np.argwhere(hidden.totals)}


TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 30]), min_size=columns, max_size=columns),
        min_size=1,
        max_size=5,
    )
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(TABLES, st.data())
def test_no_difference_gives_a_small_cell(rows, data):
    table = np.array(rows)
    withheld = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    hidden = hide_small_cells(table, threshold=THRESHOLD, withheld=withheld, withheld_threshold=30)
    # When every row is hidden nothing is published: the grand total is all anybody knows.
    some_published = not hidden.totals[table.sum(axis=1) > 0].all()
    for (kind, *where), width in bounds(table, hidden).items():
        count = table[tuple(where)] if kind == "cell" else table.sum(axis=1)[where[0]]
        if some_published and count > 0:
            assert width >= THRESHOLD - 1e-6, (kind, where, table, hidden)
    shown = table[~hidden.cells]
    assert not ((shown > 0) & (shown < THRESHOLD)).any()
    assert hidden.totals[withheld].all()


def test_the_attack_finds_what_primary_suppression_alone_would_give():
    """Without complementary suppression the same attack gives the cell: the test can fail."""
    table = np.array([[40, 3, 12, 0]])
    good = hide_small_cells(table, threshold=THRESHOLD)
    only_small = type(good)((table > 0) & (table < THRESHOLD), np.array([False]))
    assert bounds(table, only_small)["cell", 0, 1] == pytest.approx(0)
    assert bounds(table, good)["cell", 0, 1] >= THRESHOLD


def test_known_tables():
    def hidden(rows, **options):
        made = hide_small_cells(rows, threshold=THRESHOLD, **options)
        return made.cells.tolist(), made.totals.tolist()

    assert hidden([[40, 30, 20, 10]]) == ([[False] * 4], [False])
    # Two small cells that make at least the threshold protect each other.
    assert hidden([[40, 3, 2, 10]]) == ([[False, True, True, False]], [False])
    # Two that do not are joined by the next smallest.
    assert hidden([[40, 1, 2, 10]]) == ([[False, True, True, True]], [False])
    # A row below the threshold goes whole, and takes the smallest other along.
    cells, totals = hidden([[2, 1], [20, 20], [90, 10]])
    assert totals == [True, True, False]
    assert cells == [[True, True], [True, True], [False, False]]


def test_a_withheld_place_is_never_left_alone():
    rows = [[15, 12], [200, 100], [40, 60], [10, 11]]
    hidden = hide_small_cells(
        rows, threshold=5, withheld=[True, False, False, False], withheld_threshold=30
    )
    assert hidden.totals.tolist() == [True, False, False, True]


def test_options_that_nearly_all_or_hardly_anybody_ticked():
    assert hide_small_shares([0, 4, 5, 35, 36, 40], 40, threshold=5).tolist() == [
        False, True, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ([1, 2], {"threshold": 5}),
        ([[1, -2]], {"threshold": 5}),
        ([[1, 2]], {"threshold": 1}),
        ([[1, 2]], {"threshold": 5, "withheld": [True, False]}),
    ],
)
def test_what_is_not_a_table_of_counts_is_refused(counts, options):
    with pytest.raises(ValueError):
        hide_small_cells(counts, **options)
