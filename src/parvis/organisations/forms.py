"""What people type about bodies, places and mandates; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parvis.organisations.enums import OrganisationKind
from parvis.organisations.models import Organisation, Site
from parvis.organisations.operations import LISTED_KINDS


class MandateRequestForm(forms.Form):
    function = forms.CharField(
        label=_("Votre fonction"),
        max_length=120,
        help_text=_("Par exemple : directrice de l’accueil. L’opérateur la lira pour décider."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("La personne le recevra par courriel."),
    )


class OtherBodyForm(forms.Form):
    siren = forms.CharField(
        label=_("Numéro SIREN"),
        max_length=20,
        help_text=_("Neuf chiffres ; les espaces sont acceptés."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Nom de l’organisme"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Nature"),
        choices=[(kind.value, kind.label) for kind in OrganisationKind if kind not in LISTED_KINDS],
    )
    departement_code = forms.ChoiceField(
        label=_("Département"),
        required=False,
        help_text=_("Il décide du fuseau horaire et des jours fériés."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departements = (
            Organisation.objects.real()
            .current()
            .exclude(departement_code="")
            .filter(kind__in=[OrganisationKind.DEPARTEMENT, OrganisationKind.OTHER])
            .exclude(insee_code="")
            .order_by("insee_code")
            .values_list("departement_code", "name")
        )
        choices: list[tuple[str, str | Promise]] = [("", _("National"))]
        choices += [(code, f"{code} – {name}") for code, name in departements]
        field = self.fields["departement_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class SiteForm(forms.ModelForm[Site]):
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Site
        fields = ("name", "address", "opening_hours")
        help_texts = {
            "name": _("Comme les habitants l’appellent : mairie annexe des Lilas, médiathèque…"),
            "opening_hours": _("Par exemple : du lundi au vendredi, 9 h – 17 h."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["revision"].initial = self.instance.revision

    def _post_clean(self) -> None:
        """Leave the instance alone: the operation fills it under lock, and checks uniqueness."""
