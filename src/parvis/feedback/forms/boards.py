"""Forms of the alerts and of the wall screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from parvis.feedback.operations.alerts import MAX_NOTE_CHARACTERS, MAX_REASON_CHARACTERS
from parvis.feedback.operations.drop_watch import ALARMS_A_YEAR, MAX_SILENCE_HOURS
from parvis.organisations.models import Site


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Votre note"),
        max_length=MAX_NOTE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sans nom d’agent ni d’usager : ce qui a été vu, ce qui est fait."),
    )


class CloseAlertForm(forms.Form):
    reason = forms.CharField(
        label=_("Motif"),
        max_length=MAX_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ce qui s’est passé, ou pourquoi il n’y avait rien à voir."),
    )
    new_reference = forms.BooleanField(
        label=_("Le niveau depuis cette baisse devient le niveau ordinaire"),
        required=False,
        help_text=_(
            "Sinon la surveillance reprend demain avec le même niveau ordinaire, et sonnera de "
            "nouveau si la baisse dure."
        ),
    )

    def __init__(self, *args: Any, is_drop: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_drop:
            del self.fields["new_reference"]


def _alarms() -> list[tuple[int, Any]]:
    return [
        (count, ngettext_lazy("%(count)d par an", "%(count)d par an", count) % {"count": count})
        for count in ALARMS_A_YEAR
    ]


class WatchForm(forms.Form):
    alarms_a_year = forms.TypedChoiceField(
        label=_("Fausses alertes de baisse acceptées"),
        choices=_alarms,
        coerce=int,
        help_text=_(
            "Plus vous en acceptez, plus tôt une vraie baisse est vue. Une par an est l’ordinaire."
        ),
    )
    silence_hours = forms.IntegerField(
        label=_("Heures de silence d’une borne avant l’alerte"),
        min_value=1,
        max_value=MAX_SILENCE_HOURS,
        help_text=_("Seules comptent les heures où l’on vous donne d’ordinaire des avis."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, few_agents: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if few_agents:
            del self.fields["alarms_a_year"]


class WallLinkForm(forms.Form):
    name = forms.CharField(
        label=_("Nom de l’écran"), max_length=60, help_text=_("Par exemple : hall de la mairie.")
    )
    site: forms.ModelChoiceField[Site] = forms.ModelChoiceField(
        label=_("Lieu"), queryset=Site.objects.none(), required=False, empty_label=_("Tous")
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
