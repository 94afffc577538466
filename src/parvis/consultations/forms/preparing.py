"""What a coordinator types about a consultation and its phases; the rules are in operations."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.enums import Admission, ModerationMoment, PhaseKind, Proof, Template
from parvis.consultations.models import (
    CONTRIBUTION_TEXT_LENGTH,
    DEFAULT_APPEAL_DAYS,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    Consultation,
    Phase,
)
from parvis.consultations.operations.preparing import ConsultationContent, PhaseContent
from parvis.consultations.phase_settings import Settings, read_settings, written_settings
from parvis.foundation.forms import DateInput, DateTimeInput, plausible_year

_PROOFS = [
    (Proof.MAIL, Proof.MAIL.label),
    (Proof.CODE, Proof.CODE.label),
    (Proof.ROLL, Proof.ROLL.label),
    (Proof.OIDC, Proof.OIDC.label),
]


class AdmissionFields(forms.Form):
    """Who may take part."""

    admission = forms.ChoiceField(
        label=gettext_lazy("Qui peut participer"),
        choices=Admission.choices,
        initial=Admission.OPEN,
        widget=forms.RadioSelect,
    )
    proofs = forms.MultipleChoiceField(
        label=gettext_lazy("Comment chacun est vérifié"),
        choices=_PROOFS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Seulement si chacun est vérifié. Un seul moyen garantit une voix par personne : "
            "avec deux moyens, quelqu’un pourrait voter deux fois."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("admission") == Admission.VERIFIED and not cleaned.get("proofs"):
            self.add_error("proofs", _("Choisissez au moins un moyen."))
        return cleaned


class NewConsultationForm(AdmissionFields):
    """A template, a title, what is asked: enough to see the rest ready to be corrected."""

    template = forms.ChoiceField(
        label=gettext_lazy("De quoi partir"), choices=Template.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(
        label=gettext_lazy("Titre"),
        max_length=TITLE_LENGTH,
        help_text=gettext_lazy("Ce que les habitants liront : « Quelle place pour le vélo ? »."),
    )
    summary = forms.CharField(
        label=gettext_lazy("En bref"),
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Une ou deux phrases : ce qui est demandé, et ce qui en sera fait."),
    )
    begins = forms.DateField(
        label=gettext_lazy("Premier jour"),
        widget=DateInput,
        validators=[plausible_year],
        help_text=gettext_lazy("Les dates des étapes en découlent ; vous pourrez les changer."),
    )
    field_order = ("template", "title", "summary", "begins", "admission", "proofs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins"].initial = timezone.localdate() + timedelta(days=7)

    def content(self) -> ConsultationContent:
        return ConsultationContent(
            title=self.cleaned_data["title"],
            summary=self.cleaned_data["summary"],
            admission=self.cleaned_data["admission"],
            proofs=tuple(self.cleaned_data["proofs"]),
        )

    def begins_at(self) -> datetime:
        """Midnight of the first day, in the zone in force."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["begins"], time()))


class SettingsForm(AdmissionFields):
    """The texts and rules of a consultation."""

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=TITLE_LENGTH)
    summary = forms.CharField(
        label=gettext_lazy("En bref"),
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description = forms.CharField(
        label=gettext_lazy("Présentation"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "Pourquoi cette consultation, ce qui est déjà décidé, ce qui ne l’est pas."
        ),
    )
    plain_summary = forms.CharField(
        label=gettext_lazy("En langage simple"),
        max_length=3_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "La même chose en phrases courtes et mots courants, pour qui trouve la "
            "présentation longue."
        ),
    )
    moderation = forms.ChoiceField(
        label=gettext_lazy("Modération"),
        choices=ModerationMoment.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Avant : rien ne paraît sans avoir été lu. Après : tout paraît aussitôt, et "
            "vous lisez ensuite."
        ),
    )
    charter = forms.CharField(
        label=gettext_lazy("Charte de modération"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Publiée avec les motifs de refus, qui sont les mêmes partout."),
    )
    appeal_days = forms.IntegerField(
        label=gettext_lazy("Délai de recours (jours)"),
        min_value=0,
        max_value=365,
        initial=DEFAULT_APPEAL_DAYS,
        help_text=gettext_lazy(
            "Après la publication du résultat. Ensuite, la clé qui reconnaît les "
            "participants est détruite."
        ),
    )
    embargo_reason = forms.CharField(
        label=gettext_lazy("Motif de maintien en période préélectorale"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "À écrire seulement si une étape rencontre cette période ; le journal le garde."
        ),
    )
    field_order = (
        "revision",
        "title",
        "summary",
        "description",
        "plain_summary",
        "admission",
        "proofs",
        "moderation",
        "charter",
        "appeal_days",
        "embargo_reason",
    )

    @classmethod
    def of(cls, consultation: Consultation, data: Any = None) -> SettingsForm:
        names = [name for name in cls.base_fields if name != "revision"]
        initial = {name: getattr(consultation, name) for name in names}
        return cls(data, initial={**initial, "revision": consultation.revision})

    def content(self) -> ConsultationContent:
        values = {name: self.cleaned_data[name] for name in self.fields if name != "revision"}
        return ConsultationContent(**{**values, "proofs": tuple(values["proofs"])})


class PhaseForm(forms.Form):
    """One phase: when, what for; what its kind is set to is in `forms.kinds`."""

    kind = forms.ChoiceField(label=gettext_lazy("Ce qui s’y fait"), choices=PhaseKind.choices)
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=TITLE_LENGTH)
    opens_at = forms.DateTimeField(
        label=gettext_lazy("Début"), widget=DateTimeInput, validators=[plausible_year]
    )
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Fin"),
        widget=DateTimeInput,
        validators=[plausible_year],
        help_text=gettext_lazy("À cette minute, plus rien n’est accepté."),
    )
    presentation = forms.CharField(
        label=gettext_lazy("Présentation"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    @classmethod
    def of(cls, phase: Phase, data: Any = None) -> PhaseForm:
        return cls(data, initial={name: getattr(phase, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("Une étape finit après son début."))
        return cleaned

    def content(self, settings: Settings | None = None) -> PhaseContent:
        """What was typed; without `settings`, the phase has those its kind begins with."""
        values = {name: self.cleaned_data[name] for name in self.fields}
        begun = settings or read_settings(values["kind"], {})
        return PhaseContent(**values, settings=written_settings(begun))


class TextsForm(forms.Form):
    """Several short texts at once: one a line."""

    texts = forms.CharField(
        label=gettext_lazy("Une par ligne"),
        max_length=CONTRIBUTION_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(*args, **kwargs)

    def clean_texts(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["texts"].splitlines()]
        kept = [line for line in dict.fromkeys(lines) if line]
        for line in kept:
            if len(line) > self.longest:
                raise ValidationError(
                    _("« %(start)s… » compte %(count)d signes : %(longest)d au plus."),
                    params={"start": line[:40], "count": len(line), "longest": self.longest},
                )
        return kept
