"""Short texts that citizens propose to be judged: statements, items to compare, arguments."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.models import Contribution, Participant, Phase
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.search import search_text
from parvis.foundation.errors import Refusal

# Of one person in a phase, withdrawn ones excepted.
MOST_PROPOSED = 20
# Kinds that citizens may propose here; the team's settings say where.
KINDS = frozenset(
    {
        ContributionKind.STATEMENT,
        ContributionKind.ITEM,
        ContributionKind.ARGUMENT_FOR,
        ContributionKind.ARGUMENT_AGAINST,
        ContributionKind.CONDITION,
    }
)


def propose(
    *, phase: Phase, kind: ContributionKind, text: str, author: Participant, token: uuid.UUID
) -> Contribution:
    """Store what a citizen proposes; the same `token` again returns what it made.

    Raise `Refusal` for a text that is there already, or one too many; `Conflict` when the phase
    takes nothing.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    made: Contribution | None = Contribution.objects.filter(token=token, author=author).first()
    if made is not None:
        return made
    if alike(phase, kind, text):
        raise Refusal(
            _("Cette phrase est déjà proposée : vous pourrez donner votre avis dessus."),
            field="text",
        )
    proposed = Contribution.objects.filter(phase=phase, kind=kind, author=author)
    if proposed.exclude(state=ContributionState.WITHDRAWN).count() >= MOST_PROPOSED:
        raise Refusal(_("Vous avez déjà beaucoup proposé ici : laissez la place aux autres."))
    return contribute(
        phase=phase, kind=kind, content=Content(text=text), author=author, token=token
    )


def alike(phase: Phase, kind: ContributionKind, text: str) -> list[Contribution]:
    """What is published there of the same words, whatever the case, accents and punctuation."""
    words = search_text(text)
    published = Contribution.objects.published().filter(phase=phase, kind=kind)
    return list(published.filter(search_text=words)[:1]) if words else []
