"""Writing what others will read: by citizens, by the team, from paper, from an import.

What a citizen writes waits for a moderator, or is published at once, as the consultation says.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    CONTRIBUTION_TRANSITIONS,
    ContributionKind,
    ContributionState,
    ModerationAct,
    ModerationMoment,
)
from parvis.consultations.models import Contribution, ModerationDecision, Participant, Phase
from parvis.consultations.operations.holding import hold_contribution, share_running
from parvis.consultations.search import search_text
from parvis.foundation.errors import Conflict


@dataclass(frozen=True, slots=True)
class Content:
    """What is written; fields as in `Contribution`."""

    title: str = ""
    text: str = ""
    plain_summary: str = ""
    theme: str = ""
    sector: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    cost_euros: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def contribute(
    *,
    phase: Phase,
    kind: ContributionKind,
    content: Content,
    author: Participant,
    token: uuid.UUID,
    parent: Contribution | None = None,
    as_draft: bool = False,
) -> Contribution:
    """Store what a citizen wrote; the same `token` again returns what it made.

    Raise `Conflict` when the phase takes nothing at this instant.
    """
    running = share_running(phase)
    made = _made(author, token)
    if made is not None:
        return made
    state = ContributionState.DRAFT if as_draft else first_state(running)
    return _create(running, kind, content, state=state, author=author, token=token, parent=parent)


@transaction.atomic
def write_for_team(
    *,
    phase: Phase,
    kind: ContributionKind,
    content: Content,
    by: Person,
    token: uuid.UUID | None = None,
    parent: Contribution | None = None,
    from_idea: Contribution | None = None,
) -> Contribution:
    """Store what the team wrote: published as soon as its phase is read."""
    token = token or uuid.uuid4()
    made = _made(None, token)
    if made is not None:
        return made
    contribution = _create(
        phase,
        kind,
        content,
        state=ContributionState.PUBLISHED,
        author=None,
        token=token,
        parent=parent,
        from_idea=from_idea,
    )
    ModerationDecision.objects.create(
        organisation_id=phase.organisation_id,
        contribution=contribution,
        act=ModerationAct.PUBLISHED,
        by=by,
    )
    return contribution


def next_number(phase: Phase, count: int = 1) -> int:
    """The first of `count` numbers reserved in a phase; its row is locked until the end."""
    Phase.objects.filter(pk=phase.pk).update(last_number=F("last_number") + count)
    last: int = Phase.objects.values_list("last_number", flat=True).get(pk=phase.pk)
    return last - count + 1


def count_replies(parent: Contribution) -> None:
    """Count again what is published about a contribution, which is locked until the end."""
    Contribution.objects.select_for_update().filter(pk=parent.pk).values_list("pk").first()
    published = Contribution.objects.published().filter(parent=parent.pk).count()
    Contribution.objects.filter(pk=parent.pk).update(reply_count=published)


def _made(author: Participant | None, token: uuid.UUID) -> Contribution | None:
    """What was made of that form; raise `Conflict` when it was somebody else's."""
    found: Contribution | None = (
        Contribution.objects.select_related("phase__consultation").filter(token=token).first()
    )
    if found is not None and found.author_id != (author.pk if author else None):
        raise Conflict(_("Ce formulaire a déjà servi : rechargez la page, puis recommencez."))
    return found


def first_state(phase: Phase) -> str:
    """What becomes of what a citizen sends: read first, or published at once."""
    if phase.consultation.moderation == ModerationMoment.BEFORE:
        return ContributionState.WAITING
    return ContributionState.PUBLISHED


def _create(
    phase: Phase,
    kind: ContributionKind,
    content: Content,
    *,
    state: str,
    author: Participant | None,
    token: uuid.UUID,
    parent: Contribution | None,
    from_idea: Contribution | None = None,
) -> Contribution:
    number = next_number(phase)
    # The same form, sent twice at once: the second waited here for the first.
    twin = _made(author, token)
    if twin is not None:
        Phase.objects.filter(pk=phase.pk).update(last_number=F("last_number") - 1)
        return twin
    made: Contribution = Contribution.objects.create(
        organisation_id=phase.organisation_id,
        phase=phase,
        kind=kind,
        number=number,
        token=token,
        author=author,
        parent=parent,
        from_idea=from_idea,
        state=state,
        title=content.title,
        text=content.text,
        plain_summary=content.plain_summary,
        theme=content.theme,
        sector=content.sector,
        place=content.place,
        latitude=content.latitude,
        longitude=content.longitude,
        cost_euros=content.cost_euros,
        answers=dict(content.answers),
        search_text=search_text(content.title, content.text, content.place),
        published_at=timezone.now() if state == ContributionState.PUBLISHED else None,
    )
    if parent is not None and state == ContributionState.PUBLISHED:
        count_replies(parent)
    return made


@transaction.atomic
def take_away(*, contribution: Contribution, by: Person) -> Contribution:
    """Withdraw what the team wrote; votes on it stay, and count no more. Idempotent."""
    held = hold_contribution(contribution)
    if held.author_id is not None:
        raise Conflict(_("Ce texte est celui d’un habitant : il se modère, il ne se retire pas."))
    if held.state == ContributionState.WITHDRAWN:
        return held
    check_transition(held.state, ContributionState.WITHDRAWN)
    held.state = ContributionState.WITHDRAWN
    held.save(update_fields=["state"])
    ModerationDecision.objects.create(
        organisation_id=held.organisation_id,
        contribution=held,
        act=ModerationAct.WITHDRAWN,
        by=by,
    )
    return held


def check_transition(state: str, new_state: str) -> None:
    """Go on when a contribution may pass from one state to the other; `Conflict` otherwise."""
    if new_state not in CONTRIBUTION_TRANSITIONS[state]:
        raise Conflict(_("Cette contribution a changé d’état entre-temps : rechargez la page."))
