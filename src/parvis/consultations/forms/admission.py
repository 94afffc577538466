"""What a coordinator gives so that people may be verified: how many codes, which roll."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from parvis.consultations.operations.printing import MOST_AT_ONCE


class CodesForm(forms.Form):
    count = forms.IntegerField(
        label=gettext_lazy("Codes à imprimer"), min_value=1, max_value=MOST_AT_ONCE, initial=100
    )


class RollFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("La liste, en CSV"),
        help_text=gettext_lazy(
            "Première ligne : nom ; nom d’usage ; prénoms ; date de naissance ; numéro. Le nom "
            "d’usage et le numéro peuvent manquer ; l’ordre des colonnes est libre."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
