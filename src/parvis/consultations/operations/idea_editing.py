"""An idea in its author's hands: a draft, sent, changed while it may be, thrown away.

The row keeps its number and its address from the first word kept; what is changed after it was
published is read again where the consultation reads first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionState, ModerationAct
from parvis.consultations.models import Contribution, ModerationDecision, Participant
from parvis.consultations.operations.contributing import Content, first_state
from parvis.consultations.operations.holding import hold_contribution, share_running
from parvis.consultations.search import search_text
from parvis.foundation.errors import Conflict
from parvis.foundation.stale import check_revision

# What its author may still rewrite.
REWRITABLE = frozenset(
    {ContributionState.DRAFT, ContributionState.WAITING, ContributionState.PUBLISHED}
)
_FIELDS = (
    "title",
    "text",
    "theme",
    "sector",
    "place",
    "latitude",
    "longitude",
    "answers",
)


@transaction.atomic
def rewrite(
    *, idea: Contribution, content: Content, revision: int | str | None, by: Participant
) -> Contribution:
    """Replace the text of one's own idea; the same text again changes nothing.

    Raise `StaleForm` when it was changed since that `revision`, `Conflict` when it can no longer
    be, or is somebody else's.
    """
    held = _hold_own(idea, by)
    changes: Mapping[str, Any] = {name: getattr(content, name) for name in _FIELDS}
    changes = {**changes, "answers": dict(content.answers)}
    if all(getattr(held, name) == value for name, value in changes.items()):
        return held
    check_revision(held, revision, changes=changes)
    for name, value in changes.items():
        setattr(held, name, value)
    held.search_text = search_text(held.title, held.text, held.place)
    held.revision += 1
    if held.state == ContributionState.PUBLISHED:
        held.state = first_state(held.phase)
    held.save(update_fields=[*_FIELDS, "search_text", "revision", "state"])
    if held.state != ContributionState.DRAFT:
        _note(held, ModerationAct.EDITED)
    return held


@transaction.atomic
def send_draft(*, idea: Contribution, by: Participant) -> Contribution:
    """Send one's draft to be read, or publish it; sent again, it is as it was."""
    held = _hold_own(idea, by)
    if held.state != ContributionState.DRAFT:
        return held
    held.state = first_state(held.phase)
    if held.state == ContributionState.PUBLISHED:
        held.published_at = timezone.now()
    held.save(update_fields=["state", "published_at"])
    return held


@transaction.atomic
def discard_draft(*, idea: Contribution, by: Participant) -> Contribution:
    """Throw one's draft away: its words leave at once, its number is never given again."""
    held = hold_contribution(idea)
    if held.author_id != by.pk:
        raise Conflict(_("Ce brouillon n’est pas le vôtre."))
    if held.state == ContributionState.WITHDRAWN:
        return held
    if held.state != ContributionState.DRAFT:
        raise Conflict(_("Cette idée est déjà envoyée : ce n’est plus un brouillon."))
    held.state = ContributionState.WITHDRAWN
    held.title = held.text = held.place = held.search_text = ""
    held.latitude = held.longitude = None
    held.answers = {}
    held.save()
    # The files themselves are orphans from here on: the daily sweep removes them.
    held.attachments.all().delete()
    _note(held, ModerationAct.WITHDRAWN)
    return held


def _hold_own(idea: Contribution, by: Participant) -> Contribution:
    share_running(idea.phase)
    held = hold_contribution(idea)
    if held.author_id != by.pk:
        raise Conflict(_("Cette idée n’est pas la vôtre."))
    if held.state not in REWRITABLE:
        raise Conflict(_("Cette idée ne peut plus être modifiée."))
    return held


def _note(idea: Contribution, act: str) -> None:
    ModerationDecision.objects.create(
        organisation_id=idea.organisation_id, contribution=idea, act=act
    )
