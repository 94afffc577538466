"""The moderator's acts on what citizens wrote: decide, undo, hide words; each journalled.

A form says which version of the text its author had under the eyes: whoever decides second, on a
text that somebody decided or changed meanwhile, is told so and nothing happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import CommentState
from parvis.feedback.exchange_enums import WebhookEvent
from parvis.feedback.models import Comment
from parvis.feedback.permissions.comments import may_become, may_undo
from parvis.feedback.reception import masked_again, names_to_mask
from parvis.feedback.webhooks import announce
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.journal.models import Entry
from parvis.journal.operations import record
from parvis.texts.masking import mask_words

DECIDED = "comment.decided"
UNDONE = "comment.decision_undone"
WORDS_HIDDEN = "comment.words_hidden"
WORDS_SHOWN = "comment.words_shown"

BULK_LIMIT = 200
HIDDEN_WORDS_LENGTH = 200
HIDDEN_WORDS_COUNT = 30


def version_of(comment: Comment) -> str:
    """What a form carries: it changes with the state, the decision and the text."""
    seen = f"{comment.state}\n{comment.moderated_at}\n{comment.text}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


@transaction.atomic
def decide(*, comment: Comment, state: CommentState, seen: str, by: Person) -> Comment:
    """Publish, keep internal or reject; the same decision sent twice is one.

    Raises Conflict when the text or its state is no longer what `seen` says.
    """
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    if locked.state == state and locked.moderated_by_id == by.pk:
        return locked
    _require_seen(locked, seen)
    decision = may_become(locked, state)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    _move(locked, state, by)
    return locked


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """How many were decided, and how many stayed because somebody came first."""

    decided: int
    left: int


@transaction.atomic
def decide_many(*, seen: Mapping[int, str], state: CommentState, by: Person) -> BulkOutcome:
    """The same decision on several texts, by number; those that changed since are left.

    The caller has limited the numbers to what the person may see.
    """
    if len(seen) > BULK_LIMIT:
        raise Refusal(
            _("Au plus %(count)s textes à la fois : décidez le reste ensuite.")
            % {"count": BULK_LIMIT}
        )
    decided = 0
    for comment in Comment.objects.select_for_update().filter(pk__in=seen).order_by("pk"):
        if version_of(comment) != seen[comment.pk] or not may_become(comment, state):
            continue
        _move(comment, state, by)
        decided += 1
    return BulkOutcome(decided, len(seen) - decided)


@transaction.atomic
def undo(*, comment: Comment, seen: str, by: Person) -> Comment:
    """Back to the state before the last decision."""
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    _require_seen(locked, seen)
    decision = may_undo(locked)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    last = Entry.objects.about("comment", locked.pk).filter(action=DECIDED).order_by("-pk").first()
    if last is None or last.details.get("to") != locked.state:
        raise Conflict(_("Cette décision a déjà été annulée : prenez-en une autre."))
    before = CommentState(last.details["from"])
    locked.state = before
    if before == CommentState.PENDING:
        locked.moderated_by = None
        locked.moderated_at = None
    else:
        locked.moderated_by = by
        locked.moderated_at = timezone.now()
    locked.save(update_fields=["state", "moderated_by", "moderated_at"])
    record(
        action=UNDONE,
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        to=before,
    )
    return locked


@transaction.atomic
def hide_words(*, comment: Comment, words: str, seen: str, by: Person) -> Comment:
    """Mask these words wherever they are in the text; what was masked stays so."""
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    _require_seen(locked, seen)
    words = " ".join(words.replace("\x00", "").split())
    if not words:
        raise Refusal(_("Recopiez les mots à masquer."), field="words")
    if len(words) > HIDDEN_WORDS_LENGTH:
        raise Refusal(
            _("Au plus %(count)s caractères à la fois.") % {"count": HIDDEN_WORDS_LENGTH},
            field="words",
        )
    if len(locked.hidden_words) >= HIDDEN_WORDS_COUNT:
        raise Refusal(_("Trop de passages sont masqués : écartez plutôt ce texte."), field="words")
    text = mask_words(locked.text, words)
    if text == locked.text:
        raise Refusal(
            _("Ces mots ne sont pas dans le texte : recopiez-les tels quels."), field="words"
        )
    locked.text = text
    if locked.raw_text:
        # Without the raw text nothing could be shown again: the words need not be kept.
        locked.hidden_words = [*locked.hidden_words, words]
    locked.save(update_fields=["text", "search_text", "hidden_words"])
    record(
        action=WORDS_HIDDEN,
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        characters=len(words),
    )
    return locked


@transaction.atomic
def show_words(*, comment: Comment, number: int, seen: str, by: Person) -> Comment:
    """Show again what a moderator had hidden: the `number`-th, from 0, while the raw text is there.

    What the automatic masking hid stays hidden.
    """
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    _require_seen(locked, seen)
    if not locked.raw_text:
        raise Conflict(_("Le texte d’origine a été effacé : ce qui est masqué le reste."))
    if not 0 <= number < len(locked.hidden_words):
        raise Conflict(_("Ce passage n’est plus masqué."))
    locked.hidden_words = [
        words for place, words in enumerate(locked.hidden_words) if place != number
    ]
    locked.text = masked_again(locked, names_to_mask(locked.organisation_id))
    locked.save(update_fields=["text", "search_text", "hidden_words"])
    record(
        action=WORDS_SHOWN,
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    return locked


def _require_seen(locked: Comment, seen: str) -> None:
    if seen != version_of(locked):
        raise Conflict(
            _(
                "Quelqu’un a relu ou modifié ce texte depuis que vous avez ouvert la page : il est "
                "maintenant « %(state)s ». Rien n’a été changé."
            )
            % {"state": CommentState(locked.state).label}
        )


def _move(locked: Comment, state: CommentState, by: Person) -> None:
    before = locked.state
    locked.state = state
    locked.moderated_by = by
    locked.moderated_at = timezone.now()
    locked.save(update_fields=["state", "moderated_by", "moderated_at"])
    record(
        action=DECIDED,
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        **{"from": before, "to": state},
    )
    if state == CommentState.PUBLISHED:
        _announce(locked)


def _announce(comment: Comment) -> None:
    """Tell the body's programs what anybody may now read; published twice, it is told once."""
    place = comment.touchpoint
    announce(
        comment.organisation_id,
        WebhookEvent.COMMENT_PUBLISHED,
        {
            "id": str(comment.answer_id),
            "kind": comment.kind,
            "touchpoint": place.code,
            "language": comment.language,
            # Where few work, a day would speak of one of them.
            "month": f"{comment.day:%Y-%m}",
            "day": None if place.could_follow_an_agent else comment.day.isoformat(),
            "text": comment.text,
        },
        key=f"comment:{comment.pk}",
    )
