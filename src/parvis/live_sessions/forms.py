"""What a coordinator types about a session; the rules are in operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.live_sessions.enums import Shape
from parvis.live_sessions.models import MOST_PEOPLE, LiveSession
from parvis.live_sessions.operations.preparing import MAX_TITLE_CHARACTERS, SessionSettings
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.models import DEFAULT_THRESHOLD, MINIMUM_THRESHOLD, StaffPoll
from parvis.staff_polls.operations.preparing import MAX_THRESHOLD
from parvis.staff_polls.poll_document import MAX_TEXT_CHARACTERS

_USUAL_ROOM = 30
# What a card written in one line may be: its kind, and its shape.
QUICK = {
    "agree": (CardKind.AGREE, ""),
    "smiley": (CardKind.SMILEY, ""),
    "words": (CardKind.SENTENCE, Shape.WORDS),
    "ideas": (CardKind.SENTENCE, Shape.IDEAS),
}


class SettingsForm(forms.Form):
    """What a session says of itself; `version` names the session it was filled from."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=gettext_lazy("Titre de la séance"),
        max_length=MAX_TITLE_CHARACTERS,
        help_text=gettext_lazy("La salle le lit : « Réunion d’accueil du 12 mars »."),
    )
    expected = forms.IntegerField(
        label=gettext_lazy("Personnes attendues"),
        min_value=MINIMUM_THRESHOLD,
        max_value=MOST_PEOPLE,
        initial=_USUAL_ROOM,
        help_text=gettext_lazy(
            "À peu près. Les pages disent si beaucoup plus d’appareils répondent, signe que "
            "quelqu’un vote plusieurs fois."
        ),
    )
    threshold = forms.IntegerField(
        label=gettext_lazy("Seuil d’anonymat"),
        min_value=MINIMUM_THRESHOLD,
        max_value=MAX_THRESHOLD,
        initial=DEFAULT_THRESHOLD,
        help_text=gettext_lazy(
            "Rien n’est montré de moins de réponses. 10 d’ordinaire, 5 au moins ; ne change plus "
            "une fois la salle ouverte."
        ),
    )

    def content(self) -> SessionSettings:
        return SessionSettings(
            title=self.cleaned_data["title"],
            expected=self.cleaned_data["expected"],
            threshold=self.cleaned_data["threshold"],
        )


class NewSessionForm(SettingsForm):
    """A session and the poll whose cards it takes."""

    poll: forms.ModelChoiceField[StaffPoll] = forms.ModelChoiceField(
        label=gettext_lazy("Reprendre les cartes d’un sondage"),
        queryset=StaffPoll.objects.none(),
        required=False,
        empty_label=gettext_lazy("Aucun : j’ajouterai des cartes ensuite"),
        help_text=gettext_lazy(
            "Même en préparation. Ses phrases à compléter deviennent des idées à soutenir ; vous "
            "pourrez en faire un nuage de mots."
        ),
    )
    field_order = ("version", "title", "poll", "expected", "threshold")

    def __init__(self, *args: Any, hat: Hat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["poll"].queryset = polls_of(hat)  # type: ignore[attr-defined]


class QuickCardForm(forms.Form):
    """A card in one line."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Sorte de carte"),
        choices=[
            ("words", Shape.WORDS.label),
            ("ideas", Shape.IDEAS.label),
            ("agree", CardKind.AGREE.label),
            ("smiley", CardKind.SMILEY.label),
        ],
    )
    text = forms.CharField(label=gettext_lazy("Question"), max_length=MAX_TEXT_CHARACTERS)

    def content(self) -> dict[str, str]:
        kind, shape = QUICK[self.cleaned_data["kind"]]
        return {"kind": kind, "shape": shape, "text": self.cleaned_data["text"]}


class PollCardsForm(forms.Form):
    """The cards of one more poll."""

    poll: forms.ModelChoiceField[StaffPoll] = forms.ModelChoiceField(
        label=gettext_lazy("Cartes d’un sondage"),
        queryset=StaffPoll.objects.none(),
        empty_label=gettext_lazy("Choisissez un sondage"),
    )

    def __init__(self, *args: Any, hat: Hat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["poll"].queryset = polls_of(hat)  # type: ignore[attr-defined]


def polls_of(hat: Hat) -> Any:
    """The polls of the body that have cards, the newest first."""
    return StaffPoll.objects.visible_to(hat).exclude(document={}).order_by("-pk")


def settings_form(session: LiveSession) -> SettingsForm:
    return SettingsForm(
        initial={
            "version": session.version,
            "title": session.title,
            "expected": session.expected,
            "threshold": session.threshold,
        }
    )
