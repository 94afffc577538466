"""What a coordinator types about touchpoints and kiosks; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.editions.dates import TIME_ZONES
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MINIMUM_STAFFING,
    Questionnaire,
    Touchpoint,
)
from parvis.feedback.operations.touchpoints import MAX_STAFFING, TouchpointContent
from parvis.organisations.models import Site
from parvis.questionnaires.enums import JourneyStage


class TouchpointForm(forms.ModelForm[Touchpoint]):
    """A touchpoint of the body a hat acts for."""

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    # Declared, because Django would ask all tenants' rows when this module is read.
    site: Any = forms.ModelChoiceField(
        label=gettext_lazy("Lieu"), queryset=Site.objects.none(), required=False
    )
    questionnaire: Any = forms.ModelChoiceField(
        label=gettext_lazy("Questionnaire"), queryset=Questionnaire.objects.none()
    )

    class Meta:
        model = Touchpoint
        fields = (
            "name",
            "site",
            "service",
            "stage",
            "channel",
            "staffing",
            "questionnaire",
            "time_zone",
        )
        help_texts = {
            "name": gettext_lazy(
                "Celui que les usagers lisent sur l’affiche et sur la borne : « Accueil de la "
                "mairie »."
            ),
            "service": gettext_lazy(
                "Celui dont on parle : état civil, médiathèque, piscine… Les tableaux comparent "
                "par service."
            ),
            "stage": gettext_lazy("Où en est l’usager quand il répond."),
            "channel": gettext_lazy("Par où il est venu au service."),
        }

    def __init__(self, *args: Any, hat: Hat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staffing"].help_text = _(
            "Combien d’agents travaillent à cet endroit. À moins de %(few)d, une heure ou un jour "
            "désignerait l’un d’eux : les tableaux ne montrent alors ni heure, ni jour, ni rang, "
            "ni alerte de baisse, seulement des périodes d’au moins %(answers)d réponses."
        ) % {"few": MINIMUM_STAFFING, "answers": MINIMUM_ANSWERS_WITH_FEW_AGENTS}
        self.fields["staffing"].widget.attrs |= {"min": 1, "max": MAX_STAFFING}
        here = self.instance
        sites = Site.objects.visible_to(hat)
        self._rows("site").queryset = (
            sites.filter(closed_at__isnull=True) | sites.filter(pk=here.site_id)
        ).order_by("name")
        self._rows("site").empty_label = _("Aucun lieu : un courrier, une page internet…")
        self._rows("questionnaire").queryset = (
            Questionnaire.objects.visible_to(hat)
            .filter(versions__isnull=False)
            .distinct()
            .order_by("name")
        )
        self._rows("questionnaire").empty_label = None
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Fuseau horaire"),
            choices=TIME_ZONES,
            initial="Europe/Paris",
            help_text=_("Les jours et les heures des tableaux se lisent dans ce fuseau."),
        )
        stage = self.fields["stage"]
        assert isinstance(stage, forms.TypedChoiceField)
        stage.choices = [("", _("Aucune en particulier")), *JourneyStage.choices]
        if here.pk:
            self.fields["revision"].initial = here.revision

    def _rows(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def _post_clean(self) -> None:
        """Leave the row as it is: the operation fills it, under lock."""

    def content(self) -> TouchpointContent:
        data = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return TouchpointContent(**data)

    def as_sent(self) -> dict[str, Any]:
        """What was typed, for the same form with another revision."""
        return {name: self.data.get(name, "") for name in self.fields}


class PairingForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Nom de la borne"),
        max_length=60,
        help_text=gettext_lazy(
            "Celui de l’endroit où elle est posée : « Hall, près des guichets ». Les usagers "
            "ne le voient pas."
        ),
    )


class KioskForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Nom de la borne"), max_length=60)
    touchpoint: forms.ModelChoiceField[Touchpoint] = forms.ModelChoiceField(
        label=gettext_lazy("Point d’écoute"),
        queryset=Touchpoint.objects.none(),
        empty_label=None,
        help_text=gettext_lazy(
            "Les réponses que la borne n’a pas encore envoyées restent au point d’écoute où elles "
            "ont été données."
        ),
    )

    def __init__(self, *args: Any, hat: Hat, current: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["touchpoint"]
        assert isinstance(field, forms.ModelChoiceField)
        own = Touchpoint.objects.visible_to(hat)
        field.queryset = (own.open() | own.filter(pk=current)).order_by("name")


class NewQuestionnaireForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Nom du questionnaire"),
        max_length=80,
        help_text=gettext_lazy("Pour vous y retrouver : les usagers ne le voient pas."),
    )
    copied_from: forms.ModelChoiceField[Questionnaire] = forms.ModelChoiceField(
        label=gettext_lazy("Partir de"),
        queryset=Questionnaire.objects.none(),
        required=False,
        empty_label=gettext_lazy("Le questionnaire proposé, en français et en anglais"),
    )

    def __init__(self, *args: Any, hat: Hat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["copied_from"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Questionnaire.objects.visible_to(hat).order_by("name")
        if not field.queryset.exists():
            del self.fields["copied_from"]


class RecordingForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Enregistrement (WAV ou MP3)"))
