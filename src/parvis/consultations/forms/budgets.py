"""The ballot of a vote on a budget, as its form sends it; costed projects, as the team writes them.

The ballot is read by hand: its fields are as many as the projects. What it says is kept whatever is
wrong with it, so that the page shows it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.consultations.amounts import euros
from parvis.consultations.ballot_limits import Excess, Limited, excesses
from parvis.consultations.models import (
    CONTRIBUTION_TEXT_LENGTH,
    CONTRIBUTION_TITLE_LENGTH,
    Contribution,
)
from parvis.consultations.operations.contributing import Content
from parvis.consultations.phase_settings import BudgetSettings

APPROVED = "projet"
POINTS = "points-"
# Lines of a form that are read: far more than a vote has projects.
MOST_LINES = 1_000
# What a whole number of the database holds.
LARGEST_COST = 2_000_000_000


@dataclass(slots=True)
class BallotRead:
    """What a form says: {number of a project: points, 1 for an approval}, and what is wrong."""

    given: dict[int, int]
    problems: list[str] = field(default_factory=list)


def read_ballot(
    sent: QueryDict, settings: BudgetSettings, projects: Collection[Contribution]
) -> BallotRead:
    """Read a ballot; a project that is no longer proposed is left out, and said."""
    costs = {project.number: project.cost_euros or 0 for project in projects}
    ballot = _points(sent) if settings.ballot == "points" else _approvals(sent)
    gone = [number for number in ballot.given if number not in costs]
    for number in gone:
        del ballot.given[number]
    if gone:
        ballot.problems.append(
            _("Un projet que vous aviez choisi n’est plus proposé : relisez votre choix.")
        )
    ballot.problems += [_said(excess) for excess in excesses(ballot.given, settings, costs)]
    if not ballot.given and not ballot.problems:
        ballot.problems.append(_("Vous n’avez encore rien choisi : choisissez au moins un projet."))
    return ballot


def _approvals(sent: QueryDict) -> BallotRead:
    numbers = [_whole(raw) for raw in sent.getlist(APPROVED)[:MOST_LINES]]
    return BallotRead(dict.fromkeys((-1 if one is None else one for one in numbers), 1))


def _points(sent: QueryDict) -> BallotRead:
    ballot = BallotRead({})
    for name in [name for name in sent if name.startswith(POINTS)][:MOST_LINES]:
        raw = sent.get(name, "").strip()
        number, points = _whole(name.removeprefix(POINTS)), _whole(raw or "0")
        if points is None:
            ballot.problems.append(
                _("Projet n° %(number)s : écrivez un nombre entier de points, sans signe.")
                % {"number": "?" if number is None else number}
            )
        elif points:
            ballot.given[-1 if number is None else number] = points
    return ballot


def _said(excess: Excess) -> str:
    """The sentence for whoever filled in the ballot."""
    if excess.what is Limited.POINTS:
        return ngettext(
            "Vous avez donné %(total)d points sur %(most)d : retirez-en %(over)d.",
            "Vous avez donné %(total)d points sur %(most)d : retirez-en %(over)d.",
            excess.over,
        ) % {"total": excess.given, "most": excess.most, "over": excess.over}
    if excess.what is Limited.PROJECTS:
        return ngettext(
            "Vous avez choisi %(chosen)d projets : on en choisit %(most)d au plus.",
            "Vous avez choisi %(chosen)d projets : on en choisit %(most)d au plus.",
            excess.most,
        ) % {"chosen": excess.given, "most": excess.most}
    return _(
        "Vos projets coûtent ensemble %(cost)s : c’est %(over)s de plus que l’enveloppe. "
        "Retirez-en."
    ) % {"cost": euros(excess.given), "over": euros(excess.over)}


def _whole(raw: str) -> int | None:
    """A whole number of five digits at most; None for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 5 else None


class ProjectForm(forms.Form):
    """A costed project; the rules on its cost are in `operations.projects`."""

    title = forms.CharField(label=gettext_lazy("Titre"), max_length=CONTRIBUTION_TITLE_LENGTH)
    cost_euros = forms.IntegerField(
        label=gettext_lazy("Coût, en euros"),
        min_value=1,
        max_value=LARGEST_COST,
        help_text=gettext_lazy(
            "Ce que la réalisation coûte en tout, arrondi à l’euro. Le coût ne change plus une "
            "fois le vote commencé."
        ),
        error_messages={
            "min_value": gettext_lazy("Un projet chiffré coûte au moins 1 €."),
            "invalid": gettext_lazy("Écrivez un nombre entier d’euros, sans espace ni virgule."),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=CONTRIBUTION_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Ce qui sera fait, où, pour qui, et quand."),
    )
    plain_summary = forms.CharField(
        label=gettext_lazy("En langage simple"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Deux ou trois phrases courtes, sans sigle : c’est ce qui se lit d’abord."
        ),
    )
    theme = forms.ChoiceField(label=gettext_lazy("Thème"), required=False)
    sector = forms.ChoiceField(label=gettext_lazy("Secteur"), required=False)
    place = forms.CharField(label=gettext_lazy("Lieu"), max_length=120, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        themes: Sequence[tuple[str, str]],
        sectors: Sequence[tuple[str, str]],
        frozen: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("theme", themes), ("sector", sectors)):
            if choices:
                self.fields[name].choices = [("", _("Aucun")), *choices]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        if frozen:
            for name in ("title", "cost_euros", "text", "theme", "sector", "place"):
                if name in self.fields:
                    self.fields[name].disabled = True

    def content(self, former: Content | None = None) -> Content:
        """What was typed, beside what this form does not ask and `former` says."""
        typed = {
            name: self.cleaned_data[name]
            for name in ("title", "cost_euros", "text", "plain_summary", "theme", "sector", "place")
            if name in self.cleaned_data
        }
        return replace(former or Content(), **typed)
