"""The list of agents' names a body has masked: added, removed, and applied again."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import CommentState
from parvis.feedback.masking import mask
from parvis.feedback.models import AgentName, Comment
from parvis.feedback.reception import masked_again, names_to_mask
from parvis.feedback.search import folded
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

NAMES_AT_MOST = 2_000
SHORTEST = 3
CHUNK = 500


@transaction.atomic
def add_agent_name(*, organisation: Organisation, name: str, by: Person) -> AgentName:
    """Have a name masked in the comments to come, and in those that are there."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Refusal(_("Indiquez un nom."), field="name")
    if sum(character.isalpha() for character in name) < SHORTEST:
        raise Refusal(_("Ce nom est trop court pour être reconnu."), field="name")
    if len(name) > 80:
        raise Refusal(_("Ce nom dépasse 80 caractères."), field="name")
    if AgentName.objects.filter(organisation=organisation).count() >= NAMES_AT_MOST:
        raise Refusal(_("La liste est pleine : retirez d’abord des noms."), field="name")
    try:
        with transaction.atomic():
            added = AgentName.objects.create(organisation=organisation, name=name, added_by=by)
    except IntegrityError:
        raise Refusal(_("Ce nom est déjà dans la liste."), field="name") from None
    record(
        action="agent_name.added",
        actor_id=by.pk,
        subject=added,
        organisation_id=organisation.pk,
    )
    _apply_soon(organisation.pk)
    return added


@transaction.atomic
def remove_agent_name(*, agent_name: AgentName, by: Person) -> None:
    """Forget a name. Texts still to be read show it again; what was decided stays masked."""
    organisation_id = agent_name.organisation_id
    record(
        action="agent_name.removed",
        actor_id=by.pk,
        subject=agent_name,
        organisation_id=organisation_id,
    )
    agent_name.delete()
    _apply_soon(organisation_id)


def apply_names(*, organisation_id: int) -> int:
    """Mask again by today's list; return how many texts changed.

    Texts to be read are made anew from the raw ones; in the others, more is masked, never less.
    Chunk by chunk: a moderator at work waits for one chunk at most.
    """
    names = names_to_mask(organisation_id)
    changed = last = 0
    while True:
        with transaction.atomic():
            rows = list(
                Comment.objects.select_for_update()
                .filter(organisation=organisation_id, pk__gt=last)
                .exclude(state=CommentState.REJECTED)
                .order_by("pk")[:CHUNK]
            )
            if not rows:
                return changed
            last = rows[-1].pk
            touched = []
            for comment in rows:
                text = _by_names(comment, names)
                if text != comment.text:
                    comment.text = text
                    comment.search_text = folded(text)
                    touched.append(comment)
            Comment.objects.bulk_update(touched, ["text", "search_text"])
            changed += len(touched)


def _by_names(comment: Comment, names: tuple[str, ...]) -> str:
    if comment.state == CommentState.PENDING:
        return masked_again(comment, names)
    return mask(comment.text, names=names)


def _apply_soon(organisation_id: int) -> None:
    from parvis.feedback.tasks import apply_agent_names  # it calls `apply_names` back

    apply_agent_names.enqueue(organisation_id)
