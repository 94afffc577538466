"""The costed projects of a vote on a budget: written by the team, frozen when the vote begins.

Whoever votes compares costs, so what is compared does not change under them: once the phase has
begun, only the summary in plain words may still be mended.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.amounts import euros
from parvis.consultations.enums import (
    CONTRIBUTION_TRANSITIONS,
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationAct,
    PhaseKind,
)
from parvis.consultations.models import Contribution, ModerationDecision, Phase
from parvis.consultations.operations.contributing import Content, write_for_team
from parvis.consultations.operations.holding import (
    hold_consultation,
    hold_contribution,
    hold_phase,
)
from parvis.consultations.phase_settings import BudgetSettings, settings_as
from parvis.consultations.search import search_text
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record

# What may still change once the vote has begun: it helps reading, and weighs nothing.
_ALWAYS = frozenset({"plain_summary"})
_FIELDS = ("title", "text", "plain_summary", "theme", "sector", "place", "latitude", "longitude")


def vote_has_begun(phase: Phase) -> bool:
    """Whether people may have voted on what the phase proposes."""
    return phase.consultation.state != ConsultationState.DRAFT and (
        phase.opens_at <= timezone.now()
    )


@transaction.atomic
def write_project(
    *,
    phase: Phase,
    content: Content,
    by: Person,
    token: uuid.UUID,
    from_idea: Contribution | None = None,
) -> Contribution:
    """Add a costed project to a vote that has not begun; the same `token` again adds nothing.

    Raise `Refusal` on `cost_euros` for a cost of none or above the envelope, `Conflict` when the
    vote has begun.
    """
    held = _held_before_the_vote(phase)
    _check_cost(held, content.cost_euros)
    if from_idea is not None and (
        from_idea.kind != ContributionKind.IDEA
        or from_idea.phase.consultation_id != held.consultation_id
        or from_idea.state != ContributionState.PUBLISHED
    ):
        raise Refusal(_("Cette idée n’est pas de cette consultation, ou n’est pas publiée."))
    project = write_for_team(
        phase=held,
        kind=ContributionKind.PROJECT,
        content=content,
        by=by,
        token=token,
        from_idea=from_idea,
    )
    _record("consultation.project_written", project, by)
    return project


@transaction.atomic
def change_project(
    *, project: Contribution, content: Content, by: Person, revision: int | str
) -> Contribution:
    """Change a project: all of it before the vote, its summary in plain words afterwards.

    Raise `StaleForm` when it changed meanwhile, `Refusal` and `Conflict` as `write_project`.
    """
    hold_consultation(project.phase.consultation)
    phase = hold_phase(project.phase)
    held = hold_contribution(project)
    changes = {name: getattr(content, name) for name in (*_FIELDS, "cost_euros")}
    check_revision(held, revision, changes=changes)
    if held.state != ContributionState.PUBLISHED:
        raise Conflict(_("Ce projet n’est plus proposé : il ne change plus."))
    if vote_has_begun(phase):
        frozen = {name for name, value in changes.items() if getattr(held, name) != value}
        if frozen - _ALWAYS:
            raise Conflict(
                _(
                    "Le vote a commencé : le coût et la description du projet ne changent plus. "
                    "Seul le résumé en langage simple se corrige encore."
                )
            )
    else:
        _check_cost(phase, content.cost_euros)
    for name, value in changes.items():
        setattr(held, name, value)
    held.search_text = search_text(content.title, content.text, content.place)
    held.revision += 1
    held.save()
    _record("consultation.project_changed", held, by)
    return held


@transaction.atomic
def remove_project(*, project: Contribution, by: Person) -> None:
    """Take a project off a vote that has not begun; idempotent. Its row stays, and says so."""
    _held_before_the_vote(project.phase)
    held = hold_contribution(project)
    if ContributionState.WITHDRAWN not in CONTRIBUTION_TRANSITIONS[held.state]:
        return
    held.state = ContributionState.WITHDRAWN
    held.save(update_fields=["state"])
    ModerationDecision.objects.create(
        organisation_id=held.organisation_id,
        contribution=held,
        act=ModerationAct.WITHDRAWN,
        by=by,
    )
    _record("consultation.project_removed", held, by)


def content_of(project: Contribution, **changes: Any) -> Content:
    """What a project says now, some of it changed."""
    written = {name: getattr(project, name) for name in (*_FIELDS, "cost_euros")}
    return replace(Content(**written), **changes)


def _held_before_the_vote(phase: Phase) -> Phase:
    hold_consultation(phase.consultation)
    held = hold_phase(phase)
    if held.kind != PhaseKind.BUDGET:
        raise Conflict(_("Cette étape n’est pas un vote de budget."))
    if vote_has_begun(held):
        raise Conflict(
            _(
                "Le vote a commencé : la liste des projets et leurs coûts ne changent plus. Le "
                "résumé en langage simple de chacun se corrige encore."
            )
        )
    return held


def _check_cost(phase: Phase, cost_euros: int | None) -> None:
    envelope = settings_as(BudgetSettings, phase.kind, phase.settings).envelope_euros
    if not cost_euros or cost_euros < 1:
        raise Refusal(_("Un projet chiffré coûte au moins 1 €."), field="cost_euros")
    if cost_euros > envelope:
        raise Refusal(
            _(
                "Ce projet coûte plus que toute l’enveloppe (%(envelope)s) : il ne pourrait jamais "
                "être retenu. Réduisez-le, ou partagez-le en plusieurs projets."
            )
            % {"envelope": euros(envelope)},
            field="cost_euros",
        )


def _record(action: str, project: Contribution, by: Person) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=project,
        organisation_id=project.organisation_id,
        number=project.number,
        cost_euros=project.cost_euros,
    )
