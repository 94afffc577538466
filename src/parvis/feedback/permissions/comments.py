"""Who reads and answers what citizens wrote, and the entrances to a body's own comments and ideas.

Another body's object is absent: 404. The public page of a body shows what a moderator published,
and nothing else of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.db import models
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.hats import Hat
from parvis.feedback.enums import COMMENT_TRANSITIONS, CommentState
from parvis.feedback.models import (
    AgentName,
    Comment,
    Commitment,
    Idea,
    ReplyTemplate,
    Theme,
)
from parvis.foundation.permissions import Allowed, Decision, Denied

Row = TypeVar("Row", bound=models.Model)

# How long a decision may be undone as if it had not been made; later, another one follows it.
UNDONE_WITHIN = timedelta(days=7)


def _one(rows: models.QuerySet[Row], pk: int) -> Row:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def access_comment(hat: Hat, pk: int) -> Comment:
    """The comment or idea, with what its page reads, or 404."""
    rows: Any = Comment.objects.visible_to(hat).select_related(
        "organisation", "touchpoint", "moderated_by", "theme", "commitment"
    )
    comment: Comment = _one(rows, pk)
    return comment


def access_idea(hat: Hat, pk: int) -> Idea:
    rows: Any = (
        Idea.objects.visible_to(hat)
        .with_supports()
        .select_related(
            "organisation", "comment__touchpoint", "merged_into__comment", "answered_by"
        )
    )
    idea: Idea = _one(rows, pk)
    return idea


def access_agent_name(hat: Hat, pk: int) -> AgentName:
    return _one(AgentName.objects.visible_to(hat), pk)


def access_theme(hat: Hat, pk: int) -> Theme:
    return _one(Theme.objects.visible_to(hat), pk)


def access_reply_template(hat: Hat, pk: int) -> ReplyTemplate:
    return _one(ReplyTemplate.objects.visible_to(hat).select_related("organisation"), pk)


def access_commitment(hat: Hat, pk: int) -> Commitment:
    return _one(Commitment.objects.visible_to(hat).select_related("organisation"), pk)


def may_become(comment: Comment, state: CommentState) -> Decision:
    """Whether a moderator's decision may follow the state the comment is in."""
    if state not in COMMENT_TRANSITIONS[CommentState(comment.state)]:
        return Denied(
            _("Ce texte est « %(state)s » : cette décision ne peut pas suivre.")
            % {"state": CommentState(comment.state).label}
        )
    return Allowed()


def may_undo(comment: Comment) -> Decision:
    """The last decision, for some days: after that, another decision is what undoes it."""
    if comment.state == CommentState.PENDING or comment.moderated_at is None:
        return Denied(_("Il n’y a pas de décision à annuler."))
    if timezone.now() - comment.moderated_at > UNDONE_WITHIN:
        return Denied(
            _("Cette décision a plus de sept jours : prenez-en une autre, elle la remplacera.")
        )
    return Allowed()


def may_reply(comment: Comment) -> Decision:
    """A reply is public, like what it answers; an idea is answered with its state."""
    if comment.is_idea:
        return Denied(_("Une idée reçoit sa réponse sur sa propre page."))
    if comment.state != CommentState.PUBLISHED:
        return Denied(_("Une réponse est publique : publiez d’abord le texte auquel elle répond."))
    return Allowed()
