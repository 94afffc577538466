"""How contributions are shown in the queue of moderation."""

from __future__ import annotations

from django import template

from parvis.consultations.models import Contribution
from parvis.consultations.moderation_queue import pill_of
from parvis.consultations.operations import moderating

register = template.Library()


@register.filter
def version(contribution: Contribution) -> str:
    return moderating.version_of(contribution)


@register.filter
def publishable(contribution: Contribution) -> bool:
    """Whether it may be ticked, to be published with others."""
    return moderating.may_be_published(contribution, moderating.version_of(contribution))


@register.filter
def state_pill(contribution: Contribution) -> str:
    pill = pill_of(contribution)
    return f"pill pill-{pill}" if pill else "pill"
