"""A participant attacks the others with every table it is shown.

It must not narrow the value of any other organisation to less than 10 points.
"""

import numpy as np
import pytest

from parvis.statistics.attack import deducible_bounds
from parvis.statistics.disclosure import choose_groups, mean_step, shown_mean

PROTECTED_WIDTH = 10.0
# A hair for the solver's own tolerance.
TOLERANCE = 1e-6
WEIGHTS = np.array([30.0, 30.0, 25.0, 15.0])


def narrowest(coefficients, figures, rounding, known, targets) -> float:
    widths = []
    for target in targets:
        lower, upper = deducible_bounds(
            coefficients, figures, rounding, known=known, target=int(target)
        )
        widths.append(upper - lower)
    return min(widths)


def test_two_groups_that_differ_by_one_give_it_away() -> None:
    values = np.array([50.0, 60, 70, 40, 55, 65, 93])
    everybody, all_but_one = np.ones(7), np.arange(7) < 6
    matrix = np.array([everybody / 7, all_but_one / 6])
    lower, upper = deducible_bounds(matrix, matrix @ values, 0.0, known={0: 50.0}, target=6)
    assert (lower, upper) == (pytest.approx(93.0), pytest.approx(93.0))


def test_impossible_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        deducible_bounds([[0.5, 0.5]], [60.0], 0.0, known={0: 0.0}, target=1)
    with pytest.raises(ValueError, match="positions"):
        deducible_bounds([[1.0]], [60.0], 0.0, known={}, target=1)


def random_groups(rng: np.random.Generator, size: int) -> np.ndarray:
    """All participants, two wider groups that overlap, and strata of uneven sizes."""
    stratum = rng.choice(5, size=size, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    wider = rng.random((2, size)) < 0.7
    return np.vstack([np.ones((1, size), dtype=bool), wider, stratum == np.arange(5)[:, None]])


@pytest.mark.parametrize("seed", range(8))
def test_no_reader_narrows_another_value_even_from_exact_means(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 30
    values = np.clip(rng.normal(70.0, 25.0, size), 0.0, 100.0)
    values[rng.random(size) < 0.1] = np.nan
    groups = random_groups(rng, size)
    present = ~np.isnan(values)
    reader = int(np.flatnonzero(present)[0])
    shown = groups[choose_groups(values, groups, np.arange(size) == reader)] & present
    assert len(shown) > 0
    coefficients = (shown / shown.sum(axis=1, keepdims=True))[:, present]
    kept = values[present]
    width = narrowest(coefficients, coefficients @ kept, 0.0, {0: kept[0]}, range(1, kept.size))
    assert width >= PROTECTED_WIDTH - TOLERANCE


def test_counting_alone_lets_an_attacker_through() -> None:
    """The same attack succeeds when each group is judged by its count only."""
    rng = np.random.default_rng(0)
    values = rng.random(30) * 100
    groups = np.array([np.arange(30) < 30, np.arange(30) < 28, np.arange(30) != 28])
    coefficients = groups / groups.sum(axis=1, keepdims=True)
    figures = coefficients @ values
    assert narrowest(coefficients, figures, 0.0, {0: values[0]}, [28, 29]) < TOLERANCE
    chosen = choose_groups(values, groups, np.arange(30) == 0)
    safe = narrowest(coefficients[chosen], figures[chosen], 0.0, {0: values[0]}, range(1, 30))
    assert safe >= PROTECTED_WIDTH - TOLERANCE


def linked_tables(size: int, *, rounded: bool):
    """Two publications of four channels and their overall score; organisation 1 has no post.

    Unknowns: value of each organisation by channel in each publication. The second publication
    changes every value but has the same members.
    """
    rng = np.random.default_rng(size)
    has_channel = np.ones((size, 4), dtype=bool)
    has_channel[1, 3] = False
    shares = has_channel * WEIGHTS / (has_channel * WEIGHTS).sum(axis=1, keepdims=True)
    rows, figures, rounding, known = [], [], [], {}
    for publication in range(2):
        scores = np.clip(rng.normal(66.0, 15.0, (size, 4)), 1.0, 99.0)
        start = publication * size * 4
        tables = [has_channel * (np.arange(4) == channel) for channel in range(4)]
        for table in [*(t / t.sum() for t in tables), shares / size]:
            row = np.zeros(2 * size * 4)
            row[start : start + size * 4] = table.ravel()
            count = int((table > 0).any(axis=1).sum())
            exact = float((table * scores).sum())
            rows.append(row)
            figures.append(shown_mean(exact, count) if rounded else exact)
            rounding.append(mean_step(count) / 2 if rounded else 0.0)
        known |= {start + channel: float(scores[0, channel]) for channel in range(4)}
    return np.array(rows), np.array(figures), np.array(rounding), known, shares


def width_of_overall(size: int, *, rounded: bool) -> float:
    """Width left to the overall score of the organisation without post, first publication."""
    rows, figures, rounding, known, shares = linked_tables(size, rounded=rounded)
    unknowns = rows.shape[1]
    # The overall score attacked is one more unknown, tied to its channels by an exact equality.
    link = np.zeros(unknowns + 1)
    link[4:8] = shares[1]
    link[unknowns] = -1.0
    matrix = np.vstack([np.hstack([rows, np.zeros((len(rows), 1))]), link])
    lower, upper = deducible_bounds(
        matrix,
        np.append(figures, 0.0),
        np.append(rounding, 0.0),
        known=known,
        target=unknowns,
    )
    return upper - lower


@pytest.mark.parametrize("size", [6, 9, 10, 40, 99, 100])
def test_linked_measures_do_not_give_away_who_lacks_a_channel(size: int) -> None:
    assert width_of_overall(size, rounded=False) < TOLERANCE
    assert width_of_overall(size, rounded=True) >= PROTECTED_WIDTH
