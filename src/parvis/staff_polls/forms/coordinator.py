"""What a coordinator types about a poll, its groups and its roll; the rules are in operations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.foundation.forms import DateInput, plausible_year
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import DEFAULT_THRESHOLD, MINIMUM_THRESHOLD, PollGroup, StaffPoll
from parvis.staff_polls.operations.groups import MAX_NAME_CHARACTERS, MAX_PRINTED_CODES
from parvis.staff_polls.operations.preparing import (
    MAX_INTRODUCTION_CHARACTERS,
    MAX_THRESHOLD,
    MAX_TITLE_CHARACTERS,
    PollSettings,
    Start,
    closing_day,
)
from parvis.staff_polls.printed_sheets import MOST_AT_ONCE

# A poll is answered in its first days; two weeks leave time to who is away.
_USUAL_DAYS = timedelta(days=14)
# A list of twenty thousand lines is below a million bytes.
MAX_LIST_BYTES = 1_500_000

_STARTS = [
    (Start.PROPOSED, gettext_lazy("neuf cartes proposées, à garder ou à changer")),
    (Start.BLANK, gettext_lazy("une page blanche, et la bibliothèque de cartes")),
    (Start.COPY, gettext_lazy("la copie d’un de vos sondages")),
    (
        Start.REPEAT,
        gettext_lazy("un de vos sondages, pour le répéter et mesurer ce qui change"),
    ),
]


class SettingsForm(forms.Form):
    """What a poll says of itself; `revision` names the draft it was filled from."""

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=gettext_lazy("Titre du sondage"),
        max_length=MAX_TITLE_CHARACTERS,
        help_text=gettext_lazy("Les agents le lisent : « Comment accueillons-nous ? »"),
    )
    introduction = forms.CharField(
        label=gettext_lazy("Mot d’accueil"),
        max_length=MAX_INTRODUCTION_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Pourquoi ce sondage, et ce que vous ferez des réponses. C’est ce qui décide à "
            "répondre, bien plus qu’un rappel."
        ),
    )
    closes_on = forms.DateField(
        label=gettext_lazy("Dernier jour pour répondre"),
        required=False,
        widget=DateInput,
        validators=[plausible_year],
        help_text=gettext_lazy(
            "Le sondage se clôt seul à la fin de ce jour. Vous pourrez repousser."
        ),
    )
    threshold = forms.IntegerField(
        label=gettext_lazy("Seuil d’anonymat"),
        min_value=MINIMUM_THRESHOLD,
        max_value=MAX_THRESHOLD,
        initial=DEFAULT_THRESHOLD,
        help_text=gettext_lazy(
            "Rien ne s’affiche pour moins de personnes, ni pour un service plus petit. Dix "
            "convient presque toujours ; jamais moins de cinq. Il ne change plus après le "
            "lancement."
        ),
    )

    def content(self) -> PollSettings:
        data = self.cleaned_data
        return PollSettings(
            title=data["title"],
            introduction=data["introduction"],
            closes_on=data["closes_on"],
            threshold=data["threshold"],
        )


def settings_form(poll: StaffPoll) -> SettingsForm:
    """The form filled from the draft."""
    return SettingsForm(
        initial={
            "revision": poll.revision,
            "title": poll.title,
            "introduction": poll.introduction,
            "closes_on": closing_day(poll),
            "threshold": poll.threshold,
        }
    )


class NewPollForm(SettingsForm):
    field_order = ("title", "start", "source", "introduction", "closes_on", "threshold")
    start = forms.ChoiceField(
        label=gettext_lazy("Partir de"),
        widget=forms.RadioSelect,
        choices=_STARTS,
        initial=Start.PROPOSED,
    )
    source: forms.ModelChoiceField[StaffPoll] = forms.ModelChoiceField(
        label=gettext_lazy("Sondage à copier ou à répéter"),
        queryset=StaffPoll.objects.none(),
        required=False,
        empty_label=gettext_lazy("Aucun"),
        help_text=gettext_lazy(
            "Ses cartes et ses services sont repris. Les adresses des agents ne le sont pas : "
            "elles sont effacées à la clôture."
        ),
    )

    def __init__(self, *args: Any, hat: Hat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["revision"]
        self.fields["closes_on"].initial = timezone.localdate() + _USUAL_DAYS
        own = StaffPoll.objects.visible_to(hat).order_by("-pk")
        source = self.fields["source"]
        assert isinstance(source, forms.ModelChoiceField)
        source.queryset = own
        start = self.fields["start"]
        assert isinstance(start, forms.ChoiceField)
        offered = set(Start)
        if not own.exists():
            del self.fields["source"]
            offered -= {Start.COPY, Start.REPEAT}
        elif not own.exclude(state=PollState.DRAFT).exists():
            offered -= {Start.REPEAT}
        start.choices = [(value, label) for value, label in _STARTS if value in offered]


class GroupForm(forms.Form):
    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=gettext_lazy("Nom du service"),
        max_length=MAX_NAME_CHARACTERS,
        help_text=gettext_lazy("Celui que ses agents emploient : « État civil », « Voirie »."),
    )
    printed_codes = forms.IntegerField(
        label=gettext_lazy("Agents sans courriel"),
        min_value=0,
        max_value=MAX_PRINTED_CODES,
        initial=0,
        required=False,
        help_text=gettext_lazy(
            "Ils tireront un bulletin imprimé dans une boîte. En plus des agents de la liste."
        ),
    )

    @property
    def printed(self) -> int:
        return self.cleaned_data["printed_codes"] or 0


class RollForm(forms.Form):
    """A list pasted or dropped; a file has the last word where both are given."""

    lines = forms.CharField(
        label=gettext_lazy("La liste, une ligne par agent"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": gettext_lazy("État civil ; prenom.nom@exemple.fr"),
            }
        ),
        help_text=gettext_lazy(
            "« service ; adresse », copié d’un tableur ou non. Un service inconnu est créé."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Ou un fichier CSV ou texte"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )
    default: forms.ModelChoiceField[PollGroup] = forms.ModelChoiceField(
        label=gettext_lazy("Service des lignes qui n’en nomment pas"),
        queryset=PollGroup.objects.none(),
        required=False,
        empty_label=gettext_lazy("Aucun : chaque ligne nomme le sien"),
    )

    def __init__(self, *args: Any, poll: StaffPoll, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = PollGroup.objects.filter(poll=poll).order_by("number")
        field = self.fields["default"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = groups
        if not groups.exists():
            del self.fields["default"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_LIST_BYTES:
            raise forms.ValidationError(
                gettext_lazy("Ce fichier est trop lourd pour une liste d’adresses.")
            )
        return file


class PostponeForm(forms.Form):
    closes_on = forms.DateField(
        label=gettext_lazy("Nouveau dernier jour"),
        widget=DateInput,
        validators=[plausible_year],
    )


class RevisionForm(forms.Form):
    """The draft that a person saw before confirming."""

    revision = forms.CharField(widget=forms.HiddenInput)


class SlipsForm(forms.Form):
    """One sheet of printed codes; the seed makes the same form give the same codes."""

    seed = forms.CharField(widget=forms.HiddenInput)
    count = forms.IntegerField(
        label=gettext_lazy("Bulletins à imprimer"), min_value=1, max_value=MOST_AT_ONCE
    )
