"""The notes of the criteria of a project, as their form sends them; the form of an argument."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from parvis.consultations.enums import ContributionKind
from parvis.consultations.models import Contribution
from parvis.consultations.operations.voting import MOST_NOTE
from parvis.consultations.phase_settings import ProjectSettings

NOTE = "note-"
ARGUMENT_LENGTH = 600
_NOTES = {str(note): note for note in range(MOST_NOTE + 1)}


def read_notes(sent: QueryDict, criteria: Sequence[Contribution]) -> dict[int, int]:
    """{number of a criterion: note}; whatever is no note is no answer."""
    said = ((criterion.number, sent.get(f"{NOTE}{criterion.number}", "")) for criterion in criteria)
    return {number: _NOTES[str(note)] for number, note in said if note in _NOTES}


class ArgumentForm(forms.Form):
    """An argument or a condition; `token` makes the same form sent twice one of them."""

    kind = forms.ChoiceField(
        label=_("Ce que vous écrivez est"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites si c’est pour, contre ou une condition.")},
    )
    text = forms.CharField(
        label=_("Votre argument"),
        max_length=ARGUMENT_LENGTH,
        help_text=_(
            "Un seul argument, en quelques phrases (600 caractères au plus) : chacun peut le "
            "soutenir. Sans nom de personne."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": ARGUMENT_LENGTH}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, settings: ProjectSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4
        self.fields["kind"].choices = kinds_of(settings)  # type: ignore[attr-defined]


class ArgumentEditForm(forms.Form):
    """One's own argument, changed; its side does not: it is supported as such."""

    text = forms.CharField(
        label=_("Votre argument"),
        max_length=ARGUMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": ARGUMENT_LENGTH}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


def kinds_of(settings: ProjectSettings) -> list[tuple[str, Any]]:
    """What citizens may write in a phase: (code, label)."""
    kinds: list[tuple[str, Any]] = []
    if settings.with_arguments:
        kinds += [
            (ContributionKind.ARGUMENT_FOR.value, _("un argument pour")),
            (ContributionKind.ARGUMENT_AGAINST.value, _("un argument contre")),
        ]
    if settings.with_conditions:
        kinds.append(
            (ContributionKind.CONDITION.value, _("une condition : « oui, à condition que… »"))
        )
    return kinds
