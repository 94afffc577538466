"""What a body answers in public: replies, their templates, and its commitments."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import CommentState, CommitmentState
from parvis.feedback.models import Comment, Commitment, Reply, ReplyTemplate, Theme
from parvis.feedback.models.replies import REPLY_LENGTH
from parvis.feedback.permissions.comments import may_reply
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

PLACE, BODY = "{lieu}", "{organisme}"


def filled_in(template: ReplyTemplate, comment: Comment) -> str:
    """The template's text with the names of the place and of the body; nothing else is read."""
    return template.text.replace(PLACE, comment.touchpoint.name).replace(
        BODY, comment.organisation.name
    )


def plain_text(text: str, *, field: str, length: int, empty: str) -> str:
    """What somebody typed, without what cannot be stored; raises Refusal naming `field`."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise Refusal(empty, field=field)
    if len(text) > length:
        raise Refusal(_("Au plus %(count)s caractères.") % {"count": length}, field=field)
    return text


@transaction.atomic
def save_template(
    *,
    organisation: Organisation,
    template: ReplyTemplate | None,
    name: str,
    text: str,
    revision: int | str | None,
    by: Person,
) -> ReplyTemplate:
    """Write a new template (`template` None) or change one, under its revision."""
    name = plain_text(name, field="name", length=80, empty=_("Donnez un nom à ce modèle."))
    text = plain_text(text, field="text", length=REPLY_LENGTH, empty=_("Écrivez le modèle."))
    if template is None:
        written = ReplyTemplate(organisation=organisation)
    else:
        written = ReplyTemplate.objects.select_for_update().get(pk=template.pk)
        check_revision(written, revision, changes={"name": name, "text": text})
        written.revision += 1
    written.name, written.text = name, text
    try:
        with transaction.atomic():
            written.save()
    except IntegrityError:
        raise Refusal(_("Vous avez déjà un modèle de ce nom."), field="name") from None
    record(
        action="reply_template.saved",
        actor_id=by.pk,
        subject=written,
        organisation_id=organisation.pk,
    )
    return written


@transaction.atomic
def remove_template(*, template: ReplyTemplate, by: Person) -> None:
    """Forget a template; the replies it gave stay."""
    record(
        action="reply_template.removed",
        actor_id=by.pk,
        subject=template,
        organisation_id=template.organisation_id,
    )
    template.delete()


@transaction.atomic
def reply(
    *,
    comment: Comment,
    text: str,
    revision: int | str | None,
    embargo_reason: str,
    by: Person,
) -> Reply:
    """Answer a published text, or change the answer (`revision` is then the one it replaces)."""
    text = plain_text(text, field="text", length=REPLY_LENGTH, empty=_("Écrivez une réponse."))
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    decision = may_reply(locked)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    given = Reply.objects.select_for_update().filter(comment=locked).first()
    if given is None:
        given = Reply(organisation_id=locked.organisation_id, comment=locked)
    else:
        check_revision(given, revision, changes={"text": text})
        given.revision += 1
    given.text = text
    given.embargo_reason = embargo_reason.replace("\x00", "").strip()[:300]
    given.replied_by = by
    given.replied_at = timezone.now()
    given.save()
    record(
        action="comment.replied",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        in_spite_of_the_election=given.embargo_reason,
    )
    return given


@transaction.atomic
def withdraw_reply(*, comment: Comment, by: Person) -> None:
    """Take a reply off the public page; the journal keeps that there was one."""
    Comment.objects.select_for_update().get(pk=comment.pk)
    removed, _rows = Reply.objects.filter(comment=comment).delete()
    if removed:
        record(
            action="comment.reply_withdrawn",
            actor_id=by.pk,
            subject=comment,
            organisation_id=comment.organisation_id,
        )


@transaction.atomic
def save_commitment(
    *,
    organisation: Organisation,
    commitment: Commitment | None,
    said: str,
    done: str,
    state: CommitmentState,
    theme: Theme | None,
    published: bool,
    embargo_reason: str,
    revision: int | str | None,
    by: Person,
) -> Commitment:
    """Write or change what was said and what was done; `published` shows it to everybody."""
    said = plain_text(said, field="said", length=200, empty=_("Dites ce que vous avez entendu."))
    done = plain_text(
        done, field="done", length=REPLY_LENGTH, empty=_("Dites ce qui a été fait, ou le sera.")
    )
    if commitment is None:
        written = Commitment(organisation=organisation)
    else:
        written = Commitment.objects.select_for_update().get(pk=commitment.pk)
        check_revision(
            written, revision, changes={"said": said, "done": done, "state": state.value}
        )
        written.revision += 1
    written.said, written.done, written.state, written.theme = said, done, state, theme
    written.embargo_reason = embargo_reason.replace("\x00", "").strip()[:300]
    if published and written.published_at is None:
        written.published_at = timezone.now()
    elif not published:
        written.published_at = None
    written.changed_by = by
    written.save()
    record(
        action="commitment.published" if published else "commitment.saved",
        actor_id=by.pk,
        subject=written,
        organisation_id=organisation.pk,
        state=state,
        in_spite_of_the_election=written.embargo_reason,
    )
    return written


@transaction.atomic
def remove_commitment(*, commitment: Commitment, by: Person) -> None:
    """Forget a commitment; the comments it answered stay, without it."""
    record(
        action="commitment.removed",
        actor_id=by.pk,
        subject=commitment,
        organisation_id=commitment.organisation_id,
    )
    commitment.delete()


@transaction.atomic
def link_comment(*, comment: Comment, commitment: Commitment | None, by: Person) -> Comment:
    """Say which commitment answers a comment; None unties it. Both are of the same body."""
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    if commitment is not None and commitment.organisation_id != locked.organisation_id:
        raise Refusal(_("Cet engagement n’existe pas."), field="commitment")
    locked.commitment = commitment
    locked.save(update_fields=["commitment"])
    record(
        action="comment.linked_to_commitment",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        commitment=commitment.pk if commitment else None,
    )
    return locked


def linked_comments(commitments: Sequence[Commitment]) -> dict[int, list[Comment]]:
    """The published comments each commitment answers, the latest first; one query."""
    found: dict[int, list[Comment]] = {commitment.pk: [] for commitment in commitments}
    rows = (
        Comment.objects.filter(commitment__in=found, state=CommentState.PUBLISHED)
        .select_related("touchpoint")
        .order_by("-received_at")
    )
    for comment in rows[:500]:
        if comment.commitment_id is not None:
            found[comment.commitment_id].append(comment)
    return found
