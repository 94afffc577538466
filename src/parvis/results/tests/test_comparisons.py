"""What is frozen for participants: who is behind each mean, and what an attacker makes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from parvis.organisations.enums import Stratum
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.results.comparisons import Comparisons, freeze_comparisons
from parvis.statistics.attack import deducible_bounds
from parvis.statistics.disclosure import mean_step

PROTECTED = 10.0
TOLERANCE = 1e-6
WEIGHTS = {"phone": 30.0, "email": 30.0, "website": 25.0, "post": 15.0}


def sheet(number: int, stratum: str, channels: dict[str, float | None]) -> dict[str, Any]:
    """A sheet whose overall score is the weighted mean of its channels."""
    known = {c: v for c, v in channels.items() if v is not None and c in WEIGHTS}
    total = sum(WEIGHTS[c] for c in known)
    overall = sum(WEIGHTS[c] * v for c, v in known.items()) / total if known else None
    nothing = {"estimate": None}
    return {
        "id": number,
        "stratum": stratum,
        "overall": {"estimate": overall},
        "channels": {c: {"estimate": channels.get(c)} for c in Channel.values},
        "stages": dict.fromkeys(JourneyStage.values, nothing),
        "determinants": dict.fromkeys(Determinant.values, nothing),
        "criteria": {},
    }


def freeze(sheets: list[dict[str, Any]]) -> Comparisons:
    return Comparisons(
        freeze_comparisons(
            sheets, minimum_peers=5, minimum_quartile_peers=10, frozen_on=date(2026, 3, 2)
        )
    )


def drawn(
    sizes: dict[str, int], *, seed: int, missing: tuple[tuple[int, str], ...] = ()
) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    strata = [stratum for stratum, size in sizes.items() for _ in range(size)]
    sheets = []
    for number, stratum in enumerate(strata):
        values: dict[str, float | None] = {c: float(rng.uniform(25, 95)) for c in WEIGHTS}
        for who, channel in missing:
            if who == number:
                values[channel] = None
        sheets.append(sheet(number, stratum, values))
    return sheets


COMMUNES = {"commune_2000": 12, "commune_10000": 8, "commune_50000": 3}


def test_five_others_are_needed() -> None:
    five = freeze(drawn({"commune_2000": 5}, seed=1))
    assert five.everybody("overall") is None
    six = freeze(drawn({"commune_2000": 6}, seed=1))
    cell = six.everybody("overall")
    assert cell is not None
    assert (cell.members, cell.quartiles) == (6, None)
    eleven = freeze(drawn({"commune_2000": 11}, seed=1)).everybody("overall")
    assert eleven is not None
    assert eleven.quartiles is not None
    assert eleven.quartiles[0] <= eleven.quartiles[1] <= eleven.quartiles[2]


def test_small_stratum_is_shown_with_its_wider_group() -> None:
    found = freeze(drawn({**COMMUNES, "epci_cc": 9}, seed=2))
    small = found.peers("overall", "commune_50000")
    assert small is not None
    assert (small.group, small.members) == ("communes", 23)
    # The stratum of 8 gives up its own mean: with it, the three of 50,000 would be what is left.
    groups = found.groups("overall")
    assert set(groups) == {"all", "communes", "commune_2000", "epci_cc"}
    own = found.peers("overall", "commune_2000")
    assert own is not None
    assert own.group == "commune_2000"
    sacrificed = found.peers("overall", "commune_10000")
    assert sacrificed is not None
    assert sacrificed.group == "communes"


def test_means_are_rounded_as_shown_and_independent_of_the_order() -> None:
    sheets = drawn(COMMUNES, seed=3)
    found = freeze(sheets)
    cell = found.everybody("channel:phone")
    assert cell is not None
    values = [item["channels"]["phone"]["estimate"] for item in sheets]
    assert cell.mean_percent == round(float(np.mean(values)))
    assert freeze(sheets[::-1]).document == found.document


def test_unanimous_scores_are_not_shown() -> None:
    sheets = [sheet(n, "commune_2000", {"phone": 99.5}) for n in range(8)]
    assert freeze(sheets).everybody("channel:phone") is None


def test_close_scores_are_not_drawn() -> None:
    close = [sheet(n, "commune_2000", {"phone": 60.0 + n / 4}) for n in range(20)]
    assert freeze(close).spread == []
    assert len(freeze(drawn({"commune_2000": 20}, seed=4)).spread) == 20


def tables(found: Comparisons, measures: list[str]) -> list[tuple[str, str, float, int]]:
    return [
        (measure, group, cell.mean_percent, cell.members)
        for measure in measures
        for group, cell in found.groups(measure).items()
    ]


def members_of(group: str, sheets: list[dict[str, Any]]) -> np.ndarray:
    if group == "all":
        return np.ones(len(sheets), dtype=bool)
    if group == "communes":
        return np.array([item["stratum"].startswith("commune_") for item in sheets])
    return np.array([item["stratum"] == Stratum(group) for item in sheets])


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_bounded_within_ten_points_by_wave_one_two_and_edition(seed: int) -> None:
    """Every table of three publications and the reader's own scores, by linear programming.

    Unknowns are the channel scores of each body in each wave; an edition's channel is their mean,
    or the only wave tested, and an overall score their weighted mean, as a reader knows.
    """
    rng = np.random.default_rng(seed)
    missing = tuple((int(rng.integers(1, 23)), c) for c in ("post", "website"))
    first = drawn(COMMUNES, seed=10 + seed, missing=missing)
    second = drawn(COMMUNES, seed=20 + seed, missing=((int(rng.integers(1, 23)), "email"),))
    edition = [pooled(a, b) for a, b in zip(first, second, strict=True)]
    size, channels = len(first), list(WEIGHTS)

    def unknown(wave: int, body: int, channel: str) -> int:
        return (wave * size + body) * len(channels) + channels.index(channel)

    def row_of(scope: int, body: int, channel: str) -> dict[int, float]:
        waves = [
            w
            for w, sheets in enumerate((first, second))
            if sheets[body]["channels"][channel]["estimate"] is not None
        ]
        if scope < 2:
            waves = [scope] if scope in waves else []
        return {unknown(w, body, channel): 1.0 / len(waves) for w in waves}

    def overall_of(scope: int, body: int) -> dict[int, float]:
        rows = {c: row for c in channels if (row := row_of(scope, body, c))}
        total = sum(WEIGHTS[c] for c in rows)
        return {
            key: WEIGHTS[c] / total * share for c, row in rows.items() for key, share in row.items()
        }

    n_unknown = 2 * size * len(channels)
    matrix, figures, rounding = [], [], []
    for scope, sheets in enumerate((first, second, edition)):
        found = freeze(sheets)
        shown = tables(found, ["overall", *(f"channel:{c}" for c in channels)])
        assert shown
        for measure, group, mean, members in shown:
            line = np.zeros(n_unknown)
            inside = members_of(group, sheets)
            for body in np.flatnonzero(inside):
                part = (
                    overall_of(scope, int(body))
                    if measure == "overall"
                    else row_of(scope, int(body), measure.removeprefix("channel:"))
                )
                for key, share in part.items():
                    line[key] += share / members
            matrix.append(line)
            figures.append(mean)
            rounding.append(mean_step(members) / 2)
    known = {
        unknown(w, 0, c): sheets[0]["channels"][c]["estimate"]
        for w, sheets in enumerate((first, second))
        for c in channels
        if sheets[0]["channels"][c]["estimate"] is not None
    }
    suspects = {1, 22, *(who for who, _channel in missing)}
    for body in suspects:
        for scope in (0, 1, 2):
            width = width_left(matrix, figures, rounding, known, overall_of(scope, body))
            assert width >= PROTECTED - TOLERANCE, (body, scope, width)


def pooled(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, float | None] = {}
    for channel in WEIGHTS:
        known = [
            s["channels"][channel]["estimate"]
            for s in (a, b)
            if s["channels"][channel]["estimate"] is not None
        ]
        values[channel] = sum(known) / len(known) if known else None
    return sheet(a["id"], a["stratum"], values)


def width_left(
    matrix: list[np.ndarray],
    figures: list[float],
    rounding: list[float],
    known: dict[int, float],
    target: dict[int, float],
) -> float:
    """Width of the interval left to a weighted sum of the unknowns."""
    size = matrix[0].size
    link = np.zeros(size + 1)
    for key, share in target.items():
        link[key] = share
    link[size] = -1.0
    rows = np.vstack([np.hstack([np.array(matrix), np.zeros((len(matrix), 1))]), link])
    lower, upper = deducible_bounds(
        rows,
        np.append(figures, 0.0),
        np.append(rounding, 0.0),
        known=known,
        target=size,
    )
    return upper - lower


def test_exact_means_without_suppression_would_give_somebody_away() -> None:
    """The attack is a real one: unrounded means of every group bound the three of 50,000."""
    sheets = drawn({"commune_2000": 12, "commune_50000": 1}, seed=7)
    values = np.array([item["overall"]["estimate"] for item in sheets])
    groups = np.array([members_of(group, sheets) for group in ("all", "commune_2000")])
    matrix = groups / groups.sum(axis=1, keepdims=True)
    lower, upper = deducible_bounds(
        matrix, matrix @ values, 0.0, known={0: float(values[0])}, target=12
    )
    assert upper - lower < TOLERANCE
    assert set(freeze(sheets).groups("overall")) == {"all", "communes"}
