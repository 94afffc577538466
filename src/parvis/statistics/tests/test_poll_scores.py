"""Figures of a poll against known values and a simulated truth."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, hypergeom

from parvis.statistics.bounded_means import bounded_means
from parvis.statistics.intervals import wilson_interval
from parvis.statistics.poll_coarse import coarse_shares
from parvis.statistics.poll_scores import (
    Estimates,
    changes,
    coarse_scores,
    difference,
    established,
    even_places,
    mean_of_cards,
    mean_ranks,
    median_option,
    rankings,
    scores,
    shares,
)

FOUR = even_places([4])[0]


def test_places() -> None:
    assert even_places([2, 4, 5], n_options=5).tolist() == [
        [0.0, 100.0, *[pytest.approx(np.nan, nan_ok=True)] * 3],
        [
            0.0,
            pytest.approx(100 / 3),
            pytest.approx(200 / 3),
            100.0,
            pytest.approx(np.nan, nan_ok=True),
        ],
        [0.0, 25.0, 50.0, 75.0, 100.0],
    ]
    for wrong in ([1], [3, 6]):
        with pytest.raises(ValueError, match="scale"):
            even_places(wrong, n_options=5)


def test_when_everybody_answered_nothing_is_uncertain() -> None:
    found = scores([1, 2, 3, 4], FOUR, 10)
    assert found.estimate == pytest.approx(200 / 3)
    assert (found.lower, found.upper) == (found.estimate, found.estimate)
    share = shares([1, 2, 3, 4], 10)
    assert share.lower.tolist() == share.upper.tolist() == [10.0, 20.0, 30.0, 40.0]


def test_among_very_many_people_the_intervals_are_the_usual_ones() -> None:
    many = 10**9
    counts = np.array([10, 20, 30, 40])
    usual = bounded_means(100, counts @ FOUR, counts @ FOUR**2)
    found = scores(counts, FOUR, many)
    assert found.lower == pytest.approx(usual.lower_percent, abs=1e-4)
    assert found.upper == pytest.approx(usual.upper_percent, abs=1e-4)
    lower, upper = wilson_interval(counts, 100)
    share = shares(counts, many)
    assert share.lower == pytest.approx(100 * lower, abs=1e-4)
    assert share.upper == pytest.approx(100 * upper, abs=1e-4)


def test_the_variance_is_that_of_drawing_without_replacement() -> None:
    """Half of 400 answers among 500 people: standard error √(p q / n × (N − n) / (N − 1))."""
    found = shares([200, 200], 500)
    deviation = hypergeom(500, 250, 400).std() / 400
    half = 100 * 1.959964 * deviation
    assert (found.upper - found.lower)[0] / 2 == pytest.approx(half + 50 / 500, rel=0.01)


def test_i_do_not_know_is_off_the_scale() -> None:
    places = [0.0, 100.0, np.nan]
    found = scores([10, 30, 20], places, 100)
    assert found.estimate == 75.0
    assert np.isnan(scores([0, 0, 20], places, 100).estimate)
    # All have answered: the forty who know are all those who do.
    known = scores([10, 30, 20], places, 60)
    assert known.lower == known.upper == 75.0


def test_no_answer_gives_no_figure() -> None:
    for found in (scores(np.zeros((2, 4)), FOUR, 50), shares(np.zeros((2, 4)), 50)):
        assert np.isnan([found.estimate, found.lower, found.upper]).all()


@pytest.mark.parametrize(
    ("counts", "eligible"), [([3, 4], 6), ([-1, 4], 6), ([np.nan, 1], 6), (5, 6)]
)
def test_impossible_counts_are_refused(counts, eligible) -> None:
    with pytest.raises(ValueError):
        scores(counts, [0.0, 100.0], eligible)
    with pytest.raises(ValueError):
        shares(counts, eligible)


@pytest.mark.parametrize("parts", [(10, 20, 40, 30), (50, 0, 0, 50), (1, 2, 7, 90), (2, 0, 0, 98)])
@pytest.mark.parametrize(("people", "answers"), [(30, 20), (120, 60), (120, 110), (2000, 400)])
def test_intervals_cover_the_truth(parts, people: int, answers: int) -> None:
    """Drawn without replacement among people whose answers are known; 93 % at least."""
    rng = np.random.default_rng(people + answers + parts[0])
    truth = np.floor(np.array(parts) * people / 100).astype(int)
    truth[-1] += people - truth.sum()
    drawn = rng.multivariate_hypergeometric(truth, answers, size=4_000)
    found = scores(drawn, FOUR, people)
    true_score = truth @ FOUR / people
    assert ((found.lower <= true_score) & (true_score <= found.upper)).mean() > 0.93
    share = shares(drawn, people)
    true_share = 100 * truth[-1] / people
    inside = (share.lower[:, -1] <= true_share) & (true_share <= share.upper[:, -1])
    assert inside.mean() > 0.93


def test_without_the_finite_population_they_would_be_twice_too_wide() -> None:
    """Three quarters of the staff answer: half the standard error."""
    wide, narrow = (scores([30, 30, 30, 60], FOUR, people) for people in (10**9, 200))
    ratio = (narrow.upper - narrow.lower - 0.5) / (wide.upper - wide.lower)
    assert ratio == pytest.approx(0.5, abs=0.02)


# --- Coarse tables -----------------------------------------------------------------------------


def test_a_coarse_table_of_known_bounds() -> None:
    """40 answers, all known: shares 25 and 75 % are 22.5–27.5 and 72.5–77.5 %."""
    found = coarse_scores(coarse_shares([10, 30]), [0.0, 100.0], 40)
    assert (found.estimate, found.lower, found.upper) == (75.0, 72.5, 77.5)
    # "90 % or more", and all answered.
    top = coarse_scores(coarse_shares([0, 40]), [0.0, 100.0], 40)
    assert (top.estimate, top.lower, top.upper) == (95.0, 90.0, 100.0)


def test_the_coarse_interval_contains_that_of_the_exact_table() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        size = int(rng.integers(2, 7))
        counts = rng.multinomial(int(rng.integers(5, 90)), rng.dirichlet(np.full(size, 0.5)))
        people = counts.sum() + int(rng.integers(0, 60))
        places = even_places([size], n_options=7)[0]
        padded = np.append(counts, np.zeros(7 - size, dtype=int))
        exact = scores(padded, places, people)
        coarse = coarse_scores(coarse_shares(padded), places, people)
        assert coarse.lower <= exact.estimate + 1e-9
        assert exact.estimate <= coarse.upper + 1e-9
        if counts.sum() >= 20:
            assert abs(coarse.estimate - exact.estimate) <= 15


def test_the_same_shown_shares_give_the_same_score() -> None:
    """It is a function of what is shown: unanimity or two dissenters of twelve, all is one."""
    found = [
        coarse_scores(coarse_shares(counts), [0.0, 50.0, 100.0], 30)
        for counts in ([0, 0, 12], [1, 0, 11], [0, 2, 10])
    ]
    assert len({(float(f.lower), float(f.estimate), float(f.upper)) for f in found}) == 1


# --- Rankings, guesses, changes ----------------------------------------------------------------


def test_a_ranking_by_hand() -> None:
    """Five people: A first three times and second twice, and so on; ranks 1.4, 1.8, 2.8."""
    counts = [[3, 2, 0], [2, 2, 1], [0, 1, 4]]
    found = rankings(counts, 5)
    assert found.estimate.tolist() == pytest.approx([80.0, 60.0, 10.0])
    ranks = mean_ranks(rankings(counts, 50))
    assert ranks.estimate.tolist() == pytest.approx([1.4, 1.8, 2.8])
    assert (ranks.lower < ranks.estimate).all()
    assert (ranks.upper > ranks.estimate).all()
    assert (ranks.lower >= 1).all()
    assert (ranks.upper <= 3).all()
    with pytest.raises(ValueError, match="as many ranks"):
        rankings([[1, 2]], 5)
    with pytest.raises(ValueError, match="scale"):
        rankings([[3]], 5)


def test_medians() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        guesses = rng.integers(0, 11, int(rng.integers(1, 40)))
        assert median_option(np.bincount(guesses, minlength=11)) == np.median(guesses)
    assert np.isnan(median_option([0, 0]))


def test_the_gap_of_two_shares_is_newcombe_s() -> None:
    """56 of 70 against 48 of 80: 20.0 points, 5.24 to 33.39 (Newcombe 1998, method 10, a)."""
    first, second = (shares([hits, total - hits], 10**9) for hits, total in [(56, 70), (48, 80)])
    gap = difference(first, second)
    assert gap.estimate[0] == pytest.approx(20.0)
    assert (gap.lower[0], gap.upper[0]) == (
        pytest.approx(5.24, abs=0.01),
        pytest.approx(33.39, abs=0.01),
    )


def test_benjamini_and_hochberg_s_own_example() -> None:
    p = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
        *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    assert established(p).tolist() == [True] * 4 + [False] * 11
    shuffled = np.random.default_rng(0).permutation(p)
    assert established(shuffled).tolist() == (false_discovery_control(shuffled) <= 0.05).tolist()
    assert established([np.nan, 0.9]).tolist() == [False, False]
    assert established([]).tolist() == []


def test_p_value_is_five_per_cent_where_the_interval_ends_at_zero() -> None:
    before = Estimates(*(np.array([v]) for v in (50.0, 47.0, 54.0)))
    now = Estimates(*(np.array([v]) for v in (55.0, 52.0, 58.0)))
    found = changes(now, before)
    assert found.difference.lower == pytest.approx(0.0)
    assert found.p_value == pytest.approx(0.05)
    same = changes(before, before)
    assert same.p_value == 1.0
    certain = Estimates(*(np.array([v]) for v in (50.0, 50.0, 50.0)))
    assert changes(Estimates(*(np.array([v]) for v in (51.0,) * 3)), certain).p_value == 0.0
    missing = Estimates(*(np.array([np.nan]),) * 3)
    assert np.isnan(changes(missing, before).p_value)
    assert not changes(missing, before).is_established
    with pytest.raises(ValueError):
        changes(now, before, confidence=1.0)


def test_pulses_without_change_declare_few_changes() -> None:
    """Twenty cards, 120 agents, a random two thirds answer each time: at most 5 % of runs err."""
    rng = np.random.default_rng(9)
    runs, declared = 400, 0
    truth = rng.multinomial(120, [0.1, 0.2, 0.4, 0.3], size=20)
    for _ in range(runs):
        first, second = (
            scores(
                np.array([rng.multivariate_hypergeometric(card, 80) for card in truth]), FOUR, 120
            )
            for _ in range(2)
        )
        declared += bool(changes(first, second).is_established.any())
    assert declared / runs <= 0.05


def test_a_real_change_is_declared() -> None:
    before = scores([[20, 30, 30, 20], [25, 25, 25, 25]], FOUR, 150)
    now = scores([[5, 15, 40, 40], [26, 24, 25, 25]], FOUR, 150)
    assert changes(now, before).is_established.tolist() == [True, False]


def test_a_stage_is_the_mean_of_its_cards() -> None:
    cards = scores([[10, 10, 10, 10], [0, 0, 20, 20], [0, 0, 0, 0]], FOUR, 90)
    stage = mean_of_cards(cards)
    assert stage.estimate == pytest.approx((50 + 250 / 3) / 2)
    assert stage.lower == pytest.approx(cards.lower[:2].mean())
    assert np.isnan(mean_of_cards(scores([[0, 0, 0, 0]], FOUR, 9)).estimate)
