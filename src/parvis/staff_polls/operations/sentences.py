"""Sorting sentences by what they speak of; taking one off what agents see, and giving it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from parvis.accounts.models import Person
from parvis.journal.operations import record
from parvis.staff_polls.models import PollComment, StaffPoll
from parvis.staff_polls.results.sentences import theme_labels

_BATCH = 500
# The theme of each of so many masked texts, empty where there is none.
Labels = Callable[[Sequence[str]], list[str]]


def label_sentences(*, poll: StaffPoll, label: Labels = theme_labels) -> None:
    """Write what each sentence of a closed poll speaks of; nothing where it is written already.

    Of all the cards together: one card alone seldom has enough sentences for themes. Holds
    nothing while it searches. Needs a scope or none at all.
    """
    # In the order of random keys, so that the same sentences give the same themes.
    comments = list(PollComment.objects.filter(poll=poll).order_by("pk"))
    if any(comment.theme for comment in comments):
        return
    for comment, theme in zip(comments, label([comment.text for comment in comments]), strict=True):
        comment.theme = theme
    with transaction.atomic():
        PollComment.objects.bulk_update(
            [comment for comment in comments if comment.theme], ["theme"], batch_size=_BATCH
        )


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
