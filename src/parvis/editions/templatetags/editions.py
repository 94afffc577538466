"""Amounts and shares as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from parvis.editions import wording
from parvis.editions.models import Option, RegistrationOption

register = template.Library()


@register.filter
def price(item: Option | RegistrationOption) -> str:
    """What an option costs, or what was agreed when it was ticked."""
    if isinstance(item, RegistrationOption):
        return (
            _("%(price)s HT") % {"price": wording.euros(item.price_cents)}
            if item.price_cents
            else _("Gratuit")
        )
    return wording.price_in_words(item.price_cents, item.free_quota)


@register.filter
def percent(value: Decimal) -> str:
    """A share with as many decimals as it needs."""
    return wording.percent(value)
