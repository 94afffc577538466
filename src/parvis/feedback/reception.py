"""What happens to texts as they arrive: masked before they are stored, ideas opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django_scopes import scopes_disabled

from parvis.feedback.models import AgentName, Comment, Idea
from parvis.texts.masking import mask, mask_words


def names_to_mask(organisation_id: int) -> tuple[str, ...]:
    """The agents' names that this body has masked, in the order of the alphabet."""
    with scopes_disabled():
        names = AgentName.objects.filter(organisation=organisation_id).values_list(
            "name", flat=True
        )
        return tuple(names)


def receive_comments(comments: Sequence[Comment]) -> None:
    """Write new comments, masked, and open their ideas; in the transaction of their answers."""
    mask_texts(comments)
    Comment.objects.bulk_create(comments)
    receive_ideas(comments)


def mask_texts(comments: Sequence[Comment]) -> None:
    """Fill the masked text of comments not saved yet from their raw text; one query a body."""
    names: dict[int, tuple[str, ...]] = {}
    for comment in comments:
        number = comment.organisation_id
        if number not in names:
            names[number] = names_to_mask(number)
        comment.text = mask(comment.raw_text, names=names[number])


def masked_again(comment: Comment, names: tuple[str, ...]) -> str:
    """The masked text by today's names, with what moderators hid besides.

    Once the raw text is gone, what is masked stays masked and more may be.
    """
    text = mask(comment.raw_text or comment.text, names=names)
    for words in comment.hidden_words:
        text = mask_words(text, words)
    return text


def receive_ideas(comments: Iterable[Comment]) -> int:
    """Open an idea for each saved comment that is one; an idea already open stays as it is."""
    with scopes_disabled():
        made = Idea.objects.bulk_create(
            [
                Idea(
                    organisation_id=comment.organisation_id,
                    comment=comment,
                    created_at=comment.received_at,
                )
                for comment in comments
                if comment.is_idea
            ],
            ignore_conflicts=True,
        )
    return len(made)


def receive_missing_ideas(limit: int = 5_000) -> int:
    """Open the ideas of comments that have none yet, whatever brought them."""
    with scopes_disabled():
        missing = Comment.objects.filter(kind="idea", idea__isnull=True).order_by("pk")
        return receive_ideas(missing[:limit])
