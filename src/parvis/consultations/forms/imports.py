"""The form that brings a file in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.consultations.import_enums import KIND_OF_FORMAT, ImportFormat
from parvis.consultations.models import Consultation


class PhaseField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.position}. {obj.title} ({obj.get_kind_display()})"


class ImportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Ce que vous apportez"), choices=ImportFormat.choices, widget=forms.RadioSelect
    )
    phase = PhaseField(
        label=_("Étape qui le reçoit"),
        help_text=_(
            "Des idées pour Decidim, des opinions pour Polis, un vote de budget pour Pabulib."
        ),
        queryset=None,  # those of the consultation, given by the page
        empty_label=None,
    )
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("60 Mo au plus. Rien n’est écrit avant que vous ayez vu ce qu’il contient."),
    )

    def of_consultation(self, consultation: Consultation) -> None:
        """Offer the phases that an import may go into, and what these phases take."""
        phases: Any = self.fields["phase"]
        phases.queryset = consultation.phases.filter(kind__in=KIND_OF_FORMAT.values())
        kinds = {phase.kind for phase in phases.queryset}
        taken = [one for one in ImportFormat if KIND_OF_FORMAT[one] in kinds]
        formats: Any = self.fields["format"]
        formats.choices = [(one.value, one.label) for one in taken]
        if len(taken) == 1:
            formats.initial = taken[0].value
