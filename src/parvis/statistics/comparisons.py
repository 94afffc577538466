"""The means that the participants of a stratum may see beside their own scores.

One table for each stratum, the same for all its members: all participants, the stratum, the wider
group. A mean that `disclosure` refuses never leaves this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.disclosure import (
    DEFAULT_THRESHOLDS,
    Thresholds,
    choose_groups,
    mean_decimals,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Position of each group in the tables, which is also the order in which they are granted: the mean
# of all participants is promised to everybody, the stratum is the comparison asked for most.
EVERYBODY: Final = 0
STRATUM: Final = 1
WIDER_GROUP: Final = 2


@dataclass(frozen=True, slots=True)
class PeerMeans:
    """Means that may be shown, for the readers of each stratum.

    Attributes
    ----------
    strata : ndarray of int, shape (n_strata,)
        The strata present, in increasing order: the first axis of the tables.
    mean_percent : ndarray of float, shape (n_strata, 3, n_measures)
        By `EVERYBODY`, `STRATUM`, `WIDER_GROUP`; rounded as it is to be shown, NaN if it may not.
    members : ndarray of int, same shape
        Organisations of the group that have a value for the measure.
    """

    strata: IntArray
    mean_percent: FloatArray
    members: IntArray


def peer_means(
    values: ArrayLike,
    stratum: ArrayLike,
    wider_group: ArrayLike,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> PeerMeans:
    """Average each measure over the groups of each stratum, and keep what may be shown.

    Parameters
    ----------
    values : array_like of float, shape (n_organisations, n_measures)
        0–100; NaN where the organisation has no value for the measure.
    stratum, wider_group : array_like of int, shape (n_organisations,)
        Frozen at publication; the organisations of a stratum share their wider group.
    thresholds : Thresholds

    Returns
    -------
    PeerMeans

    Raises
    ------
    ValueError
        Shapes that do not fit together, values outside [0, 100], or a stratum in two wider groups.

    Examples
    --------
    >>> values = np.linspace(40.0, 80.0, 12)[:, np.newaxis]
    >>> found = peer_means(values, [0] * 6 + [1] * 6, [0] * 12)
    >>> found.mean_percent[0, :, 0].tolist()
    [60.0, 49.0, 60.0]
    """
    table = np.asarray(values, dtype=np.float64)
    strata_of = np.asarray(stratum)
    wider_of = np.asarray(wider_group)
    if table.ndim != 2 or strata_of.shape != wider_of.shape or table.shape[:1] != strata_of.shape:
        raise ValueError("values needs one row, stratum and wider_group one entry per organisation")
    strata = np.unique(strata_of).astype(np.int64)
    shape = (strata.size, 3, table.shape[1])
    means = np.full(shape, np.nan)
    members = np.zeros(shape, dtype=np.int64)
    present = ~np.isnan(table)
    for position, one in enumerate(strata):
        readers = strata_of == one
        wider = np.unique(wider_of[readers])
        if wider.size > 1:
            raise ValueError(f"stratum {one} lies in several wider groups")
        groups = np.array([np.ones_like(readers), readers, wider_of == wider[0]])
        for measure in range(table.shape[1]):
            scores = table[:, measure]
            shown = choose_groups(scores, groups, readers, thresholds=thresholds)
            for group in range(3):
                inside = groups[group] & present[:, measure]
                size = int(inside.sum())
                members[position, group, measure] = size
                if shown[group]:
                    mean = round(float(scores[inside].mean()), mean_decimals(size))
                    means[position, group, measure] = mean
    return PeerMeans(strata=strata, mean_percent=means, members=members)
