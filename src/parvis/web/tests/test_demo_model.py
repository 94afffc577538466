"""The model of the demonstration: legal answers, the product's own scores, published figures."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from parvis.organisations.enums import Stratum
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grid_schema import GridDocument, load_grid, parse_value
from parvis.questionnaires.grids import default_grid_text
from parvis.results.scoring import criterion_scores
from parvis.web.demo.answers import BEHAVIOURS, Observations, observe
from parvis.web.demo.participants import SHARES
from parvis.web.demo.truth import CHANNELS, Truth, draw_truth, noisy, response_curve

CONTACTS = 8


@cache
def grid() -> GridDocument:
    return load_grid(default_grid_text())


def strata() -> list[Stratum]:
    return [stratum for stratum, share in SHARES.items() for _ in range(round(3.21 * share))]


def truth(seed: int = 1) -> Truth:
    return draw_truth(np.random.default_rng(seed), strata(), grid())


def observed(channel: Channel, seed: int = 2) -> tuple[Truth, Observations]:
    """Eight contacts of each body by one channel, in its first wave."""
    drawn = truth()
    rng = np.random.default_rng(seed)
    quality = np.repeat(drawn.quality[:, 0, CHANNELS.index(channel)], CONTACTS)
    noise = noisy(rng, quality, channel)
    return drawn, observe(grid().of_channel(channel), BEHAVIOURS[channel], noise, rng)


@pytest.mark.parametrize("channel", Channel)
def test_a_simulated_contact_is_scored_as_the_product_scores_it(channel: Channel) -> None:
    criteria = grid().of_channel(channel)
    quality = np.linspace(-3.0, 3.0, 300)
    seen = observe(criteria, BEHAVIOURS[channel], quality, np.random.default_rng(3))
    for index in range(quality.size):
        answers = {code: str(v[index]) for code, v in seen.values.items() if v[index]}
        for criterion in criteria:
            if criterion.code in answers:
                value = answers[criterion.code]
                assert parse_value(criterion, value) == value
        hours = (seen.acknowledged_hours[index], seen.answered_hours[index])
        acknowledged, answered = (None if np.isnan(h) else float(h) for h in hours)
        scores = criterion_scores(
            criteria,
            answers,
            no_answer=bool(seen.no_answer[index]),
            acknowledged_hours=acknowledged,
            answered_hours=answered,
        )
        counted = [(criteria[i].weight, score) for i, score in scores if score is not None]
        expected = sum(w * score for w, score in counted) / sum(w for w, _score in counted)
        assert seen.score_percent[index] == pytest.approx(expected)
        assert not (seen.no_answer[index] and answered is not None)


@pytest.mark.parametrize("channel", Channel)
def test_a_better_body_scores_better_over_nearly_the_whole_scale(channel: Channel) -> None:
    quality, score = response_curve(channel, grid())
    assert (np.diff(quality) > 0).all()
    assert (np.diff(score) > 0).all()
    assert score[0] < 20
    assert score[-1] > 93


@pytest.mark.parametrize("channel", Channel)
def test_contacts_average_to_the_truth_of_their_body(channel: Channel) -> None:
    drawn, seen = observed(channel)
    known = drawn.score_percent[:, 0, CHANNELS.index(channel)]
    means = seen.score_percent.reshape(-1, CONTACTS).mean(axis=1)
    error = means - known
    # Three standard errors of the mean error, and what the measured response may be off by.
    assert abs(error.mean()) < 3 * error.std() / np.sqrt(error.size) + 0.3


@pytest.mark.parametrize(
    ("channel", "low", "high"),
    [
        (Channel.PHONE, 75, 87),
        (Channel.EMAIL, 62, 68),
        (Channel.WEBSITE, 62, 68),
        (Channel.POST, 53, 59),
        (Channel.SOCIAL, 68, 75),
        (Channel.VISIT, 68, 74),
    ],
)
def test_channels_have_the_means_of_past_editions(
    channel: Channel, low: float, high: float
) -> None:
    _drawn, seen = observed(channel)
    assert low < seen.score_percent.mean() < high


def test_contacts_vary_as_much_as_the_margins_of_the_method_suppose() -> None:
    for channel in (Channel.PHONE, Channel.EMAIL, Channel.POST, Channel.SOCIAL):
        _drawn, seen = observed(channel)
        within = seen.score_percent.reshape(-1, CONTACTS).var(axis=1, ddof=1).mean()
        assert 18 < np.sqrt(within) < 27


def test_calls_and_letters_are_answered_as_in_edition_5() -> None:
    _drawn, calls = observed(Channel.PHONE)
    rings = calls.values["phone.rings"]
    soon = [value != "" and int(value) <= 5 for value in rings]
    assert np.mean(soon) == pytest.approx(0.93, abs=0.03)
    _drawn, letters = observed(Channel.POST)
    # Seven days are five working days, of eight hours.
    assert np.mean(letters.answered_hours <= 40) == pytest.approx(2 / 3, abs=0.05)


def test_the_range_and_the_strata_are_those_of_edition_6() -> None:
    weights = {Channel.PHONE: 30, Channel.EMAIL: 30, Channel.WEBSITE: 25, Channel.POST: 15}
    overall = np.zeros(len(strata()))
    for channel, weight in weights.items():
        overall += truth().score_percent.mean(axis=1)[:, CHANNELS.index(channel)] * weight / 100
    assert 62 < overall.mean() < 69
    # Published: 24 to 86, a longer tail below than above.
    assert overall.min() < 42
    assert 78 < overall.max() < 90
    of = np.array(strata())
    small_towns = overall[of == Stratum.COMMUNE_2000].mean()
    assert 2 < small_towns - overall[of == Stratum.DEPARTEMENT].mean() < 11


def test_the_same_seed_gives_the_same_truth_and_observations_and_another_seed_others() -> None:
    assert (truth(5).score_percent == truth(5).score_percent).all()
    assert (truth(5).score_percent != truth(6).score_percent).any()
    (_, first), (_, again), (_, other) = (observed(Channel.EMAIL, seed) for seed in (7, 7, 8))
    assert all((first.values[code] == again.values[code]).all() for code in first.values)
    assert (first.score_percent != other.score_percent).any()
