import numpy as np
import pytest

from parvis.statistics.scoring import cell_means, contact_part_scores, contact_scores, group_means


def test_not_applicable_is_left_out_and_lowers_the_coverage() -> None:
    found = contact_scores(
        [0, 0, 0, 1, 1, 2],
        [3, 1, 4, 1, 1, 1],
        [100, 0, np.nan, 50, 100, np.nan],
        contacts=4,
    )
    assert found.score_percent[:2].tolist() == [75.0, 75.0]
    assert np.isnan(found.score_percent[2:]).all()
    assert found.coverage[:3].tolist() == [0.5, 1.0, 0.0]
    assert np.isnan(found.coverage[3])


def test_scores_agree_with_a_plain_loop_on_random_answers() -> None:
    rng = np.random.default_rng(3)
    contact = np.sort(rng.integers(0, 50, 1500))
    weight = rng.integers(1, 6, 1500)
    score = np.where(rng.random(1500) < 0.2, np.nan, rng.choice([0.0, 50.0, 100.0], 1500))
    found = contact_scores(contact, weight, score, contacts=50).score_percent
    for position in range(50):
        rows = (contact == position) & ~np.isnan(score)
        assert found[position] == pytest.approx(np.average(score[rows], weights=weight[rows]))


def test_parts_of_a_contact_are_scored_apart() -> None:
    found = contact_part_scores([0, 0, 1], [0, 1, 1], [2, 1, 1], [100, 40, 60], contacts=2, parts=2)
    assert found.score_percent[0].tolist() == [100.0, 40.0]
    assert np.isnan(found.score_percent[1, 0])
    assert found.score_percent[1, 1] == 60.0


def test_cell_means_count_only_the_values_present() -> None:
    found = cell_means([60, np.nan, 80, 10], [0, 0, 0, 1], [0, 0, 0, 1], shape=(2, 2))
    assert found.count.tolist() == [[2, 0], [0, 1]]
    assert found.mean[0, 0] == 70.0
    assert np.isnan(found.mean[0, 1])


def test_group_means_count_each_organisation_once() -> None:
    values = [[60.0, np.nan], [80.0, 40.0], [10.0, 30.0]]
    found = group_means(values, [0, 0, 1], groups=2)
    assert found.mean.tolist() == [[70.0, 40.0], [10.0, 30.0]]
    assert found.count.tolist() == [[2, 1], [1, 1]]


def test_nothing_to_score_is_not_an_error() -> None:
    found = contact_scores([], [], [], contacts=2)
    assert np.isnan(found.score_percent).all()


@pytest.mark.parametrize(
    ("contact", "weight", "score", "message"),
    [
        ([2], [1], [50], "contact must be from 0 to 1"),
        ([-1], [1], [50], "contact must be from 0 to 1"),
        ([0.0], [1], [50], "integers"),
        ([0], [-1], [50], "weight"),
        ([0], [np.nan], [50], "weight"),
        ([0], [1], [101], "from 0 to 100"),
        ([0], [1], [-1], "from 0 to 100"),
        ([0, 1], [1], [50], "same length"),
    ],
)
def test_bad_answers_are_refused(contact, weight, score, message) -> None:
    with pytest.raises(ValueError, match=message):
        contact_scores(contact, weight, score, contacts=2)
