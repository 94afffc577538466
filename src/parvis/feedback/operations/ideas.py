"""What becomes of an idea: its state and answer, supports, merges of those that say the same.

Lock order: ideas by number, then what belongs to them.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import CommentState, IdeaState
from parvis.feedback.models import Idea, IdeaSupport
from parvis.feedback.models.replies import REPLY_LENGTH
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record

# A budget per idea, never per address: a school shares one. A lively meeting stays below it.
SUPPORTS_A_MINUTE = 60


class TooManySupports(Refusal):
    """Many supports came within a minute: nothing was counted, trying again later is enough."""

    status = 429
    retry_after_seconds = 60


@transaction.atomic
def answer(
    *,
    idea: Idea,
    state: IdeaState,
    text: str,
    revision: int | str | None,
    embargo_reason: str,
    by: Person,
) -> Idea:
    """Say where the idea is and why; an idea declined or done says why or how."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > REPLY_LENGTH:
        raise Refusal(_("Au plus %(count)s caractères.") % {"count": REPLY_LENGTH}, field="answer")
    if state in (IdeaState.DECLINED, IdeaState.DONE) and not text:
        raise Refusal(
            _("Dites pourquoi elle n’est pas retenue, ou comment elle a été réalisée."),
            field="answer",
        )
    locked = Idea.objects.select_for_update().get(pk=idea.pk)
    check_revision(locked, revision, changes={"state": state.value, "answer": text})
    if locked.merged_into_id is not None:
        raise Conflict(_("Cette idée a été fusionnée : répondez à celle qui la contient."))
    before = locked.state
    locked.state, locked.answer = state, text
    locked.embargo_reason = embargo_reason.replace("\x00", "").strip()[:300]
    locked.answered_at = timezone.now()
    locked.answered_by = by
    locked.revision += 1
    locked.save()
    record(
        action="idea.answered",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        **{"from": before, "to": state},
        in_spite_of_the_election=locked.embargo_reason,
    )
    return locked


@transaction.atomic
def support(*, idea: Idea, form: UUID) -> bool:
    """Count one support for the number of a form; False when that form was counted before.

    Raises TooManySupports past the budget of the idea, Conflict when it is no longer public.
    """
    # An idea merged meanwhile gives its support to the one that says the same. Only that one is
    # locked: holding both, in the order of the merge, could wait for who waits for us.
    target = Idea.objects.filter(pk=idea.pk).values_list("merged_into", flat=True).get()
    locked = Idea.objects.select_for_update().get(pk=target or idea.pk)
    if locked.merged_into_id is not None:
        raise Conflict(_("Cette idée vient d’être fusionnée avec une autre : rechargez la page."))
    if locked.comment.state != CommentState.PUBLISHED:
        raise Conflict(_("Cette idée n’est plus publique : votre soutien n’a pas été compté."))
    supports = IdeaSupport.objects.filter(organisation=locked.organisation_id)
    if supports.filter(form=form).exists():
        return False
    since = timezone.now() - timedelta(minutes=1)
    if supports.filter(idea=locked, given_at__gt=since).count() >= SUPPORTS_A_MINUTE:
        raise TooManySupports(
            _(
                "Beaucoup de soutiens arrivent en même temps pour cette idée. Le vôtre n’a pas été "
                "compté : réessayez dans une minute."
            )
        )
    try:
        with transaction.atomic():
            IdeaSupport.objects.create(
                organisation_id=locked.organisation_id, idea=locked, form=form
            )
    except IntegrityError:
        return False
    return True


@transaction.atomic
def merge(*, idea: Idea, into: Idea, by: Person) -> Idea:
    """Make an idea part of another of the same body that says the same.

    Supports are added up, links go on: whoever left the first one sees what becomes of the other.
    """
    both = {
        row.pk: row
        for row in Idea.objects.select_for_update().filter(pk__in=[idea.pk, into.pk]).order_by("pk")
    }
    if idea.pk == into.pk or len(both) < 2:
        raise Refusal(_("Choisissez une autre idée."), field="into")
    merged, kept = both[idea.pk], both[into.pk]
    if merged.organisation_id != kept.organisation_id:
        raise Refusal(_("Choisissez une autre idée."), field="into")
    if merged.merged_into_id == kept.pk:
        return merged
    if merged.merged_into_id is not None or kept.merged_into_id is not None:
        raise Conflict(_("L’une de ces idées a déjà été fusionnée : rechargez la page."))
    # Those merged into it before follow: never two steps.
    Idea.objects.filter(merged_into=merged).update(merged_into=kept)
    merged.merged_into = kept
    merged.revision += 1
    merged.save(update_fields=["merged_into", "revision"])
    record(
        action="idea.merged",
        actor_id=by.pk,
        subject=merged,
        organisation_id=merged.organisation_id,
        into=kept.pk,
    )
    return merged


@transaction.atomic
def separate(*, idea: Idea, by: Person) -> Idea:
    """Undo a merge: the idea lives on its own again, with the supports it had."""
    locked = Idea.objects.select_for_update().get(pk=idea.pk)
    if locked.merged_into_id is None:
        return locked
    before = locked.merged_into_id
    locked.merged_into = None
    locked.revision += 1
    locked.save(update_fields=["merged_into", "revision"])
    record(
        action="idea.separated",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        **{"from": before},
    )
    return locked
