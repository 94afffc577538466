"""The 0-100 scale that every chart shares: what may be drawn on it and how a score is written."""

import math
from decimal import ROUND_HALF_UP, Decimal

MISSING = "–"


class ScaleError(ValueError):
    """A value that has no place on the 0-100 scale, or bounds that do not surround their value."""


def check_percent(value: float, what: str) -> None:
    """Refuse what cannot be drawn between 0 and 100, naming `what` it was meant to be."""
    if not math.isfinite(value) or not 0 <= value <= 100:
        raise ScaleError(f"{what} is {value!r}, not a number between 0 and 100")


def whole(value: float | None) -> str:
    """Write a score as a whole number, halves upwards as people round, or a dash when absent."""
    if value is None:
        return MISSING
    return str(Decimal(repr(float(value))).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def interval(lower: float | None, upper: float | None) -> str:
    """Write both bounds of an interval, or a dash when it is unknown."""
    if lower is None or upper is None:
        return MISSING
    return f"{whole(lower)}–{whole(upper)}"
