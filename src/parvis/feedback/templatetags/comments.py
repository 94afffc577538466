"""How comments and ideas are shown: the version a form carries, the face, the state's pill."""

from __future__ import annotations

from django import template

from parvis.feedback.comment_listings import IDEA_PILLS, day_of, level_of, pill_of
from parvis.feedback.enums import CommitmentState, IdeaState
from parvis.feedback.models import Comment, Commitment, Idea
from parvis.feedback.operations.moderation import version_of

register = template.Library()

COMMITMENT_PILLS = {
    CommitmentState.PLANNED: "info",
    CommitmentState.UNDER_WAY: "wait",
    CommitmentState.DONE: "good",
    CommitmentState.NOT_DONE: "bad",
}


@register.filter
def text_version(comment: Comment) -> str:
    return version_of(comment)


@register.filter
def level_words(comment: Comment) -> str:
    return level_of(comment)


@register.filter
def received_day(comment: Comment) -> str:
    return day_of(comment)


@register.filter
def comment_pill(comment: Comment) -> str:
    return f"pill pill-{pill_of(comment)}"


@register.filter
def idea_pill(idea: Idea) -> str:
    return f"pill pill-{IDEA_PILLS[IdeaState(idea.state)]}"


@register.filter
def commitment_pill(commitment: Commitment) -> str:
    return f"pill pill-{COMMITMENT_PILLS[CommitmentState(commitment.state)]}"


@register.filter
def percent(part: float) -> str:
    """A share from 0 to 1 in whole per cent; never 0 nor 100 for what is only near."""
    shown = round(100 * part)
    if shown == 0 and part > 0:
        shown = 1
    if shown == 100 and part < 1:
        shown = 99
    return str(shown)
