"""The form of a short text to be judged."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.consultations.models import STATEMENT_LENGTH


class ProposalForm(forms.Form):
    """One sentence; `token` makes the same form sent twice one proposal."""

    text = forms.CharField(
        label=_("Votre phrase"),
        max_length=STATEMENT_LENGTH,
        help_text=_(
            "Une seule idée, en 140 caractères au plus, que l’on puisse approuver ou non sans "
            "autre explication."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": STATEMENT_LENGTH}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4

    def clean_text(self) -> str:
        """On one line: what is read in one breath has no paragraph."""
        return " ".join(self.cleaned_data["text"].split())


class ItemForm(ProposalForm):
    """A subject to compare with the others."""

    text = forms.CharField(
        label=_("Votre sujet"),
        max_length=STATEMENT_LENGTH,
        help_text=_("En quelques mots, 140 caractères au plus : un seul sujet."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": STATEMENT_LENGTH}),
    )
