"""A vote on a budget that a tenant prepares: costed projects which may still change."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
)
from parvis.organisations.models import Organisation


def budget_rows(mark: str, body: Organisation) -> dict[str, object]:
    """What `ConsultationRows.more` holds: the phase to come, a project, another to take off."""
    phase = PhaseFactory.create(
        consultation=ConsultationFactory.create(organisation=body),
        kind=PhaseKind.BUDGET,
        opens_at=timezone.now() + timedelta(days=10),
        closes_at=timezone.now() + timedelta(days=40),
    )
    project, spare = [
        ContributionFactory.create(
            phase=phase,
            kind=ContributionKind.PROJECT,
            cost_euros=cost,
            title=f"CANARI-{mark}-consultation-projet",
        )
        for cost in (10_000, 20_000)
    ]
    return {"budget_phase": phase, "project": project, "spare_project": spare}
