"""Tables to read in a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parvis.analyse.messages import Language

NARROW_SPACE: Final = "\u202f"


def aligned(rows: Sequence[Sequence[str]], *, left: Collection[int]) -> str:
    """Rows of cells in columns: those of `left` to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            f"{cell:<{width}}" if column in left else f"{cell:>{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def amount(value: Fraction, language: Language) -> str:
    """An amount to the cent, without decimals where it is whole."""
    cents = Decimal(round(value * 100)).scaleb(-2)
    text = f"{cents:,.2f}"
    if value.denominator == 1:
        text = text.removesuffix(".00")
    if language is Language.FRENCH:
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return text
