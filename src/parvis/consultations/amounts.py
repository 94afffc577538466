"""Amounts of money in words and figures, in the language of the page."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

_NO_BREAK = "\N{NO-BREAK SPACE}"


def euros(amount: float) -> str:
    """ "12 500 €" for 12500, "62,50 €" for 62.5; cents only where there are some."""
    exact = Decimal(repr(amount)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    places = 0 if exact == exact.to_integral_value() else 2
    written = number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{written}{_NO_BREAK}€"
