"""How contributions are shown in the queue of moderation."""

from __future__ import annotations

from django import template

from parvis.accounts.hats import Hat
from parvis.consultations.enums import ContributionState
from parvis.consultations.models import Consultation, Contribution
from parvis.consultations.moderation_queue import pill_of
from parvis.consultations.operations import moderating
from parvis.consultations.permissions.members import roles_of

register = template.Library()


@register.simple_tag
def roles_here(hat: Hat, consultation: Consultation) -> frozenset[str]:
    """What who wears the hat may do in the consultation, for its tabs."""
    return roles_of(hat, consultation)


@register.filter
def version(contribution: Contribution) -> str:
    return moderating.version_of(contribution)


@register.filter
def publishable(contribution: Contribution) -> bool:
    """Whether it may be ticked, to be published with others."""
    return moderating.may_be_published(contribution, moderating.version_of(contribution))


@register.filter
def unread(contribution: Contribution) -> bool:
    """Whether it is published without a moderator having read it."""
    return (
        contribution.state == ContributionState.PUBLISHED
        and contribution.author_id is not None
        and not getattr(contribution, "is_read", True)
    )


@register.filter
def state_pill(contribution: Contribution) -> str:
    pill = pill_of(contribution)
    return f"pill pill-{pill}" if pill else "pill"
