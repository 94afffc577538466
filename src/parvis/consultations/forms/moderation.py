"""What moderators and authors type about a contribution; the rules are in the operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.consultations.enums import ModerationReason, TeamRole
from parvis.consultations.models import (
    CONTRIBUTION_TEXT_LENGTH,
    CONTRIBUTION_TITLE_LENGTH,
    Contribution,
)
from parvis.consultations.operations.merging import MOST_PARTS, Part

WORDS_LENGTH = 1_000


def _words(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=WORDS_LENGTH,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefusalForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Motif de la charte"),
        choices=[("", _("Choisissez un motif")), *ModerationReason.choices],
    )
    words = _words(
        _("Mot à l’auteur"), _("Il le lit avec le motif, et peut contester. Pas de nom ici.")
    )


class AppealDecisionForm(forms.Form):
    words = _words(_("Mot à l’auteur"), _("Il le lit avec votre décision."))


class AppealForm(forms.Form):
    words = _words(
        _("Pourquoi ce refus vous semble une erreur"),
        _("Une autre personne que celle qui a refusé lira ces mots et tranchera."),
        required=True,
    )


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Ce qui n’est pas conforme à la charte"),
        choices=ModerationReason.choices,
        widget=forms.RadioSelect,
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("Adresse électronique"), max_length=254)
    role = forms.ChoiceField(label=_("Ce qu’elle fera"), choices=TeamRole.choices)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Rôle"), choices=TeamRole.choices)


class MergeForm(forms.Form):
    """Which ideas, and what remains of them; `ideas` are those the page proposes."""

    KEEP, WRITE = "keep", "write"

    sources = forms.TypedMultipleChoiceField(
        label=_("Idées qui disent la même chose"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins une idée.")},
    )
    kept = forms.ChoiceField(
        label=_("Ce qui reste"),
        choices=[
            (KEEP, _("L’idée de cette page : les autres la rejoignent")),
            (WRITE, _("Une idée nouvelle, que toutes rejoignent")),
        ],
        initial=KEEP,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=_("Titre de l’idée nouvelle"), max_length=CONTRIBUTION_TITLE_LENGTH, required=False
    )
    text = forms.CharField(
        label=_("Texte de l’idée nouvelle"),
        max_length=CONTRIBUTION_TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    words = _words(_("Pourquoi les réunir"), _("Publié avec leur histoire."))

    def __init__(self, ideas: Sequence[Contribution], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sources"]
        field.choices = [  # type: ignore[attr-defined]
            (idea.pk, f"{idea.number} · {idea}") for idea in ideas
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kept") == self.WRITE:
            for name in ("title", "text"):
                if not found.get(name):
                    self.add_error(name, _("Écrivez l’idée que toutes rejoignent."))
        return found

    def written(self) -> Part | None:
        if self.cleaned_data["kept"] != self.WRITE:
            return None
        return Part(self.cleaned_data["title"], self.cleaned_data["text"])


class SplitForm(forms.Form):
    """Up to six parts, each a title and a text; those left empty are left out."""

    words = _words(_("Pourquoi la scinder"), _("Publié avec son histoire."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields.pop("words")
        for number in range(1, MOST_PARTS + 1):
            self.fields[f"title_{number}"] = forms.CharField(
                label=_("Titre de la partie %(number)d") % {"number": number},
                max_length=CONTRIBUTION_TITLE_LENGTH,
                required=number <= 2,
            )
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("Texte de la partie %(number)d") % {"number": number},
                max_length=CONTRIBUTION_TEXT_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["words"] = words

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for number in range(1, MOST_PARTS + 1):
            if found.get(f"text_{number}") and not found.get(f"title_{number}"):
                self.add_error(f"title_{number}", _("Donnez un titre à cette partie."))
        return found

    def parts(self) -> list[Part]:
        found = self.cleaned_data
        return [
            Part(found[f"title_{number}"], found[f"text_{number}"])
            for number in range(1, MOST_PARTS + 1)
            if found[f"title_{number}"]
        ]
