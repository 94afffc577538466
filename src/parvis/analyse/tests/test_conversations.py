"""Three real conversations, with the groups that Polis published for them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from parvis.analyse.opinions import analyse_opinions

CONVERSATIONS = Path(__file__).parents[5] / "shared" / "data" / "polis"
NAMES = ("15-per-hour-seattle", "canadian-electoral-reform", "vtaiwan.uberx")

pytestmark = pytest.mark.skipif(
    not CONVERSATIONS.is_dir(), reason="the real conversations are not beside the project"
)


def rows(name: str, file: str) -> list[dict[str, str]]:
    with open(CONVERSATIONS / name / file, encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize(
    ("name", "left_out", "as_passes"),
    [
        ("15-per-hour-seattle", 0.56, 0.88),
        ("canadian-electoral-reform", 0.83, 0.96),
        ("vtaiwan.uberx", 0.84, 0.72),
    ],
)
def test_agreement_with_the_published_groups(name: str, left_out: float, as_passes: float) -> None:
    """Adjusted Rand index; the floors are what was measured, and `docs/statistics.md` says so."""
    published = {
        row["participant"]: row["group-id"] for row in rows(name, "participants-votes.csv")
    }
    files = [str(CONVERSATIONS / name / file) for file in ("votes.csv", "comments.csv")]
    for scaled_as_polis, floor in ((False, left_out), (True, as_passes)):
        opinions = analyse_opinions(*files, left_out_as_passes=scaled_as_polis)
        group = dict(zip(opinions.table.people, opinions.found.group.tolist(), strict=True))
        both = [person for person in group if published[str(person)] and group[person] >= 0]
        assert opinions.found.groups == 2
        # Polis placed one person who voted once.
        assert len(both) >= sum(bool(one) for one in published.values()) - 1
        expected = [published[str(person)] for person in both]
        assert adjusted_rand_score(expected, [group[person] for person in both]) >= floor


@pytest.mark.parametrize("name", NAMES)
def test_the_map_is_that_of_the_dense_components(name: str) -> None:
    """The published table of votes, filled in and given to scikit-learn; scaled afterwards."""
    published = rows(name, "participants-votes.csv")
    out = {row["comment-id"] for row in rows(name, "comments.csv") if row["moderated"] == "-1"}
    kept = [column for column in published[0] if column.isdigit() and column not in out]
    votes = np.array(
        [[float(row[column]) if row[column] else np.nan for column in kept] for row in published]
    )
    cast = (~np.isnan(votes)).sum(axis=1)
    filled = np.where(np.isnan(votes), np.nanmean(votes, axis=0), votes)
    dense = PCA(2, svd_solver="full").fit(filled)
    files = [str(CONVERSATIONS / name / file) for file in ("votes.csv", "comments.csv")]
    opinions = analyse_opinions(*files)
    signs = np.sign((dense.components_ * opinions.found.space.components).sum(axis=1))
    missing = np.where(np.isnan(votes), 0, filled - dense.mean_)
    expected = missing @ dense.components_.T * signs
    expected *= np.sqrt(len(kept) / np.maximum(cast, 1))[:, None]
    place = {person: row for row, person in enumerate(opinions.table.people)}
    found = opinions.found.positions[[place[row["participant"]] for row in published]]
    np.testing.assert_allclose(found, expected, atol=1e-9, rtol=0)
