"""The forms of a participation: registering, changing what was declared, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from parvis.editions.declarations import (
    ChannelDeclaration,
    SiteDeclaration,
    checked_channel,
)
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition, Option, Registration
from parvis.editions.wording import price_in_words
from parvis.foundation.errors import Refusal
from parvis.organisations.models import Site
from parvis.questionnaires.enums import Channel

NEW_SITE_ROWS = 3

# Visits have no address: they take place at the sites declared.
ADDRESSED_CHANNELS = [channel for channel in Channel if channel != Channel.VISIT]

ADDRESS_LABELS = {
    Channel.PHONE: _("Numéro du standard"),
    Channel.EMAIL: _("Adresse électronique, ou page du formulaire de contact"),
    Channel.WEBSITE: _("Adresse du site internet"),
    Channel.POST: _("Adresse postale"),
    Channel.SOCIAL: _("Compte de réseau social"),
}
ADDRESS_HELPS = {
    Channel.PHONE: _("Celui que vous donnez au public, par exemple 01 23 45 67 89."),
    Channel.EMAIL: _("Par exemple accueil@ville.fr, ou https://ville.fr/contact."),
    Channel.WEBSITE: _("Par exemple https://ville.fr."),
    Channel.POST: _("Celle où le public vous écrit."),
    Channel.SOCIAL: _("Le nom du réseau et celui du compte, ou l’adresse de la page."),
}
ADDRESS_WIDGETS = {
    Channel.PHONE: {"inputmode": "tel", "autocomplete": "off"},
    Channel.EMAIL: {"inputmode": "email", "autocomplete": "off"},
    Channel.WEBSITE: {"inputmode": "url", "autocomplete": "off"},
}


def option_label(option: Option) -> SafeString:
    """Name, price and content of an option, for the card that ticks it."""
    return format_html(
        '<span><strong>{}</strong> – {}<br><span class="muted">{}</span></span>',
        option.get_code_display(),
        price_in_words(option.price_cents, option.free_quota),
        option.description,
    )


class DeclarationsForm(forms.Form):
    """Options, channels and places: what registering and amending have in common."""

    options = forms.MultipleChoiceField(
        label=_("Options"), required=False, widget=forms.CheckboxSelectMultiple
    )
    known_sites = forms.MultipleChoiceField(
        label=_("Lieux que les visites peuvent tester"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, edition: Edition, known_sites: Sequence[Site] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options"].choices = [  # type: ignore[attr-defined]
            (option.code, option_label(option)) for option in edition.options.all()
        ]
        self._sites = {str(site.pk): site for site in known_sites}
        self.fields["known_sites"].choices = [  # type: ignore[attr-defined]
            (pk, f"{site.name}, {site.address}" if site.address else site.name)
            for pk, site in self._sites.items()
        ]
        if not self._sites:
            del self.fields["known_sites"]
        for channel in ADDRESSED_CHANNELS:
            self.fields[f"channel_{channel.value}"] = forms.CharField(
                label=ADDRESS_LABELS[channel],
                help_text=ADDRESS_HELPS[channel],
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs=ADDRESS_WIDGETS.get(channel, {})),
            )
            self.fields[f"absent_{channel.value}"] = forms.BooleanField(
                label=_("Nous n’avons pas ce canal"), required=False
            )
        for number in range(NEW_SITE_ROWS):
            self.fields[f"site_name_{number}"] = forms.CharField(
                label=_("Nom du lieu"), max_length=120, required=False
            )
            self.fields[f"site_address_{number}"] = forms.CharField(
                label=_("Adresse"), max_length=250, required=False
            )
            self.fields[f"site_hours_{number}"] = forms.CharField(
                label=_("Horaires"), max_length=300, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for declaration in self.channels():
            field = f"channel_{declaration.channel.value}"
            if not declaration.exists and cleaned.get(field):
                self.add_error(
                    field, _("Donnez des coordonnées ou dites que ce canal n’existe pas.")
                )
                continue
            try:
                checked_channel(declaration)
            except Refusal as refusal:
                self.add_error(field, refusal.message)
        for number in range(NEW_SITE_ROWS):
            name, address = f"site_name_{number}", f"site_address_{number}"
            if cleaned.get(address) and not cleaned.get(name):
                self.add_error(name, _("Donnez un nom à ce lieu."))
            elif cleaned.get(name) and not cleaned.get(address):
                self.add_error(address, _("Donnez l’adresse de ce lieu."))
        return cleaned

    def ticked(self) -> list[OptionCode]:
        return [OptionCode(code) for code in self.cleaned_data.get("options", [])]

    def channels(self) -> list[ChannelDeclaration]:
        """What was filled; a channel left blank is not declared yet."""
        declarations = []
        for channel in ADDRESSED_CHANNELS:
            address = self.cleaned_data.get(f"channel_{channel.value}", "")
            absent = self.cleaned_data.get(f"absent_{channel.value}", False)
            if address or absent:
                declarations.append(ChannelDeclaration(channel, not absent, address))
        return declarations

    def sites(self) -> list[SiteDeclaration]:
        known = [
            SiteDeclaration(self._sites[pk].name) for pk in self.cleaned_data.get("known_sites", [])
        ]
        new = [
            SiteDeclaration(
                self.cleaned_data[f"site_name_{number}"],
                self.cleaned_data[f"site_address_{number}"],
                self.cleaned_data[f"site_hours_{number}"],
            )
            for number in range(NEW_SITE_ROWS)
            if self.cleaned_data[f"site_name_{number}"]
        ]
        return [*known, *new]

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside its field, or at the top of the form when it has none here."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)

    @property
    def channel_rows(self) -> list[tuple[Any, Any]]:
        """For the page: the address and the "we have not got it" box of each channel."""
        return [
            (self[f"channel_{channel.value}"], self[f"absent_{channel.value}"])
            for channel in ADDRESSED_CHANNELS
        ]

    @property
    def site_rows(self) -> list[list[Any]]:
        return [
            [self[f"site_{part}_{number}"] for part in ("name", "address", "hours")]
            for number in range(NEW_SITE_ROWS)
        ]


class RegisterForm(DeclarationsForm):
    """One form, five minutes: who you are, what you undertake, what you tick and declare."""

    function = forms.CharField(
        label=_("Votre fonction dans l’organisme"),
        max_length=120,
        help_text=_("Par exemple : directrice de l’accueil. L’opérateur s’en sert pour vérifier."),
    )
    staff_informed = forms.BooleanField(
        label=_(
            "Je m’engage, au nom de l’organisme, à informer les agents et leurs représentants que "
            "des audits-mystère peuvent avoir lieu, et à ne jamais en tirer de sanction : "
            "l’évaluation porte sur l’organisation, jamais sur les personnes."
        ),
        error_messages={"required": _("L’inscription demande cet engagement.")},
    )
    communicability_acknowledged = forms.BooleanField(
        label=_(
            "J’ai lu que le rapport de mon organisme est un document administratif : toute "
            "personne peut en demander communication. Il ne contient jamais le score identifiable "
            "d’un autre participant."
        ),
        error_messages={"required": _("Confirmez avoir lu cette information.")},
    )


class AmendForm(DeclarationsForm):
    """The same declarations, filled with what the registration holds."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


def declarations_of(registration: Registration) -> dict[str, Any]:
    """Initial values of an `AmendForm`, for a registration whose relations are prefetched."""
    initial: dict[str, Any] = {
        "revision": registration.revision,
        "options": [ticked.option.code for ticked in registration.ticked_options.all()],
        "known_sites": [str(row.site_id) for row in registration.declared_sites.all()],
    }
    for row in registration.declared_channels.all():
        initial[f"channel_{row.channel}"] = row.address
        initial[f"absent_{row.channel}"] = not row.exists
    return initial


class JoinForm(forms.Form):
    """Asking to act for a body that a colleague registered."""

    function = forms.CharField(label=_("Votre fonction dans l’organisme"), max_length=120)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Motif du retrait"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("L’opérateur et vos collègues le lisent. N’y nommez personne."),
    )
