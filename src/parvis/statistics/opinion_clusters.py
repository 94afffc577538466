"""k-means on the opinion map: up to 100 base clusters, then groups of base clusters.

Base clusters stand for their members afterwards: k-means is run for each number of groups on at
most 100 weighted points, as often as it takes to find the best of its local optima, whatever the
number of people.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from parvis.statistics.opinion_votes import FloatArray, IntArray

BASE_CLUSTERS: Final = 100
# A later iteration moves a few people between neighbouring base clusters, nobody between groups.
BASE_ITERATIONS: Final = 20
GROUP_ITERATIONS: Final = 100
STARTS: Final = 100
# Points closer than this share of the map's radius are one point: rounding set them apart.
SAME_POINT: Final = 1e-9
# Two local optima whose inertia differs by less are the same.
SAME_INERTIA: Final = 1e-9


def base_clusters(points: FloatArray, start: FloatArray | None = None) -> IntArray:
    """Gather points into at most 100 base clusters.

    The first centres are the mean, then each time the point farthest from all centres, so that
    nothing is drawn at random and isolated people have a base cluster of their own.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    start : ndarray, shape (b, 2), optional
        The centres of a former run; points far from all of them get new centres up to 100.

    Returns
    -------
    ndarray of int, shape (n,)
        The base cluster of each point, numbered from 0 without a gap.
    """
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    centres = points.mean(axis=0)[None, :] if start is None or not len(start) else start
    centres = _with_farthest(points, centres, BASE_CLUSTERS)
    return lloyd(points, np.ones(len(points)), centres, BASE_ITERATIONS)


def group_clusters(
    points: FloatArray,
    weights: FloatArray,
    groups: int,
    *,
    rng: np.random.Generator,
    start: FloatArray | None = None,
) -> IntArray:
    """The k-means of weighted points with the least inertia of many starts (k-means++).

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    weights : ndarray, shape (n,)
        Positive.
    groups : int
        From 1 to n.
    rng : numpy.random.Generator
        Draws the starts.
    start : ndarray, shape (groups, 2), optional
        Centres to try first: on equal inertia what they lead to is kept.

    Returns
    -------
    ndarray of int, shape (n,)
        Numbered from 0 without a gap; fewer than `groups` where points coincide.
    """
    best: IntArray | None = None
    least = np.inf
    for attempt in range(STARTS + 1):
        if attempt == 0:
            if start is None:
                continue
            centres = start
        else:
            centres = _plus_plus(points, weights, groups, rng)
        labels = lloyd(points, weights, centres, GROUP_ITERATIONS)
        inertia = _inertia(points, weights, labels)
        if best is None or inertia < least * (1 - SAME_INERTIA):
            best, least = labels, inertia
    assert best is not None
    return best


def lloyd(
    points: FloatArray, weights: FloatArray, centres: FloatArray, iterations: int
) -> IntArray:
    """Assign points to the nearest centre and move the centres, until nothing changes.

    Centres without any point disappear; labels are numbered from 0 without a gap.
    """
    labels = _nearest(points, centres)
    for _ in range(iterations):
        labels = _without_gaps(labels)
        moved = _nearest(points, centres_of(points, weights, labels))
        if np.array_equal(moved, labels):
            break
        labels = moved
    return _without_gaps(labels)


def centres_of(points: FloatArray, weights: FloatArray, labels: IntArray) -> FloatArray:
    """Weighted mean of the points of each label, shape (labels, 2)."""
    total = np.bincount(labels, weights=weights)
    return np.column_stack(
        [np.bincount(labels, weights=weights * points[:, axis]) / total for axis in range(2)]
    )


def silhouette(points: FloatArray, labels: IntArray) -> float:
    """Mean silhouette (Rousseeuw 1987), from −1 to 1; 0 for a point alone in its cluster.

    For some hundred points: every distance is computed. 0 with a single cluster.
    """
    sizes = np.bincount(labels)
    if len(sizes) < 2:
        return 0.0
    distances = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    # To each cluster, shape (n, clusters).
    totals = np.column_stack([distances[:, labels == one].sum(axis=1) for one in range(len(sizes))])
    here = np.arange(len(points))
    own = totals[here, labels] / np.maximum(sizes[labels] - 1, 1)
    means = totals / sizes
    means[here, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    widths = np.where(larger > 0, (other - own) / np.where(larger > 0, larger, 1), 0.0)
    return float(np.where(sizes[labels] > 1, widths, 0.0).mean())


def _with_farthest(points: FloatArray, centres: FloatArray, count: int) -> FloatArray:
    radius = float(np.sqrt((points**2).sum(axis=1).max()))
    distances = np.full(len(points), np.inf)
    for centre in centres:
        distances = np.minimum(distances, ((points - centre) ** 2).sum(axis=1))
    found = list(centres)
    while len(found) < count:
        farthest = int(distances.argmax())
        if distances[farthest] <= (radius * SAME_POINT) ** 2:
            break
        found.append(points[farthest])
        distances = np.minimum(distances, ((points - points[farthest]) ** 2).sum(axis=1))
    return np.array(found)


def _plus_plus(
    points: FloatArray, weights: FloatArray, count: int, rng: np.random.Generator
) -> FloatArray:
    """Starting centres drawn in proportion to the squared distance (Arthur, Vassilvitskii 2007)."""
    chosen: list[int] = []
    chances = weights
    distances = np.full(len(points), np.inf)
    for _ in range(count):
        cumulative = np.cumsum(chances)
        if cumulative[-1] <= 0:
            break
        drawn = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        chosen.append(min(drawn, len(points) - 1))
        distances = np.minimum(distances, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        chances = weights * distances
    return points[chosen]


def _nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """The nearest centre of each point, the first of those tied."""
    nearest = np.zeros(len(points), dtype=np.int64)
    least = np.full(len(points), np.inf)
    for number, (x, y) in enumerate(centres):
        distances = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        closer = distances < least
        nearest[closer] = number
        np.minimum(least, distances, out=least)
    return nearest


def _without_gaps(labels: IntArray) -> IntArray:
    return (np.cumsum(np.bincount(labels) > 0) - 1)[labels]


def _inertia(points: FloatArray, weights: FloatArray, labels: IntArray) -> float:
    away = points - centres_of(points, weights, labels)[labels]
    return float((weights * (away**2).sum(axis=1)).sum())
