"""Amounts on pages: `{{ project.cost_euros|euros }}`."""

from __future__ import annotations

from django import template

from parvis.consultations import amounts

register = template.Library()


@register.filter
def euros(amount: float | None) -> str:
    """ "12 500 €"; nothing for None."""
    return "" if amount is None else amounts.euros(amount)
