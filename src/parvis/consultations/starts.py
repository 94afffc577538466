"""What a coordinator starts from: the phases of each template, ready to be opened or arranged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.consultations.enums import ContributionKind, PhaseKind, Template
from parvis.consultations.phase_settings import (
    BudgetSettings,
    Choice,
    IdeasSettings,
    OpinionsSettings,
    PairsSettings,
    ProjectSettings,
    Settings,
    written_settings,
)


@dataclass(frozen=True, slots=True)
class PhaseStart:
    """A phase of a template: how many days it lasts, how it is set, what it begins with."""

    kind: PhaseKind
    title: str
    days: int
    settings: Settings | None = None
    contributions: Sequence[tuple[ContributionKind, str]] = field(default_factory=tuple)

    @property
    def document(self) -> dict[str, Any]:
        return written_settings(self.settings) if self.settings else {}


_USUAL_THEMES = {
    "cadre-de-vie": gettext_noop("Cadre de vie"),
    "mobilites": gettext_noop("Déplacements"),
    "environnement": gettext_noop("Environnement"),
    "solidarites": gettext_noop("Solidarités et santé"),
    "culture-sport": gettext_noop("Culture, sport et loisirs"),
    "education": gettext_noop("Enfance et éducation"),
    "services": gettext_noop("Services au public"),
}


def themes() -> tuple[Choice, ...]:
    """Themes that any town starts from; a coordinator changes them before the opening."""
    return tuple(Choice(code, _(label)) for code, label in _USUAL_THEMES.items())


def theme_label(label: str, code: str) -> str:
    """The label of a theme in the language of the page, where it is still the usual one."""
    return _(label) if _USUAL_THEMES.get(code) == label else label


def criteria() -> tuple[tuple[ContributionKind, str], ...]:
    return (
        (ContributionKind.CRITERION, _("Utilité : ce projet répond à un besoin")),
        (ContributionKind.CRITERION, _("Coût : la dépense est raisonnable")),
        (ContributionKind.CRITERION, _("Lieu : l’emplacement convient")),
        (ContributionKind.CRITERION, _("Effets : il améliore la vie et l’environnement")),
    )


def phases_of(template: Template) -> tuple[PhaseStart, ...]:
    """The phases of a template, in their order, one after the other."""
    ideas = IdeasSettings(themes=themes())
    starts: dict[str, tuple[PhaseStart, ...]] = {
        Template.IDEAS: (PhaseStart(PhaseKind.IDEAS, _("Déposez vos idées"), 42, ideas),),
        Template.PROJECT: (
            PhaseStart(
                PhaseKind.PROJECT,
                _("Donnez votre avis sur le projet"),
                30,
                ProjectSettings(),
                criteria(),
            ),
        ),
        Template.OPINIONS: (
            PhaseStart(
                PhaseKind.OPINIONS, _("Dites ce que vous en pensez"), 30, OpinionsSettings()
            ),
        ),
        Template.PAIRS: (
            PhaseStart(PhaseKind.PAIRS, _("Qu’est-ce qui compte le plus ?"), 30, PairsSettings()),
        ),
        Template.BUDGET: (
            PhaseStart(PhaseKind.STRUCTURING, _("Préparation"), 15),
            PhaseStart(PhaseKind.IDEAS, _("Proposez des projets"), 42, ideas),
            PhaseStart(PhaseKind.ADMISSIBILITY, _("Étude par les services"), 60),
            PhaseStart(PhaseKind.BUDGET, _("Votez pour les projets"), 30, BudgetSettings()),
            PhaseStart(PhaseKind.DELIVERY, _("Réalisation des projets"), 365),
            PhaseStart(
                PhaseKind.EVALUATION,
                _("Évaluez ce qui a été fait"),
                30,
                ProjectSettings(with_conditions=False),
                criteria(),
            ),
        ),
    }
    return starts[template]
