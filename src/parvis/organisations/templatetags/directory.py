"""Codes and populations as people read them: in groups of three figures."""

from __future__ import annotations

from django import template
from django.utils.translation import ngettext

from parvis.foundation.templatetags.parvis import grouped

register = template.Library()


@register.filter
def inhabitants(number: int) -> str:
    """ "173 136 habitants"."""
    unit = ngettext("habitant", "habitants", number)
    return f"{grouped(number)}\u00a0{unit}"


@register.filter
def siren(number: str) -> str:
    """ "217 500 016" for "217500016"."""
    return "\u00a0".join((number[:3], number[3:6], number[6:]))
