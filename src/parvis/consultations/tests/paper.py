"""Sheets of paper keyed by two people, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.models import PaperSheet, Phase, Vote
from parvis.consultations.operations.keying import key_sheet
from parvis.consultations.tests.factories import running_phase, written


def opinions(**consultation: Any) -> Phase:
    """A phase of opinions on three statements."""
    phase = running_phase(PhaseKind.OPINIONS, **consultation)
    written(phase, ContributionKind.STATEMENT, "Des bancs.", "Des arbres.", "Des rues calmes.")
    return phase


def keyed(phase: Phase, label: str, *documents: Mapping[str, Any]) -> PaperSheet:
    """Key a sheet as one person, then as another."""
    for document in documents:
        sheet = key_sheet(phase=phase, label=label, document=document, by=PersonFactory.create())
    return sheet


def given(phase: Phase) -> dict[int, int]:
    """{number of what is voted on: value} of the votes of the phase."""
    return dict(Vote.objects.filter(phase=phase).values_list("subject__number", "value"))
