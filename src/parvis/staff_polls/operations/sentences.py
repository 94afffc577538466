"""Taking a sentence off what agents see, and giving it back."""

from __future__ import annotations

from django.db import transaction

from parvis.accounts.models import Person
from parvis.journal.operations import record
from parvis.staff_polls.models import PollComment


@transaction.atomic
def set_hidden(*, comment: PollComment, hidden: bool, by: Person) -> None:
    """Hide a sentence from agents, or show it; the coordinator reads it in either case.

    Asking for what already stands changes nothing and leaves no trace.
    """
    changed = (
        PollComment.objects.filter(pk=comment.pk).exclude(is_hidden=hidden).update(is_hidden=hidden)
    )
    if changed:
        record(
            action="staff_poll.sentence_hidden" if hidden else "staff_poll.sentence_shown",
            actor_id=by.pk,
            subject=comment.poll,
            organisation_id=comment.organisation_id,
            sentence=str(comment.pk),
        )
