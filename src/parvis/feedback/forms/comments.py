"""What a coordinator types about comments and ideas; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.feedback.enums import CommitmentState, IdeaState
from parvis.feedback.models import ReplyTemplate
from parvis.feedback.models.replies import REPLY_LENGTH

EMBARGO_HELP = _(
    "Sans motif, le texte attend la fin de la période préélectorale pour paraître. Un motif "
    "le montre tout de suite ; il est inscrit au journal."
)


def _long_text(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=REPLY_LENGTH,
        required=required,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class _EmbargoMixin(forms.Form):
    """Leaves the reason out while no election is near."""

    embargo_reason = forms.CharField(
        label=_("Motif de parution pendant la période préélectorale"),
        max_length=300,
        required=False,
        help_text=EMBARGO_HELP,
    )

    def for_embargo(self, in_embargo: bool) -> None:
        if not in_embargo:
            self.fields["embargo_reason"].widget = forms.HiddenInput()


class HideWordsForm(forms.Form):
    words = forms.CharField(
        label=_("Mots à masquer"),
        max_length=200,
        help_text=_("Recopiez-les tels qu’ils sont écrits ; ils seront masqués partout."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AgentNamesForm(forms.Form):
    names = forms.CharField(
        label=_("Prénoms et noms, un agent par ligne"),
        max_length=20_000,
        help_text=_("Chaque mot du nom sera masqué, avec ou sans accents ni majuscules."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean_names(self) -> list[str]:
        return [line for line in self.cleaned_data["names"].splitlines() if line.strip()]


class ReplyForm(_EmbargoMixin):
    text = _long_text(_("Votre réponse"), _("Publique, montrée sous le texte auquel elle répond."))
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("text", "embargo_reason")


class ReplyTemplateForm(forms.ModelForm[ReplyTemplate]):
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ReplyTemplate
        fields = ("name", "text")
        help_texts = {
            "text": _("{lieu} et {organisme} seront remplacés par leurs noms."),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}

    def _post_clean(self) -> None:
        """Leave the instance alone: the operation fills it under lock, and checks uniqueness."""


class CommitmentForm(_EmbargoMixin):
    said = forms.CharField(
        label=_("Vous avez dit"),
        max_length=200,
        help_text=_("En une phrase : ce que les usagers demandent."),
    )
    done = _long_text(
        _("Nous avons fait"), _("Ce qui a changé, quand ; ou pourquoi ce n’est pas possible.")
    )
    state = forms.ChoiceField(label=_("Où en est-on ?"), choices=CommitmentState.choices)
    theme: Any = forms.ModelChoiceField(
        label=_("Thème auquel il répond"),
        queryset=None,  # the body's own, given by the page
        required=False,
        empty_label=_("Aucun en particulier"),
    )
    published = forms.BooleanField(
        label=_("Montrer sur la page publique"), required=False, initial=True
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("said", "done", "state", "theme", "embargo_reason", "published")


class IdeaAnswerForm(_EmbargoMixin):
    state = forms.ChoiceField(label=_("Où en est cette idée ?"), choices=IdeaState.choices)
    answer = _long_text(
        _("Réponse publique"),
        _("Montrée avec l’idée, et à qui l’a laissée. Obligatoire si elle est close."),
        required=False,
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("state", "answer", "embargo_reason")


class LinkForm(forms.Form):
    commitment: Any = forms.ModelChoiceField(
        label=_("Engagement qui y répond"),
        queryset=None,  # the body's own, given by the page
        required=False,
        empty_label=_("Aucun"),
    )


class ThemeLabelForm(forms.Form):
    label = forms.CharField(label=_("Nom du thème"), max_length=80)
