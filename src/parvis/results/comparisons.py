"""The means participants see beside their own scores, frozen on the day of publication.

Every mean is that of *all* the participants of a group that have the score, the reader included:
one table for everybody, so that two readers who compare theirs learn nothing more. A report may be
asked for under access-to-documents law, so the groups shown are chosen as if each reader held the
tables of all strata (`statistics.disclosure.choose_groups`, everybody reading). What may not be
shown is not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.organisations.enums import Stratum, WiderGroup
from parvis.organisations.strata import wider_group_of
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.results.canonical import Document
from parvis.statistics.disclosure import (
    Thresholds,
    choose_groups,
    is_dominated,
    may_draw_values,
    permitted_statistics,
    shown_mean,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FORMAT: Final = "parvis.comparisons/1"
EVERYBODY: Final = WiderGroup.ALL.value
OVERALL: Final = "overall"

# Classes of the histogram of overall scores, in points: nobody's exact score is drawn.
SPREAD_CLASS_POINTS: Final = 2


def channel_measure(code: str) -> str:
    return f"channel:{code}"


def stage_measure(code: str) -> str:
    return f"stage:{code}"


def determinant_measure(code: str) -> str:
    return f"determinant:{code}"


def criterion_measure(code: str) -> str:
    return f"criterion:{code}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The mean of a group that may be shown, already rounded as it is to be shown.

    `members` counts the organisations behind it, the reader included. `quartiles` are given for all
    participants only, and None where there are too few.
    """

    group: str
    mean_percent: float
    members: int
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The frozen comparisons of a publication, as its pages read them."""

    document: Mapping[str, Any]

    def everybody(self, measure: str) -> Cell | None:
        """The mean of all participants, or None where it may not be shown."""
        return self._cell(measure, EVERYBODY)

    def peers(self, measure: str, stratum: str) -> Cell | None:
        """The mean of the narrowest group narrower than everybody that holds the stratum."""
        return self._cell(measure, stratum) or self._wider(measure, stratum)

    def groups(self, measure: str) -> dict[str, Cell]:
        """Every group whose mean may be shown for this measure."""
        cells = self.document["measures"].get(measure, {})
        return {group: _cell(group, content) for group, content in cells.items()}

    def participants(self, group: str = EVERYBODY) -> int:
        """How many organisations take part in a group, scored or not."""
        return int(self.document["groups"].get(group, 0))

    @property
    def frozen_on(self) -> date:
        """The day of the publication whose means these are."""
        return date.fromisoformat(self.document["frozen_on"])

    @property
    def spread(self) -> list[float]:
        """Overall scores of all participants by classes of two points; empty if too few."""
        return [float(value) for value in self.document["spread"]]

    def _wider(self, measure: str, stratum: str) -> Cell | None:
        wider = wider_group_of(Stratum(stratum))
        return None if wider == WiderGroup.ALL else self._cell(measure, wider.value)

    def _cell(self, measure: str, group: str) -> Cell | None:
        content = self.document["measures"].get(measure, {}).get(group)
        return None if content is None else _cell(group, content)


def _cell(group: str, content: Mapping[str, Any]) -> Cell:
    quartiles = content.get("quartiles")
    return Cell(
        group=group,
        mean_percent=content["mean"],
        members=content["members"],
        quartiles=None if quartiles is None else (quartiles[0], quartiles[1], quartiles[2]),
    )


def freeze_comparisons(
    sheets: Sequence[Mapping[str, Any]],
    *,
    minimum_peers: int,
    minimum_quartile_peers: int,
    frozen_on: date,
) -> Document:
    """Choose and round what may be shown, from the sheets of a result document.

    `minimum_peers` and `minimum_quartile_peers` count *other* organisations (the edition's rules).
    The same sheets in any order give the same document.
    """
    thresholds = Thresholds(
        others_for_mean=minimum_peers,
        others_for_quartiles=max(minimum_quartile_peers, minimum_peers),
        others_for_extremes=max(minimum_quartile_peers, minimum_peers),
    )
    ordered = sorted(sheets, key=lambda sheet: sheet["id"])
    names, memberships = _candidates(ordered, thresholds)
    measures: Document = {}
    for measure, column in _measures(ordered):
        cells = _cells(column, names, memberships, thresholds)
        if cells:
            measures[measure] = cells
    overall = np.array([_value(sheet["overall"]["estimate"]) for sheet in ordered])
    shown = memberships[[name in measures.get(OVERALL, {}) for name in names]]
    return {
        "format": FORMAT,
        "frozen_on": frozen_on.isoformat(),
        "minimum_peers": minimum_peers,
        "minimum_quartile_peers": minimum_quartile_peers,
        "groups": {
            name: int(members.sum()) for name, members in zip(names, memberships, strict=True)
        },
        "measures": measures,
        "spread": _spread(overall, shown, thresholds),
    }


def _candidates(
    sheets: Sequence[Mapping[str, Any]], thresholds: Thresholds
) -> tuple[list[str], BoolArray]:
    """Groups in the order in which they are granted.

    All participants first, promised to everybody; then the wider groups that some stratum needs
    because it is too small to stand alone; then the strata, largest first. Where a small stratum
    would be what remains of its wider group, the smallest of the large strata gives up its own
    mean: everybody keeps a group nearer than all participants.
    """
    strata = np.array([sheet["stratum"] for sheet in sheets])
    wider = np.array([wider_group_of(Stratum(stratum)).value for stratum in strata])
    sizes = {str(name): int((strata == name).sum()) for name in np.unique(strata)}
    small = {name for name, size in sizes.items() if size <= thresholds.others_for_mean}
    needed = sorted({wider_group_of(Stratum(name)).value for name in small} - {EVERYBODY})
    large = sorted(set(sizes) - small, key=lambda name: (-sizes[name], name))
    names = [EVERYBODY, *needed, *large]
    rows = [np.ones(len(sheets), dtype=bool)]
    rows += [wider == name for name in needed]
    rows += [strata == name for name in large]
    return names, np.array(rows, dtype=bool).reshape(len(names), len(sheets))


def _measures(sheets: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, FloatArray]]:
    """Each measure with its value by organisation, NaN where it has none."""

    def column(part: str, code: str) -> FloatArray:
        return np.array([_value(sheet[part][code]["estimate"]) for sheet in sheets])

    yield OVERALL, np.array([_value(sheet["overall"]["estimate"]) for sheet in sheets])
    for channel in Channel.values:
        yield channel_measure(channel), column("channels", channel)
    for stage in JourneyStage.values:
        yield stage_measure(stage), column("stages", stage)
    for determinant in Determinant.values:
        yield determinant_measure(determinant), column("determinants", determinant)
    for code in sorted({code for sheet in sheets for code in sheet["criteria"]}):
        yield (
            criterion_measure(code),
            np.array([_value(sheet["criteria"].get(code, (None,))[0]) for sheet in sheets]),
        )


def _cells(
    values: FloatArray, names: Sequence[str], memberships: BoolArray, thresholds: Thresholds
) -> Document:
    present = ~np.isnan(values)
    candidates = [
        index
        for index, members in enumerate(memberships)
        if not is_dominated(values[members & present], thresholds)
    ]
    if not candidates:
        return {}
    shown = choose_groups(
        values,
        memberships[candidates],
        np.ones(values.size, dtype=bool),
        thresholds=thresholds,
    )
    cells: Document = {}
    for index, is_shown in zip(candidates, shown, strict=True):
        if not is_shown:
            continue
        inside = values[memberships[index] & present]
        cell: Document = {
            "mean": shown_mean(float(inside.mean()), int(inside.size), thresholds),
            "members": int(inside.size),
        }
        # One table of quartiles only: two overlapping ones could be set against each other.
        everybody = names[index] == EVERYBODY
        if everybody and permitted_statistics(inside.size - 1, thresholds).quartiles:
            cell["quartiles"] = [round(float(q)) for q in np.quantile(inside, [0.25, 0.5, 0.75])]
        cells[names[index]] = cell
    return cells


def spread_class(score_percent: float) -> int:
    """Middle of the class in which an overall score is drawn; 100 belongs to the last one."""
    last = 100 // SPREAD_CLASS_POINTS - 1
    position = min(int(score_percent // SPREAD_CLASS_POINTS), last)
    return position * SPREAD_CLASS_POINTS + SPREAD_CLASS_POINTS // 2


def _spread(values: FloatArray, shown: BoolArray, thresholds: Thresholds) -> list[int]:
    """Middle of the class of each overall score, in increasing order; empty if not to be shown.

    `shown` are the groups whose mean overall score is shown beside the drawing.
    """
    known = np.sort(values[~np.isnan(values)])
    if not permitted_statistics(max(known.size - 1, 0), thresholds).extremes:
        return []
    if not may_draw_values(values, shown, thresholds=thresholds):
        return []
    return [spread_class(value) for value in known]


def _value(estimate: float | None) -> float:
    return float("nan") if estimate is None else float(estimate)
