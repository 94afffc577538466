"""Attacks on everything a participant is shown, over the publications of an edition.

Three attackers: linear programming over the means of every measure (overall, channels, stages,
determinants, criteria) of both waves and the edition; assignment of the dots of the strip to the
groups whose mean is shown; order statistics behind the quartiles. Each is first shown to find what
it looks for in unprotected tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from parvis.organisations.enums import Stratum
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.results.comparisons import SPREAD_CLASS_POINTS, Cell, Comparisons, freeze_comparisons
from parvis.statistics.disclosure import mean_step

PROTECTED = 10.0
TOLERANCE = 1e-6
WEIGHTS = {"phone": 30.0, "email": 30.0, "website": 25.0, "post": 15.0}
# Code: channel, stage, determinant, weight in its channel.
CRITERIA = {
    "phone_reached": ("phone", "access", "accessibility", 3.0),
    "phone_solved": ("phone", "handling", "answer_quality", 2.0),
    "email_found": ("email", "access", "accessibility", 1.0),
    "email_solved": ("email", "handling", "answer_quality", 3.0),
    "email_recourse": ("email", "complaints", "complaints", 1.0),
    "website_found": ("website", "access", "accessibility", 3.0),
    "website_solved": ("website", "handling", "responsiveness", 1.0),
    "post_found": ("post", "access", "accessibility", 1.0),
    "post_solved": ("post", "handling", "responsiveness", 3.0),
    "post_recourse": ("post", "complaints", "complaints", 1.0),
}
CODES = list(CRITERIA)
EDITION = 2
Row = dict[int, float]


def frozen(sheets: list[dict[str, Any]]) -> Comparisons:
    return Comparisons(
        freeze_comparisons(
            sheets, minimum_peers=5, minimum_quartile_peers=10, frozen_on=date(2026, 3, 2)
        )
    )


def mixed(parts: Iterable[tuple[float, Row]]) -> Row:
    """Weighted mean of weighted sums, those without anything left out."""
    present = [(weight, row) for weight, row in parts if row]
    total = sum(weight for weight, _row in present)
    mean: Row = {}
    for weight, row in present:
        for key, share in row.items():
            mean[key] = mean.get(key, 0.0) + weight / total * share
    return mean


class Panel:
    """Scores by criterion in two waves, unknown to the attacker, and the sheets made of them.

    `missing` lists (wave or None for both, organisation, channel) that were not tested; the
    attacker knows them, and the weights. Organisation 0 is the attacker.
    """

    def __init__(
        self, size: int, seed: int, missing: Sequence[tuple[int | None, int, str]]
    ) -> None:
        self.size = size
        self.scores = np.random.default_rng(seed).uniform(5, 95, 2 * size * len(CODES))
        self.absent = {
            (wave, body, channel)
            for given, body, channel in missing
            for wave in ((0, 1) if given is None else (given,))
        }
        self.suspects = sorted({body for _wave, body, _channel in missing})
        self.row = cache(self._row)

    def _row(self, scope: int, body: int, measure: str) -> Row:
        """A score as a weighted sum of the unknowns; empty where there is none."""
        kind, _, code = measure.partition(":")
        if kind == "criterion":
            channel = CRITERIA[code][0]
            waves = (0, 1) if scope == EDITION else (scope,)
            tested = [wave for wave in waves if (wave, body, channel) not in self.absent]
            column = CODES.index(code)
            return {
                (wave * self.size + body) * len(CODES) + column: 1 / len(tested) for wave in tested
            }
        if kind == "channel":
            return self._of_channel(scope, body, code)
        by_channel = [
            (weight, self._of_channel(scope, body, channel, code))
            for channel, weight in WEIGHTS.items()
        ]
        covered = sum(weight for weight, row in by_channel if row)
        return {} if kind == "overall" and covered < 60 else mixed(by_channel)

    def _of_channel(self, scope: int, body: int, channel: str, part: str = "") -> Row:
        return mixed(
            (weight, self.row(scope, body, f"criterion:{code}"))
            for code, (its_channel, stage, determinant, weight) in CRITERIA.items()
            if its_channel == channel and part in ("", stage, determinant)
        )

    @property
    def measures(self) -> list[str]:
        parts = CRITERIA.values()
        return [
            "overall",
            *(f"channel:{channel}" for channel in WEIGHTS),
            *(f"stage:{stage}" for stage in sorted({part[1] for part in parts})),
            *(f"determinant:{name}" for name in sorted({part[2] for part in parts})),
            *(f"criterion:{code}" for code in CODES),
        ]

    def sheet(self, scope: int, body: int) -> dict[str, Any]:
        def value(measure: str) -> float | None:
            row = self.row(scope, body, measure) if measure in self.measures else {}
            return sum(share * self.scores[key] for key, share in row.items()) if row else None

        def values(kind: str, codes: list[str]) -> dict[str, Any]:
            return {code: {"estimate": value(f"{kind}:{code}")} for code in codes}

        criteria = {code: value(f"criterion:{code}") for code in CODES}
        return {
            "id": body,
            "stratum": "commune_2000",
            "overall": {"estimate": value("overall")},
            "channels": values("channel", Channel.values),
            "stages": values("stage", JourneyStage.values),
            "determinants": values("determinant", Determinant.values),
            "criteria": {code: [found] for code, found in criteria.items() if found is not None},
        }

    def narrowest(self, *, rounded: bool = True) -> tuple[float, str]:
        """Least width that three publications leave to a score of a suspect, and which."""
        lines, figures, halves = [], [], []
        for scope in (0, 1, EDITION):
            found = frozen([self.sheet(scope, body) for body in range(self.size)])
            for measure in self.measures:
                # One stratum: what is shown, under any name, is the mean of everybody.
                for cell in list(found.groups(measure).values())[:1]:
                    line = np.zeros(self.scores.size)
                    for body in range(self.size):
                        for key, share in self.row(scope, body, measure).items():
                            line[key] += share / cell.members
                    lines.append(line)
                    figures.append(cell.mean_percent if rounded else float(line @ self.scores))
                    halves.append(mean_step(cell.members) / 2 if rounded else 0.0)
        matrix = np.array(lines)
        half = np.array(halves)
        own = (np.arange(self.scores.size) // len(CODES)) % self.size == 0
        widths = []
        for body in self.suspects:
            for scope in (0, 1, EDITION):
                for measure in self.measures:
                    target = np.zeros(self.scores.size)
                    for key, share in self.row(scope, body, measure).items():
                        target[key] = share
                    if target.any():
                        ends = [
                            linprog(
                                sign * target,
                                A_ub=np.vstack([matrix, -matrix]),
                                b_ub=np.concatenate([figures + half, half - figures]),
                                bounds=np.column_stack(
                                    [
                                        np.where(own, self.scores, 0.0),
                                        np.where(own, self.scores, 100.0),
                                    ]
                                ),
                            ).fun
                            for sign in (1.0, -1.0)
                        ]
                        widths.append((-ends[1] - ends[0], f"{scope} {body} {measure}"))
        return min(widths)


ONLY_POST = [(None, 1, "phone"), (None, 1, "email"), (None, 1, "website")]
MISSED_A_WAVE = [(0, 1, "email"), (None, 2, "post")]


def test_exact_linked_means_give_away_who_lacks_channels() -> None:
    width, _which = Panel(9, 1, ONLY_POST).narrowest(rounded=False)
    assert width < TOLERANCE


# The fewest members of each step of rounding protect least.
@pytest.mark.parametrize(("size", "missing"), [(7, ONLY_POST), (10, ONLY_POST), (7, MISSED_A_WAVE)])
def test_linked_means_of_every_measure_leave_ten_points(
    size: int, missing: list[tuple[int | None, int, str]]
) -> None:
    width, which = Panel(size, 2, missing).narrowest()
    assert width >= PROTECTED - TOLERANCE, which


def overall_sheet(body: int, stratum: str, score: float) -> dict[str, Any]:
    nothing = {"estimate": None}
    return {
        "id": body,
        "stratum": stratum,
        "overall": {"estimate": score},
        "channels": dict.fromkeys(Channel.values, nothing),
        "stages": dict.fromkeys(JourneyStage.values, nothing),
        "determinants": dict.fromkeys(Determinant.values, nothing),
        "criteria": {},
    }


def assigned_dots(
    dots: Sequence[float], groups: Sequence[tuple[int, Cell | None]], reader: float, target: int
) -> tuple[float, float]:
    """Bounds of the score of somebody of the group `target`, from the strip and the means.

    Groups are disjoint, each with its size and, where it is shown, its mean; the reader is of the
    first. Which dots are whose is unknown: a whole number of each class goes to each group.
    """
    classes, counts = np.unique(dots, return_counts=True)
    n_groups, n_classes, radius = len(groups), classes.size, SPREAD_CLASS_POINTS / 2
    taken = n_groups * n_classes
    size = taken + n_classes + 1  # dots by group and class, class of the target, its score
    own = int(np.argmin(np.abs(classes - reader)))
    rows, lows, highs = [], [], []

    def constrain(row: np.ndarray, low: float, high: float) -> None:
        rows.append(row)
        lows.append(low)
        highs.append(high)

    def zeros() -> np.ndarray:
        return np.zeros(size)

    for column in range(n_classes):
        row = zeros()
        row[column:taken:n_classes] = 1
        constrain(row, counts[column], counts[column])
        row = zeros()
        row[target * n_classes + column], row[taken + column] = 1, -1
        constrain(row, float(target == 0 and column == own), np.inf)
    row = zeros()
    row[own] = 1
    constrain(row, 1, np.inf)
    row = zeros()
    row[taken : taken + n_classes] = 1
    constrain(row, 1, 1)
    row = zeros()
    row[taken : taken + n_classes], row[-1] = -classes, 1
    constrain(row, -radius, radius)
    for index, (members, cell) in enumerate(groups):
        row = zeros()
        row[index * n_classes : (index + 1) * n_classes] = 1
        constrain(row, members, members)
        if cell is None:
            continue
        row = zeros()
        row[index * n_classes : (index + 1) * n_classes] = classes
        free, known = members, 0.0
        if index == target:
            row[taken : taken + n_classes] -= classes
            row[-1] = 1
            free -= 1
        if index == 0:
            free, known = free - 1, reader - classes[own]
        slack = members * mean_step(members) / 2 + free * radius
        total = members * cell.mean_percent - known
        constrain(row, total - slack, total + slack)
    limit = np.full(size, np.inf)
    limit[-1] = 100.0
    ends = []
    for sign in (1.0, -1.0):
        objective = zeros()
        objective[-1] = sign
        ends.append(
            milp(
                objective,
                constraints=LinearConstraint(np.array(rows), lows, highs),
                integrality=np.append(np.ones(size - 1), 0),
                bounds=Bounds(zeros(), limit),
            ).fun
        )
    return ends[0], -ends[1]


STRATA = ("commune_2000", "commune_10000")


def two_strata(scores: np.ndarray, first: int) -> tuple[Comparisons, list[tuple[int, Cell | None]]]:
    found = frozen(
        [
            overall_sheet(body, STRATA[body >= first], float(score))
            for body, score in enumerate(scores)
        ]
    )
    shown = found.groups("overall")
    sizes = (first, scores.size - first)
    return found, [
        (size, shown.get(Stratum(name).value)) for size, name in zip(sizes, STRATA, strict=True)
    ]


def dots_of(scores: np.ndarray) -> list[float]:
    middle = scores // SPREAD_CLASS_POINTS * SPREAD_CLASS_POINTS + SPREAD_CLASS_POINTS / 2
    return sorted(middle.tolist())


def test_dots_are_not_drawn_where_means_would_tell_whose_they_are() -> None:
    """One stratum around 40, another around 80: with the strip, four points are left to each."""
    scores = np.concatenate([np.linspace(38, 42, 7), np.linspace(78, 82, 7)])
    found, groups = two_strata(scores, 7)
    assert all(cell is not None for _size, cell in groups)
    lower, upper = assigned_dots(dots_of(scores), groups, float(scores[0]), 1)
    assert upper - lower < PROTECTED
    assert found.spread == []


def test_drawn_dots_and_means_leave_ten_points() -> None:
    rng = np.random.default_rng(5)
    drawn = 0
    for _ in range(12):
        scores = np.concatenate([rng.normal(45, 9, 9), rng.normal(72, 9, 8)])
        found, groups = two_strata(scores, 9)
        if not found.spread:
            continue
        drawn += 1
        assert found.spread == dots_of(scores)
        for target in (0, 1):
            lower, upper = assigned_dots(found.spread, groups, float(scores[0]), target)
            assert upper - lower >= PROTECTED - TOLERANCE
    assert 0 < drawn < 12


def behind_quartiles(
    scores: Sequence[float], mean: float, half: float, quartiles: Sequence[float]
) -> float:
    """Width left by a mean and quartiles to the score of somebody other than the first, the reader.

    Unknowns are the scores in increasing order; the reader knows its score but not its place, and
    anybody else may hold any other place.
    """
    size = len(scores)
    rows, lows, highs = [np.full(size, 1 / size)], [mean - half], [mean + half]
    for share, figure in zip((0.25, 0.5, 0.75), quartiles, strict=True):
        row = np.zeros(size)
        position = share * (size - 1)
        below = int(position)
        row[below] += 1 - (position - below)
        row[min(below + 1, size - 1)] += position - below
        rows.append(row)
        lows.append(figure - 0.5)
        highs.append(figure + 0.5)
    order = np.eye(size)[1:] - np.eye(size)[:-1]
    constraints = LinearConstraint(
        np.vstack([rows, order]),
        np.append(lows, np.zeros(size - 1)),
        np.append(highs, np.full(size - 1, np.inf)),
    )
    least, greatest = [], []
    for place in range(size):
        lower, upper = np.zeros(size), np.full(size, 100.0)
        lower[place] = upper[place] = scores[0]
        others = [rank for rank in range(size) if rank != place]
        for rank, sign, ends in ((others[0], 1.0, least), (others[-1], -1.0, greatest)):
            objective = np.zeros(size)
            objective[rank] = sign
            found = milp(objective, constraints=constraints, bounds=Bounds(lower, upper))
            if found.success:
                ends.append(sign * found.fun)
    return max(greatest) - min(least)


def test_quartiles_of_a_few_would_give_them_away() -> None:
    scores = [50.0, 60.0, 62.0]
    quartiles = [round(float(q)) for q in np.quantile(scores, (0.25, 0.5, 0.75))]
    assert behind_quartiles(scores, float(np.mean(scores)), 0.5, quartiles) < PROTECTED


@pytest.mark.parametrize("level", [1.5, 4.0, 50.0, 96.0, 98.5])
def test_quartiles_beside_the_mean_leave_ten_points(level: float) -> None:
    """Scores that lie together, the fewest that have quartiles."""
    scores = [level + step / 20 for step in range(-5, 6)]
    cell = frozen(
        [overall_sheet(body, STRATA[0], score) for body, score in enumerate(scores)]
    ).everybody("overall")
    assert cell is not None
    assert cell.quartiles is not None
    half = mean_step(cell.members) / 2
    width = behind_quartiles(scores, cell.mean_percent, half, cell.quartiles)
    assert width >= PROTECTED - TOLERANCE
