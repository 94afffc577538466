"""What a coordinator types: official answers, milestones, the conclusion; rules in operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from parvis.consultations.enums import ContributionKind, ContributionState, Verdict
from parvis.consultations.models import Consultation, Contribution
from parvis.consultations.operations.answering import REASON_LENGTH
from parvis.consultations.operations.milestones import MOST_EUROS
from parvis.consultations.operations.publishing import CONCLUSION_LENGTH, EMBARGO_REASON_LENGTH
from parvis.foundation.forms import DateInput, plausible_year


class AnswerForm(forms.Form):
    """One answer, to one contribution or to several alike."""

    verdict = forms.ChoiceField(
        label=_("Décision"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Pourquoi"),
        help_text=_(
            "Publique, montrée sous la contribution. L’auteur, ceux qui la soutiennent et ceux "
            "qui la suivent sont prévenus."
        ),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)


class AnswerAlikeForm(forms.Form):
    """The same answer to several contributions; fields may be empty until it is confirmed."""

    verdict = forms.ChoiceField(
        label=_("Décision"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Pourquoi"),
        help_text=_("La même réponse paraîtra sous chacune des contributions."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class MilestoneForm(forms.Form):
    title = forms.CharField(
        label=_("Jalon"),
        help_text=_("En quelques mots : « Travaux commencés », « Ouverture au public »."),
        max_length=120,
    )
    contribution: Any = forms.ModelChoiceField(
        label=_("Projet ou idée"),
        queryset=None,  # those of the consultation, given by the page
        required=False,
        empty_label=_("La consultation dans son ensemble"),
    )
    due_on = forms.DateField(label=_("Prévu le"), widget=DateInput, validators=[plausible_year])
    reached_on = forms.DateField(
        label=_("Atteint le"),
        help_text=_("Vide tant qu’il ne l’est pas. Ceux qui suivent sont prévenus une fois."),
        widget=DateInput,
        required=False,
        validators=[plausible_year],
    )
    spent_euros = forms.IntegerField(
        label=_("Dépensé pour ce jalon (€)"),
        help_text=_("En euros entiers ; vide si rien n’est à dire."),
        required=False,
        min_value=0,
        max_value=MOST_EUROS,
    )
    text = forms.CharField(
        label=_("Précisions"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    def of_consultation(self, consultation: Consultation) -> None:
        """Offer the projects of the consultation, and the ideas the body retained."""
        field: Any = self.fields["contribution"]
        field.queryset = milestone_subjects(consultation)


def milestone_subjects(consultation: Consultation) -> QuerySet[Contribution]:
    """What a milestone may be about: published projects, and ideas with an official answer."""
    rows = Contribution.objects.filter(
        phase__consultation=consultation, state=ContributionState.PUBLISHED
    )
    projects = rows.filter(kind=ContributionKind.PROJECT)
    answered = rows.filter(kind=ContributionKind.IDEA, official_answer__isnull=False)
    found: QuerySet[Contribution] = (
        (projects | answered).select_related("phase").order_by("phase__position", "number")
    )
    return found


class ConclusionForm(forms.Form):
    conclusion = forms.CharField(
        label=_("Ce qui est décidé, et pourquoi"),
        help_text=_(
            "En tête de la page du résultat, avant les chiffres. Dites aussi ce qui n’est pas "
            "retenu, et ce qui se passe ensuite."
        ),
        max_length=CONCLUSION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)


class EmbargoReasonForm(forms.Form):
    embargo_reason = forms.CharField(
        label=_("Motif de parution pendant la période préélectorale"),
        help_text=_(
            "Sans motif, réponses, jalons et résultats attendent la fin du scrutin. Un motif les "
            "montre tout de suite ; il est inscrit au journal."
        ),
        max_length=EMBARGO_REASON_LENGTH,
        required=False,
    )
