"""The list of agents' names a body has masked: added, removed, and applied again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import CommentState
from parvis.feedback.models import AgentName, Comment
from parvis.feedback.reception import masked_again, names_to_mask
from parvis.feedback.search import folded
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.organisations.models import Organisation
from parvis.texts.masking import mask

NAMES_AT_MOST = 2_000
NAMES_AT_ONCE = 200
SHORTEST = 3
CHUNK = 500


@transaction.atomic
def add_agent_names(*, organisation: Organisation, names: Sequence[str], by: Person) -> int:
    """Have names masked in the comments to come, and in those that are there.

    Those already in the list are left; raises Refusal when all are, or when one is no name, which
    it quotes.
    """
    if len(names) > NAMES_AT_ONCE:
        raise Refusal(
            _("Au plus %(count)s noms à la fois.") % {"count": NAMES_AT_ONCE}, field="names"
        )
    known = set(AgentName.objects.filter(organisation=organisation).values_list("name", flat=True))
    added = 0
    for name in dict.fromkeys(map(_tidy, names)):
        if name not in known:
            _add(organisation, name, by, len(known) + added)
            added += 1
    if not added:
        raise Refusal(_("Ce nom est déjà dans la liste."), field="names")
    _apply_soon(organisation.pk)
    return added


def _tidy(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Refusal(_("Indiquez un nom."), field="names")
    if sum(character.isalpha() for character in name) < SHORTEST:
        raise Refusal(
            _("« %(name)s » est trop court pour être reconnu.") % {"name": name}, field="names"
        )
    if len(name) > 80:
        raise Refusal(
            _("« %(name)s… » dépasse 80 caractères.") % {"name": name[:20]}, field="names"
        )
    return name


def _add(organisation: Organisation, name: str, by: Person, before: int) -> None:
    if before >= NAMES_AT_MOST:
        raise Refusal(_("La liste est pleine : retirez d’abord des noms."), field="names")
    try:
        with transaction.atomic():
            added = AgentName.objects.create(organisation=organisation, name=name, added_by=by)
    except IntegrityError:
        raise Refusal(_("Ce nom est déjà dans la liste."), field="names") from None
    record(
        action="agent_name.added",
        actor_id=by.pk,
        subject=added,
        organisation_id=organisation.pk,
    )


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
