"""The map of the ideas of a phase: a picture drawn here, and the points for the one that moves.

The picture needs no script, no tile and nobody else's server: ideas near one another are one
circle, which leads to the same map closer. Positions are those of web maps (spherical Mercator).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from parvis.consultations.idea_listing import Zone
from parvis.consultations.models import Contribution
from parvis.consultations.phase_settings import MapView

WIDTH, HEIGHT = 800, 520
# Side, in pixels, of the squares whose ideas are one circle.
CELL = 72
_TILE = 256
# Where Mercator's square ends.
_MOST_LATITUDE = 85.0511
# Degrees are told to the metre, near enough.
_DECIMALS = 5
_SMALLEST_ZONE = 0.0004
_FIRST_RADIUS, _MOST_RADIUS = 9, 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Points:
    """Where ideas are: number within the phase, degrees."""

    numbers: NDArray[np.int64]
    latitudes: Floats
    longitudes: Floats

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Spot:
    """A circle of the picture: its place and radius in pixels, how many ideas, where it leads."""

    x: float
    y: float
    radius: float
    count: int
    # Of the only idea; 0 where there are several.
    number: int
    zone: Zone


@dataclass(frozen=True, slots=True)
class Picture:
    spots: Sequence[Spot]
    # Ideas inside the frame, and outside.
    inside: int
    outside: int
    zone: Zone
    # The frame twice as large; None where it would leave the Earth.
    wider: Zone | None


def points_of(rows: QuerySet[Contribution]) -> Points:
    """The ideas that are somewhere."""
    found = list(
        rows.filter(latitude__isnull=False)
        .order_by()
        .values_list("number", "latitude", "longitude")
    )
    table = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Points(table[:, 0].astype(np.int64), table[:, 1], table[:, 2])


def compact(points: Points) -> dict[str, Any]:
    """The points as JSON: three columns, degrees in hundred thousandths."""
    scale = 10**_DECIMALS
    return {
        "numbers": points.numbers.tolist(),
        "latitudes": np.rint(points.latitudes * scale).astype(np.int64).tolist(),
        "longitudes": np.rint(points.longitudes * scale).astype(np.int64).tolist(),
    }


def picture(points: Points, *, view: MapView, zone: Zone | None) -> Picture:
    """The ideas inside a zone, or inside what the phase's map opens on."""
    frame = _frame(zone) if zone else _opening(view)
    left, top, side = frame
    x, y = _mercator(points.latitudes, points.longitudes)
    across, down = (x - left) / side * WIDTH, (y - top) / side * WIDTH
    within = (across >= 0) & (across < WIDTH) & (down >= 0) & (down < HEIGHT)
    columns = (across[within] // CELL).astype(np.int64)
    lines = (down[within] // CELL).astype(np.int64)
    spots = _spots(
        points.numbers[within], across[within], down[within], lines * 1_000 + columns, frame
    )
    inside = int(within.sum())
    return Picture(
        spots=spots,
        inside=inside,
        outside=len(points) - inside,
        zone=_zone(left, top, left + side, top + side * HEIGHT / WIDTH),
        wider=_wider(frame),
    )


def _spots(
    numbers: NDArray[np.int64],
    across: Floats,
    down: Floats,
    cells: NDArray[np.int64],
    frame: tuple[float, float, float],
) -> list[Spot]:
    left, top, side = frame
    met, place, counts = np.unique(cells, return_inverse=True, return_counts=True)
    mean_x = np.bincount(place, weights=across, minlength=len(met)) / np.maximum(counts, 1)
    mean_y = np.bincount(place, weights=down, minlength=len(met)) / np.maximum(counts, 1)
    any_number = np.zeros(len(met), dtype=np.int64)
    any_number[place] = numbers
    per_pixel = side / WIDTH
    spots = []
    for rank, cell in enumerate(met.tolist()):
        line, column = divmod(cell, 1_000)
        count = int(counts[rank])
        west, north = left + column * CELL * per_pixel, top + line * CELL * per_pixel
        spots.append(
            Spot(
                x=round(float(mean_x[rank]), 1),
                y=round(float(mean_y[rank]), 1),
                radius=round(min(_MOST_RADIUS, _FIRST_RADIUS + 4 * math.log2(count)), 1),
                count=count,
                number=int(any_number[rank]) if count == 1 else 0,
                zone=_zone(west, north, west + CELL * per_pixel, north + CELL * per_pixel),
            )
        )
    return spots


def _mercator(latitudes: Floats, longitudes: Floats) -> tuple[Floats, Floats]:
    """Degrees as places in the unit square, north at 0."""
    bounded = np.radians(np.clip(latitudes, -_MOST_LATITUDE, _MOST_LATITUDE))
    return (longitudes + 180) / 360, (1 - np.arcsinh(np.tan(bounded)) / math.pi) / 2


def _degrees(x: float, y: float) -> tuple[float, float]:
    bounded = min(max(y, 0.0), 1.0)
    return (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * bounded)))),
        min(max(x, 0.0), 1.0) * 360 - 180,
    )


def _zone(left: float, top: float, right: float, bottom: float) -> Zone:
    north, west = _degrees(left, top)
    south, east = _degrees(right, bottom)
    return south, west, north, east


def _opening(view: MapView) -> tuple[float, float, float]:
    """Left, top and width, in the unit square, of the frame a phase's map opens on."""
    side = WIDTH / (_TILE * 2.0**view.zoom)
    x, y = _mercator(np.array([view.latitude]), np.array([view.longitude]))
    return float(x[0]) - side / 2, float(y[0]) - side * HEIGHT / WIDTH / 2, side


def _frame(zone: Zone) -> tuple[float, float, float]:
    """The smallest frame of our proportions around a zone."""
    south, west, north, east = zone
    x, y = _mercator(np.array([north, south]), np.array([west, east]))
    side = max(float(x[1] - x[0]), float(y[1] - y[0]) * WIDTH / HEIGHT, _SMALLEST_ZONE / 360)
    return (
        float(x[0] + x[1] - side) / 2,
        float(y[0] + y[1] - side * HEIGHT / WIDTH) / 2,
        side,
    )


def _wider(frame: tuple[float, float, float]) -> Zone | None:
    left, top, side = frame
    if side >= 0.5:
        return None
    height = side * HEIGHT / WIDTH
    return _zone(left - side / 2, top - height / 2, left + 1.5 * side, top + 1.5 * height)
