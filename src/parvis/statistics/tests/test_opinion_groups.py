"""Groups of opinion: planted camps are found, updates are calm, results are the same everywhere."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

import parvis
from parvis.statistics.opinion_clusters import base_clusters, group_clusters, silhouette
from parvis.statistics.opinion_groups import GroupState, OpinionGroups, opinion_groups
from parvis.statistics.opinion_statements import (
    GroupVotes,
    consensus,
    consensus_geometric,
    count_votes,
    one_share_z,
    representativeness,
    two_shares_z,
)
from parvis.statistics.opinion_votes import VoteTable, last_votes
from parvis.statistics.tests.vote_tables import drawn, written


@pytest.mark.parametrize("camps", [2, 3])
def test_planted_camps_are_found(camps: int) -> None:
    table, camp = drawn(600, 40, 14_000, camps=camps, seed=camps)
    found = opinion_groups(table)
    inside = found.group >= 0
    assert found.groups == camps
    assert adjusted_rand_score(camp[inside], found.group[inside]) > 0.95
    assert found.sizes() == sorted(found.sizes(), reverse=True)
    assert sum(found.sizes()) == inside.sum()


def test_a_person_enters_at_seven_votes_or_at_all_statements() -> None:
    table = written(["+++++++..", "------...", "-------..", "++++++++."])
    assert (opinion_groups(table).group >= 0).tolist() == [True, False, True, True]
    # The third statement has no vote: it does not count among the two there are.
    few = written(["++.", "--.", "+..", "..."])
    assert (opinion_groups(few).group >= 0).tolist() == [True, True, False, False]


def test_who_entered_stays_in() -> None:
    before = opinion_groups(written(["+++", "---", "++."]))
    after = opinion_groups(written(["+++.......", "---.......", "++........"]), former=before.state)
    assert (before.group >= 0).tolist() == [True, True, False]
    more = written(["+++.......", "---.......", "++........", "++++++++++"])
    assert (opinion_groups(more).group >= 0).tolist() == [False, False, False, True]
    grown = opinion_groups(more, former=after.state)
    assert (grown.group >= 0).tolist() == [True, True, False, True]


@pytest.mark.parametrize(
    ("ballots", "groups", "group"),
    [
        (["+-0+-0+-"], 1, [0]),
        (["++++++++"] * 5, 1, [0] * 5),
        (["........", "........"], 0, [-1, -1]),
        (["+......+", "-......-"], 2, [0, 1]),
        (["++++++++", "--------"], 2, [0, 1]),
        (["++......", "--......", ".-+-+-+-"], 1, [-1, -1, 0]),
        ([""], 0, [-1]),
    ],
)
def test_small_and_strange_consultations(ballots, groups, group) -> None:
    found = opinion_groups(written(ballots))
    assert found.groups == groups
    # Between groups of one size, which is 0 is drawn.
    assert adjusted_rand_score(found.group, group) == 1
    assert (found.group == -1).tolist() == [one == -1 for one in group]
    assert np.isnan(found.consensus).all() == (groups == 0)
    assert np.isfinite(found.positions).all()
    assert not (groups < 2 and found.representative.side.any())


def test_votes_of_each_group() -> None:
    table = written(["+-0", "+.-", "--+", "+++"])
    counts = count_votes(table, np.array([0, 0, 1, -1]), 2)
    assert counts.agree.tolist() == [[2, 0, 0], [0, 0, 1]]
    assert counts.disagree.tolist() == [[0, 1, 1], [1, 1, 0]]
    assert counts.votes.tolist() == [[2, 1, 2], [1, 1, 1]]


def test_consensus_is_the_product_of_the_shares_and_its_root() -> None:
    counts = GroupVotes(
        agree=np.array([[9, 0], [3, 0]]),
        disagree=np.array([[0, 0], [1, 0]]),
        votes=np.array([[10, 0], [6, 0]]),
    )
    assert consensus(counts) == pytest.approx([10 / 12 * 4 / 8, 1 / 4])
    assert consensus_geometric(counts) == pytest.approx([(10 / 12 * 4 / 8) ** 0.5, 1 / 2])


def test_z_by_hand() -> None:
    # 9 of 10 with one of one added: 10/11; 2 √11 (10/11 − 1/2).
    assert one_share_z(np.array(9), np.array(10)) == pytest.approx(2 * 11**0.5 * (10 / 11 - 0.5))
    # 10/11 against 3/9, pooled 13/20.
    expected = (10 / 11 - 3 / 9) / (13 / 20 * 7 / 20 * (1 / 11 + 1 / 9)) ** 0.5
    found = two_shares_z(np.array(9), np.array(10), np.array(2), np.array(8))
    assert found == pytest.approx(expected)
    assert two_shares_z(np.array(4), np.array(4), np.array(3), np.array(3)) == 0


def test_what_sets_a_group_apart() -> None:
    """Both tests must pass: a majority in the group, and more than among the others."""
    counts = GroupVotes(
        agree=np.array([[19, 19, 8, 1, 0], [2, 19, 1, 19, 0]]),
        disagree=np.array([[0, 1, 11, 18, 0], [18, 1, 19, 1, 0]]),
        votes=np.array([[20, 20, 20, 20, 0], [20, 20, 20, 20, 0]]),
    )
    found = representativeness(counts)
    assert found.side.tolist() == [[1, 0, 0, -1, 0], [-1, 0, -1, 1, 0]]
    assert ((found.strength > 0) == (found.side != 0)).all()


def test_the_statements_of_a_group_come_strongest_first() -> None:
    table, _ = drawn(400, 30, 8_000, seed=9)
    found = opinion_groups(table)
    columns = found.most_representative(1, limit=4)
    strengths = found.representative.strength[1]
    assert strengths[columns].tolist() == sorted(strengths, reverse=True)[:4]


def test_silhouettes_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    points, labels = rng.normal(size=(60, 2)), rng.integers(0, 4, 60)
    assert silhouette(points, labels) == pytest.approx(silhouette_score(points, labels))
    labels[0] = 4
    assert silhouette(points, labels) == pytest.approx(silhouette_score(points, labels))
    assert silhouette(np.zeros((3, 2)), np.array([0, 1, 1])) == 0


def test_at_most_a_hundred_base_clusters_and_one_for_each_point_below() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(5_000, 2))
    assert base_clusters(points).max() == 99
    few = np.repeat(rng.normal(size=(40, 2)), 3, axis=0)
    assert len(np.unique(base_clusters(few))) == 40
    assert (base_clusters(few).reshape(40, 3) == base_clusters(few)[::3, None]).all()


def test_weights_move_groups() -> None:
    """A crowd on one point draws a centre to it."""
    line = np.column_stack([[0.0, 2.0, 5.0], np.zeros(3)])
    light = group_clusters(line, np.array([1.0, 1, 1]), 2, rng=np.random.default_rng(0))
    heavy = group_clusters(line, np.array([9.0, 9, 1]), 2, rng=np.random.default_rng(0))
    assert light[0] == light[1] != light[2]
    assert heavy[0] != heavy[1] == heavy[2]


def shuffled(table: VoteTable, seed: int) -> tuple[VoteTable, np.ndarray]:
    """The same votes of people numbered and listed otherwise."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(table.values))
    renumbered = rng.permutation(len(table.people))
    again = last_votes(
        range(1000, 1000 + len(table.people)),
        table.statements,
        renumbered[table.rows[order]],
        table.columns[order],
        table.values[order],
    )
    return again, renumbered


def bits(found: OpinionGroups, order: np.ndarray | None = None) -> tuple[bytes, ...]:
    rows = slice(None) if order is None else order
    return (
        found.positions[rows].tobytes(),
        found.group[rows].tobytes(),
        found.consensus.tobytes(),
        found.representative.strength.tobytes(),
        found.space.components.tobytes(),
    )


def test_the_numbers_and_the_order_of_the_voters_change_no_bit() -> None:
    """So that an archive, whose voters are numbered again, gives the page that was published."""
    table, _ = drawn(700, 50, 12_000, camps=3, seed=1)
    found = opinion_groups(table)
    for seed in range(3):
        again, renumbered = shuffled(table, seed)
        assert bits(opinion_groups(again), renumbered) == bits(found)


def test_the_number_of_threads_changes_no_bit() -> None:
    script = (
        "import hashlib\n"
        "from parvis.statistics.tests.test_opinion_groups import bits\n"
        "from parvis.statistics.opinion_groups import opinion_groups\n"
        "from parvis.statistics.tests.vote_tables import drawn\n"
        "found = opinion_groups(drawn(3000, 900, 60000, camps=3, seed=1)[0])\n"
        "print(found.groups, hashlib.sha256(b''.join(bits(found))).hexdigest())\n"
    )
    answers = set()
    for threads in ("1", "2", "4"):
        environment = os.environ | {
            "PYTHONPATH": os.path.dirname(os.path.dirname(parvis.__file__)),
            "OPENBLAS_NUM_THREADS": threads,
        }
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        answers.add(done.stdout)
    assert len(answers) == 1
    assert answers.pop().startswith("3 ")


def test_the_seed_changes_neither_map_nor_camps() -> None:
    table, _ = drawn(500, 40, 10_000, camps=3, seed=4)
    first, second = opinion_groups(table, seed=1), opinion_groups(table, seed=2)
    np.testing.assert_allclose(first.positions, second.positions, atol=1e-9)
    assert adjusted_rand_score(first.group, second.group) == 1


def test_an_update_without_new_votes_changes_nothing() -> None:
    table, _ = drawn(500, 40, 10_000, camps=3, seed=4)
    found = opinion_groups(table)
    again = opinion_groups(table, former=found.state)
    assert again.group.tolist() == found.group.tolist()
    np.testing.assert_allclose(again.positions, found.positions, atol=1e-9)


def test_groups_keep_their_numbers_when_sizes_cross() -> None:
    camps = {"a": "++++++++", "b": "--------"}
    before = opinion_groups(written([camps["a"]] * 6 + [camps["b"]] * 5))
    assert before.group[0] == 0
    grown = written([camps["a"]] * 6 + [camps["b"]] * 25)
    after = opinion_groups(grown, former=before.state)
    assert (after.group[0], after.group[-1]) == (0, 1)
    assert opinion_groups(grown).group[0] == 1


def test_another_number_of_groups_is_shown_after_four_updates_in_a_row() -> None:
    two, _ = drawn(600, 40, 14_000, camps=2, seed=2)
    three, _ = drawn(600, 40, 14_000, camps=3, seed=3)
    found = opinion_groups(two)
    shown = []
    for _ in range(3):
        found = opinion_groups(three, former=found.state)
        shown.append(found.groups)
    # One update back and the count begins again.
    found = opinion_groups(two, former=found.state)
    for _ in range(4):
        found = opinion_groups(three, former=found.state)
        shown.append(found.groups)
    assert shown == [2, 2, 2, 2, 2, 2, 3]


def test_a_state_survives_people_and_statements_that_come_and_go() -> None:
    before = opinion_groups(written(["++++++++", "--------", "+++++++-", "-------+"]))
    later = last_votes(
        [3, 2, "new"],
        [7, "added", 0, 1, 2, 3, 4, 5, 6],
        [row for row in range(3) for _ in range(9)],
        list(range(9)) * 3,
        [1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    )
    after = opinion_groups(later, former=before.state)
    assert after.groups == 2
    assert after.group.tolist() == [before.group[3], before.group[2], before.group[2]]


def test_a_state_kept_as_json_is_the_same_state() -> None:
    found = opinion_groups(drawn(200, 20, 3_000, seed=6)[0])
    kept = json.loads(json.dumps(found.state.as_content()))
    assert GroupState.from_content(kept) == found.state


def test_a_state_of_nobody_is_a_fresh_start() -> None:
    empty = opinion_groups(written(["........"]))
    assert empty.state == GroupState(
        components=dict.fromkeys(range(8), (0.0, 0.0)),
        base={},
        groupings={},
        shown=0,
        candidate=0,
        in_a_row=0,
    )
    after = opinion_groups(written(["++++++++", "--------"]), former=empty.state)
    assert after.groups == 2
