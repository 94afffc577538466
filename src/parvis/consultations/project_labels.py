"""Themes and sectors of costed projects: those of the ideas they may come from."""

from __future__ import annotations

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Consultation
from parvis.consultations.phase_settings import Choice, IdeasSettings, settings_as
from parvis.consultations.starts import theme_label
from parvis.consultations.starts import themes as usual_themes


def themes_of(consultation: Consultation) -> dict[str, str]:
    """{code: label} of the phases of ideas of a consultation, or the usual themes without any."""
    found = _labels(consultation, "themes")
    return found or {choice.code: choice.label for choice in usual_themes()}


def sectors_of(consultation: Consultation) -> dict[str, str]:
    """{code: label} of the phases of ideas of a consultation; empty without any."""
    return _labels(consultation, "sectors")


def _labels(consultation: Consultation, what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for phase in consultation.phases.all():
        if phase.kind == PhaseKind.IDEAS:
            choices: tuple[Choice, ...] = getattr(
                settings_as(IdeasSettings, phase.kind, phase.settings), what
            )
            found |= {choice.code: theme_label(choice.label, choice.code) for choice in choices}
    return found
