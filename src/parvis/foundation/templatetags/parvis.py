"""Template tags and filters that every page may use without loading them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.translation import get_language, get_language_info

from parvis.foundation import days, navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def menu(context: template.Context) -> list[navigation.Link]:
    """The lines of the menu for the hat worn, or for a visitor."""
    request = context.get("request")
    path = request.path if request is not None else ""
    hat = context.get("hat")
    if hat is not None:
        return navigation.links(hat.kind, path=path, effective=hat.is_effective)
    return navigation.links(navigation.PUBLIC, path=path)


@register.simple_tag
def other_languages() -> list[dict[str, Any]]:
    """The languages of the installation but the page's own, each named in itself."""
    return [
        dict(get_language_info(code))
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]


@register.filter
def focus_id(field: BoundField) -> str:
    """The id of the element to go to for a field: of its first button where it has several."""
    if field.use_fieldset:
        subwidgets = field.subwidgets
        if subwidgets:
            return str(subwidgets[0].id_for_label or field.auto_id)
    return field.id_for_label or field.auto_id


@register.filter
def says_optional(field: BoundField) -> bool:
    """Whether the label adds "(facultatif)": what may stay empty, a lone box to tick excepted."""
    return not (field.field.required or field.widget_type == "checkbox" or field.field.disabled)


@register.filter(expects_localtime=True)
def day_in_words(day: date | None) -> str:
    """ "1er octobre 2025"; nothing for None."""
    return days.day_in_words(day) if day else ""


@register.filter
def grouped(number: int | None) -> str:
    """ "173 136" for 173136, in the language of the page; a dash for None."""
    if number is None:
        return "–"
    return number_format(number, use_l10n=True, force_grouping=True)
