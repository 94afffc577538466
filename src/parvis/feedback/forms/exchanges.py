"""What a coordinator chooses about exports, keys and webhooks; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.feedback.exchange_enums import ApiScope, ExportFormat, WebhookEvent
from parvis.feedback.models import Touchpoint
from parvis.foundation.forms import DateInput, plausible_year


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"), choices=ExportFormat.choices, initial=ExportFormat.CSV
    )
    touchpoint: forms.ModelChoiceField[Touchpoint] = forms.ModelChoiceField(
        label=_("Point d’écoute"),
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label=_("Tous"),
    )
    first_day = forms.DateField(
        label=_("Du"), required=False, widget=DateInput(), validators=[plausible_year]
    )
    last_day = forms.DateField(
        label=_("Au"), required=False, widget=DateInput(), validators=[plausible_year]
    )

    def __init__(self, *args: Any, touchpoints: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["touchpoint"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = touchpoints


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Nom"),
        max_length=60,
        help_text=_("Le programme qui s’en servira, par exemple : entrepôt de données."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Ce que la clé ouvre, en lecture seule"),
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple,
    )


EVENT_CHOICES = [(event.value, event.label) for event in WebhookEvent if event != WebhookEvent.TEST]


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(
        label=_("Prévenir quand"), choices=EVENT_CHOICES, widget=forms.CheckboxSelectMultiple
    )


class EndpointForm(EventsForm):
    url = forms.CharField(
        label=_("Adresse"),
        max_length=500,
        help_text=_("Celle d’un programme à vous, joignable sur Internet, en https."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    field_order = ("url", "events")
