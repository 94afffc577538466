"""How contacts are written in the pages of this room."""

from __future__ import annotations

from django import template

from parvis.mystery_audits.contact_page import localised
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.states import pill_of

register = template.Library()


@register.filter
def pill_class(contact: Contact) -> str:
    """The classes of the pill that bears the contact's state."""
    kind = pill_of(contact)
    return f"pill pill-{kind}" if kind else "pill"


@register.filter
def scenario_title(contact: Contact) -> str:
    """The title of the contact's scenario in the reader's language."""
    return localised(contact.scenario, "title")


@register.filter
def phone_uri(number: str) -> str:
    """A declared phone number as a link that a phone dials; empty when it has no digit."""
    digits = "".join(char for char in number if char.isascii() and char.isdigit())
    if not digits:
        return ""
    return f"tel:{'+' if number.strip().startswith('+') else ''}{digits}"
