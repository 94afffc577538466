"""Forms of the operator and of the reviewer; the mystery citizen's is drawn from the grid."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.mystery_audits.models import MysteryCitizen
from parvis.mystery_audits.operations.planning import DEFAULT_PER_CHANNEL, MAX_PER_CHANNEL
from parvis.mystery_audits.operations.reviewing import MAX_REASON_LENGTH
from parvis.questionnaires.enums import Channel


class PerChannelForm(forms.Form):
    """How many contacts to plan for each participant, channel by channel."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for channel in Channel:
            self.fields[channel.value] = forms.IntegerField(
                label=channel.label,
                min_value=0,
                max_value=MAX_PER_CHANNEL,
                initial=DEFAULT_PER_CHANNEL[channel],
            )

    def per_channel(self) -> dict[str, int]:
        return {channel.value: self.cleaned_data[channel.value] for channel in Channel}


class CitizenChoiceForm(forms.Form):
    """To whom contacts are given; code names only."""

    mystery_citizen = forms.ModelChoiceField(
        label=_("Citoyen-mystère"),
        queryset=MysteryCitizen.objects.none(),
        empty_label=_("Choisissez"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["mystery_citizen"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = MysteryCitizen.objects.filter(left_at__isnull=True).order_by("code_name")


class ReasonForm(forms.Form):
    """A reason that stays with the decision."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Factuel et sans nom de personne. Il reste attaché à la décision."),
    )


class InvitationForm(forms.Form):
    """Whom to invite on the panel."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        help_text=_("La personne reçoit un lien ; elle rejoint le panel en l’acceptant."),
    )


class DepartementForm(forms.Form):
    """Where somebody can pay visits."""

    departement_code = forms.CharField(
        label=_("Département"),
        max_length=3,
        required=False,
        help_text=_("Code du département où la personne peut faire des visites ; vide : partout."),
    )
