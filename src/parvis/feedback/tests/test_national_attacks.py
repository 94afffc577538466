"""Attacks on the national view: everything shown, over two publications, against each body.

Linear programming over the means of groups, stages and months bounds what a body could deduce of
another, knowing its own values and how many answers everybody got: more than anybody knows. The
attack is first shown to find what it looks for in exact means. Numbers of answers are differenced
over every pair of groups.
"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from parvis.feedback.measures import MINIMUM_ANSWERS
from parvis.feedback.national import EVERYBODY, MONTHS, Body, _months_before, national_document
from parvis.organisations.enums import Stratum
from parvis.organisations.strata import wider_group_of
from parvis.statistics.disclosure import mean_step

PROTECTED = 10.0
STAGES = ("information", "handling")
LAST = date(2026, 10, 1)
NEXT = date(2026, 11, 1)
CALENDAR = [_months_before(NEXT, back) for back in reversed(range(MONTHS + 1))]


def belongs(stratum: Stratum, group: str) -> bool:
    return group in (EVERYBODY, stratum.value, wider_group_of(stratum).value)


class Bodies:
    """Answers by body, stage and month: `counts` (bodies, stages, months, 4 smileys)."""

    def __init__(self, strata: list[Stratum], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.strata = strata
        # Bodies whose answers make them different from the others, and one that is not.
        self.targets = {0}
        n = len(strata)
        shares = rng.dirichlet([1.0, 1.0, 2.0, 4.0], (n, len(STAGES), len(CALENDAR)))
        volumes = rng.integers(40, 80, (n, len(STAGES), len(CALENDAR)))
        cells = np.ndindex(n, len(STAGES), len(CALENDAR))
        drawn = [rng.multinomial(volumes[cell], shares[cell]) for cell in cells]
        self.counts = np.array(drawn, float).reshape(n, len(STAGES), len(CALENDAR), 4)

    def without(self, body: int, stages: slice, months: slice) -> Bodies:
        self.counts[body, stages, months] = 0
        self.targets.add(body)
        return self

    def documents(self) -> list[dict[str, Any]]:
        """The view frozen for two months in a row."""
        first = self._document(LAST, ())
        return [first, self._document(NEXT, first["months"])]

    def _months(self, last: date) -> list[int]:
        end = CALENDAR.index(last)
        return list(range(end - MONTHS + 1, end + 1))

    def _document(self, last: date, frozen: Any) -> dict[str, Any]:
        months = self._months(last)
        bodies = [
            Body(
                stratum=stratum.value,
                counted=own[:, months].sum(axis=(0, 1)),
                received=int(own[:, months].sum()),
                by_stage={
                    stage: own[place][months].sum(axis=0) for place, stage in enumerate(STAGES)
                },
                by_month={CALENDAR[month]: own[:, month].sum(axis=0) for month in months},
            )
            for stratum, own in zip(self.strata, self.counts, strict=True)
        ]
        return national_document(bodies, last=last, minimum_peers=5, frozen_months=frozen)

    # --- The attacker's side -----------------------------------------------------------------

    def values(self) -> np.ndarray:
        """Mean of each (body, stage, month), flat; the unknowns."""
        n = self.counts.sum(axis=-1)
        total = self.counts @ (np.arange(4) * 100 / 3)
        return np.divide(total, n, out=np.zeros_like(total), where=n > 0).ravel()

    def line(self, body: int, stages: list[int], months: list[int]) -> np.ndarray:
        """A body's value as a weighted sum of the unknowns; zero where it has too few answers."""
        n = self.counts.sum(axis=-1)
        weights = np.zeros_like(n)
        part = np.ix_([body], stages, months)
        weights[part] = n[part]
        total = weights.sum()
        return (weights / total if total >= MINIMUM_ANSWERS else weights * 0).ravel()

    def figures(self, *, rounded: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every mean shown: its weights, its value, half of its rounding."""
        rows, values, halves = [], [], []
        unknowns = self.values()

        def add(cell: dict[str, Any], members: list[int], stages: list[int], m: list[int]) -> None:
            lines = [self.line(body, stages, m) for body in members]
            lines = [line for line in lines if line.any()]
            assert len(lines) == cell["bodies"]
            row = np.mean(lines, axis=0)
            exact = float(row @ unknowns)
            half = mean_step(len(lines)) / 2 + 1e-9
            assert abs(cell["mean"] - exact) <= half
            rows.append(row)
            values.append(cell["mean"] if rounded else exact)
            halves.append(half if rounded else 1e-6)

        both = [0, 1]
        for document, last in zip(self.documents(), (LAST, NEXT), strict=True):
            months = self._months(last)
            for cell in document["groups"]:
                add(cell, self.members(cell["group"]), both, months)
            everybody = self.members(EVERYBODY)
            for cell in document["stages"]:
                add(cell, everybody, [STAGES.index(cell["stage"])], months)
            for cell in document["months"]:
                if "mean" in cell:
                    month = CALENDAR.index(date.fromisoformat(cell["month"]))
                    add(cell, everybody, both, [month])
        return np.array(rows), np.array(values), np.array(halves)

    def members(self, group: str) -> list[int]:
        return [body for body, stratum in enumerate(self.strata) if belongs(stratum, group)]

    def narrowest(self, *, rounded: bool = True) -> float:
        """Least width that everything shown leaves to a body's value of the first period."""
        rows, shown, halves = self.figures(rounded=rounded)
        unknowns = self.values()
        widths = []
        for target in sorted(self.targets):
            attacker = target + 1
            limits = np.array([[0.0, 100.0]] * unknowns.size)
            own = self.line(attacker, [0, 1], list(range(len(CALENDAR)))) > 0
            limits[own] = unknowns[own, np.newaxis]
            objective = self.line(target, [0, 1], self._months(LAST))
            if not objective.any():
                continue
            ends = [
                linprog(
                    sign * objective,
                    A_ub=np.vstack([rows, -rows]),
                    b_ub=np.concatenate([shown + halves, halves - shown]),
                    bounds=limits,
                    method="highs",
                ).fun
                * sign
                for sign in (1.0, -1.0)
            ]
            widths.append(ends[1] - ends[0])
        return min(widths)


TOWNS = [Stratum.COMMUNE_2000] * 7 + [Stratum.COMMUNE_20000] * 7
MIXED = [*TOWNS, Stratum.HOSPITAL, Stratum.EPCI_CC, Stratum.DEPARTEMENT]
ALL = slice(None)
MANY_KINDS = [*TOWNS, *[Stratum.HOSPITAL] * 6, *[Stratum.EPCI_CA] * 3, *[Stratum.EPCI_CC] * 4]
PATTERNS = {
    "everybody answers all the time": [],
    "one month only": [(3, ALL, slice(0, 11)), (3, ALL, slice(12, 13))],
    "one stage only": [(2, slice(0, 1), ALL)],
    "comes in the second publication": [(4, ALL, slice(0, 12))],
    "leaves before the second": [(4, ALL, slice(1, 13))],
    "a stage in a month": [(5, slice(0, 1), ALL), (5, ALL, slice(2, 13))],
}


@pytest.mark.parametrize(
    "strata", [TOWNS, MIXED, MANY_KINDS], ids=["two strata", "small strata", "many kinds"]
)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_nobody_deduces_the_value_of_another_within_ten_points(pattern, strata):
    bodies = Bodies(strata, seed=11)
    for body, stages, months in PATTERNS[pattern]:
        bodies.without(body, stages, months)
    assert bodies.narrowest() >= PROTECTED


def test_the_attack_finds_a_body_in_exact_means():
    bodies = Bodies(TOWNS, seed=11)
    # Alone in having one month only: all less the sum of the months is what it alone adds.
    bodies.counts[:] = bodies.counts[:, :1, :1]
    bodies.without(3, ALL, slice(0, 11)).without(3, ALL, slice(12, 13))
    assert bodies.narrowest(rounded=False) < 1.0
    assert bodies.narrowest() >= PROTECTED


def random_bodies(seed: int) -> list[Body]:
    """Bodies of unequal size, some dominating, some with presses set apart."""
    rng = np.random.default_rng(seed)
    strata = rng.choice([stratum.value for stratum in Stratum], 60)
    found = []
    for stratum in strata:
        volume = int(np.exp(rng.normal(5.5, 1.8)))
        counted = rng.multinomial(volume, rng.dirichlet([1, 1, 2, 4])).astype(float)
        burst = int(rng.integers(0, 200)) if rng.random() < 0.15 else 0
        found.append(Body(str(stratum), counted, volume + burst, {}, {}))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_no_difference_of_two_numbers_of_answers_shows_a_body(seed):
    bodies = random_bodies(seed)
    document = national_document(bodies, last=LAST, minimum_peers=5)
    scored = np.array([body.counted.sum() >= MINIMUM_ANSWERS for body in bodies])
    amounts = {
        "counted": np.array([body.counted.sum() for body in bodies]),
        "received": np.array([float(body.received) for body in bodies]),
    }
    amounts["set apart"] = amounts["received"] - amounts["counted"]
    for key in ("counted", "received"):
        shown = {}
        assert len({row["group"] for row in document["groups"]}) == len(document["groups"])
        for row in document["groups"]:
            if key in row:
                members = scored & [belongs(Stratum(body.stratum), row["group"]) for body in bodies]
                assert row[key] == amounts[key][members].sum()
                shown[row["group"]] = members
        parts = list(shown.values())
        for one, other in combinations(shown.values(), 2):
            parts += [one & ~other, other & ~one, one & other]
        for part in parts:
            if not part.any():
                continue
            assert part.sum() > 5
            for name in (key, "set apart") if key == "received" else (key,):
                inside = amounts[name][part]
                assert inside.max() <= 0.85 * inside.sum() or inside.sum() == 0
