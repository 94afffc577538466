"""The sparse principal components are those of the full table, and the same at each run."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from parvis.statistics.opinion_space import opinion_space, positions
from parvis.statistics.opinion_votes import VoteTable, last_votes
from parvis.statistics.tests.vote_tables import drawn, filled, written

SHAPES = [(30, 12, 200), (400, 60, 6_000), (50, 300, 4_000), (900, 500, 20_000), (8, 5, 25)]


def dense_components(table: VoteTable) -> tuple[np.ndarray, np.ndarray]:
    fitted = PCA(2, svd_solver="full").fit(filled(table))
    return fitted.components_, fitted.singular_values_


@pytest.mark.parametrize(("people", "statements", "votes"), SHAPES)
def test_exact_against_the_dense_components(people: int, statements: int, votes: int) -> None:
    table, _ = drawn(people, statements, votes, seed=people)
    space = opinion_space(table)
    expected, singular = dense_components(table)
    signs = np.sign((expected * space.components).sum(axis=1))
    np.testing.assert_allclose(space.components, expected * signs[:, None], atol=1e-9, rtol=0)
    np.testing.assert_allclose(space.singular_values, singular, rtol=1e-9)


def test_the_search_starts_again_when_its_basis_is_full() -> None:
    """Votes without any structure: eigenvalues follow one another closely."""
    rng = np.random.default_rng(5)
    cells = rng.random((800, 400)) < 0.15
    person, statement = np.nonzero(cells)
    table = last_votes(range(800), range(400), person, statement, rng.integers(-1, 2, len(person)))
    expected, _ = dense_components(table)
    found = opinion_space(table).components
    signs = np.sign((expected * found).sum(axis=1))
    np.testing.assert_allclose(found, expected * signs[:, None], atol=1e-9, rtol=0)


def test_the_largest_loading_is_positive() -> None:
    table, _ = drawn(200, 30, 3_000, seed=3)
    components = opinion_space(table).components
    largest = np.abs(components).argmax(axis=1)
    assert (components[[0, 1], largest] > 0).all()


def test_a_former_space_keeps_its_signs_and_gives_the_same_components() -> None:
    table, _ = drawn(200, 30, 3_000, seed=3)
    fresh = opinion_space(table).components
    after = opinion_space(table, start=-fresh).components
    np.testing.assert_allclose(after, -fresh, atol=1e-9, rtol=0)


def test_components_of_one_variance_span_the_plane_of_the_dense_ones() -> None:
    """Two independent questions asked alike: no direction between them is the first."""
    table = written(["++--", "--++", "++++", "----"] * 3)
    space = opinion_space(table)
    assert space.singular_values[0] == pytest.approx(space.singular_values[1])
    np.testing.assert_allclose(space.components @ space.components.T, np.eye(2), atol=1e-12)
    centred = filled(table) - space.means
    kept = centred @ space.components.T @ space.components
    np.testing.assert_allclose(kept, centred, atol=1e-9)


def test_votes_that_vary_in_one_direction_have_one_component() -> None:
    space = opinion_space(written(["+++", "---", "+++"]))
    assert space.singular_values[0] > 1
    assert space.singular_values[1] == 0
    assert not space.components[1].any()


@pytest.mark.parametrize("ballots", [["+++", "+++"], ["+-0"], ["...", "..."], [".+.", "0.."], [""]])
def test_without_variance_everybody_is_at_the_origin(ballots: list[str]) -> None:
    table = written(ballots)
    space = opinion_space(table)
    assert not space.components.any()
    assert not positions(table, space).any()


def test_positions_are_scaled_by_what_was_not_voted() -> None:
    table = written(["++-.", "+..+", "--++", "-.+-", "...."])
    space = opinion_space(table)
    centred = filled(table) - space.means
    projections = centred @ space.components.T
    cast = np.array([3, 2, 4, 3])
    found = positions(table, space)
    np.testing.assert_allclose(found[:4], projections[:4] * np.sqrt(4 / cast)[:, None], atol=1e-12)
    assert not found[4].any()


def test_statements_left_out_may_count_as_passes() -> None:
    ballots = ["++-.", "+..+", "--++", "-.+-"]
    table = written(ballots)
    cells = [
        (row, column) for row in range(4) for column in range(4) if ballots[row][column] != "."
    ]
    person, statement = zip(*cells, strict=True)
    votes = [{"+": 1, "-": -1}[ballots[row][column]] for row, column in cells]
    reduced = last_votes(
        range(4),
        [0, 1, 2, 3, "out"],
        [*person, 0],
        [*statement, 4],
        [*votes, 1],
        left_out=["out"],
    )
    space = opinion_space(reduced)
    np.testing.assert_array_equal(space.components, opinion_space(table).components)
    plain = positions(reduced, space)
    np.testing.assert_array_equal(plain, positions(table, space))
    cast = np.array([3, 2, 4, 3])
    as_passes = positions(reduced, space, left_out_as_passes=True)
    ratio = np.sqrt(5 / (cast + 1)) / np.sqrt(4 / cast)
    np.testing.assert_allclose(as_passes, plain * ratio[:, None], rtol=1e-12)


def test_statements_that_nobody_voted_on_change_nothing() -> None:
    ballots = ["++-+", "+--+", "--++"]
    table, wider = written(ballots), written([f"{ballot}.." for ballot in ballots])
    space, wide = opinion_space(table), opinion_space(wider)
    np.testing.assert_allclose(wide.components[:, :4], space.components, atol=1e-12)
    assert not wide.components[:, 4:].any()
    np.testing.assert_allclose(positions(wider, wide), positions(table, space), atol=1e-12)


def test_the_last_vote_counts() -> None:
    in_order = last_votes("ab", "xy", [0, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, -1])
    assert in_order.values.tolist() == [-1, 1, 0]
    assert in_order.columns.tolist() == [0, 1, 0]
    by_time = last_votes("ab", "xy", [0, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, -1], time=[9, 2, 3, 8])
    assert by_time.values.tolist() == [1, 1, 0]
    tied = last_votes("ab", "xy", [0, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, -1], time=[9, 2, 3, 9])
    assert tied.values.tolist() == [-1, 1, 0]


@pytest.mark.parametrize(
    ("person", "statement", "vote"),
    [([0], [0], [2]), ([0], [0], [0.5]), ([2], [0], [1]), ([0], [-1], [1]), ([0, 1], [0], [1])],
)
def test_what_is_no_vote_is_refused(person, statement, vote) -> None:
    with pytest.raises(ValueError):
        last_votes("ab", "x", person, statement, vote)
