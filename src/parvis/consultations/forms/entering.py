"""What a person types to be verified: short forms, read with mercy."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.operations.verifying import Named
from parvis.consultations.roll_names import FIRST_YEAR, read_day

_SALT = "parvis.consultations.entering"
# Only a program sees it, and fills it in.
HONEYPOT = "site_web"
# Nobody reads and types faster; a program does.
LEAST_SECONDS = 2
LIFE_SECONDS = 12 * 3600


class ShownForm(forms.Form):
    """A public form that sends mail: it was shown to somebody, for a while."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("shown", signing.dumps(int(time.time()), salt=_SALT))

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.data.get(HONEYPOT))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            began = signing.loads(data.get("shown", ""), salt=_SALT, max_age=LIFE_SECONDS)
        except signing.BadSignature:
            raise forms.ValidationError(
                _("Cette page est ouverte depuis trop longtemps : envoyez de nouveau.")
            ) from None
        finally:
            # Shown again from now on, whatever was sent.
            self.data = {**dict(self.data.items()), self.add_prefix("shown"): self.initial["shown"]}
        if time.time() - began < LEAST_SECONDS:
            raise forms.ValidationError(
                _("C’est allé trop vite pour nos machines : envoyez de nouveau.")
            )
        return data


class MailForm(ShownForm):
    """An address at which to receive a link."""

    prefix = "courriel"
    email = forms.EmailField(
        label=gettext_lazy("Votre adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    """The code of a letter."""

    prefix = "lettre"
    code = forms.CharField(
        label=gettext_lazy("Le code de votre lettre"),
        max_length=100,
        help_text=gettext_lazy("Minuscules, espaces et tirets ne comptent pas."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class RollForm(forms.Form):
    """Who somebody says to be; the number only where `with_number`."""

    prefix = "liste"
    family = forms.CharField(
        label=gettext_lazy("Nom de naissance, ou d’usage"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    given = forms.CharField(
        label=gettext_lazy("Prénom, ou prénoms"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    born_on = forms.CharField(
        label=gettext_lazy("Date de naissance"),
        max_length=40,
        help_text=gettext_lazy("Jour, mois, année : 3/4/1975"),
        widget=forms.TextInput(attrs={"autocomplete": "bday"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Numéro sur la liste"), max_length=60, required=False
    )

    def __init__(self, *args: Any, with_number: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (with_number or self.data.get(self.add_prefix("number"))):
            del self.fields["number"]

    def clean_born_on(self) -> Any:
        read = read_day(self.cleaned_data["born_on"])
        if read is None:
            raise forms.ValidationError(
                _("Écrivez jour, mois et année, comme 3/4/1975, à partir de %(first)d.")
                % {"first": FIRST_YEAR}
            )
        return read

    def named(self) -> Named:
        data = self.cleaned_data
        return Named(data["family"], data["given"], data["born_on"], data.get("number", ""))
