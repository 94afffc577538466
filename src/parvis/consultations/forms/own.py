"""What a participant says of themselves, or takes back."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from parvis.consultations.forms.entering import ShownForm


class SelfForm(forms.Form):
    """How they sign, and the language of their mails."""

    display_name = forms.CharField(
        label=gettext_lazy("Nom affiché à côté de vos textes"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "Un prénom, un surnom, ou rien. Il se voit ; il ne se voit jamais à côté d’un vote."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Langue de vos courriels"), choices=settings.LANGUAGES
    )

    def clean_display_name(self) -> str:
        return " ".join(self.cleaned_data["display_name"].split())


class DigestForm(ShownForm):
    """Where to send the digest."""

    prefix = "suivi"
    email = forms.EmailField(
        label=gettext_lazy("Votre adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ErasureForm(forms.Form):
    """What becomes of texts and votes when somebody goes."""

    texts = forms.ChoiceField(
        label=gettext_lazy("Vos textes"),
        choices=[
            ("keep", gettext_lazy("Les laisser, sans auteur")),
            ("withdraw", gettext_lazy("Les retirer et les vider")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Une idée fusionnée ou scindée reste, sans auteur : d’autres l’ont soutenue depuis."
        ),
    )
    votes = forms.ChoiceField(
        label=gettext_lazy("Vos votes des étapes en cours"),
        choices=[
            ("keep", gettext_lazy("Les laisser compter")),
            ("take_back", gettext_lazy("Les reprendre")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Ceux des étapes closes ne sont déjà plus reliés à vous."),
    )
