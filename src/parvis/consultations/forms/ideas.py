"""What a citizen types about an idea; the rules are in operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.models import (
    CONTRIBUTION_TEXT_LENGTH,
    CONTRIBUTION_TITLE_LENGTH,
    Contribution,
)
from parvis.consultations.operations.contributing import Content
from parvis.consultations.phase_settings import Choice, CustomField, IdeasSettings
from parvis.consultations.starts import theme_label

COMMENT_LENGTH = 2_000
ANSWER_LENGTH = 300
PLACE_LENGTH = 120
_ANSWER = "champ_"


class IdeaForm(forms.Form):
    """An idea, with what its phase asks beside the title and the text.

    `token` is drawn when the form is shown: sent twice, it makes one idea. `revision` names the
    text it was filled from, once there is one.
    """

    token = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    title = forms.CharField(
        label=gettext_lazy("Votre idée en une phrase"),
        max_length=CONTRIBUTION_TITLE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Par exemple : « Un banc à l’ombre devant l’école »."),
    )
    text = forms.CharField(
        label=gettext_lazy("Expliquez-la"),
        max_length=CONTRIBUTION_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "À quel besoin répond-elle, pour qui, comment ? N’y nommez personne : tout le monde "
            "pourra lire ce texte."
        ),
    )

    def __init__(self, *args: Any, settings: IdeasSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._custom = settings.fields
        if settings.themes:
            self.fields["theme"] = _choices(_("Thème"), settings.themes, _("Choisissez un thème"))
        if settings.sectors:
            self.fields["sector"] = _choices(_("Secteur"), settings.sectors, _("Toute la commune"))
            self.fields["sector"].required = False
        for field in settings.fields:
            self.fields[_ANSWER + field.code] = _custom_field(field)
        if settings.map is not None:
            self._add_place()
        if settings.with_images:
            self._add_image()
        if settings.with_documents:
            self.fields["document"] = forms.FileField(
                label=_("Un document"),
                required=False,
                max_length=255,
                help_text=_("Un PDF de 10 Mo au plus. Trois documents par idée, un par envoi."),
                widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
            )

    def _add_place(self) -> None:
        self.fields["place"] = forms.CharField(
            label=_("Où ?"),
            required=False,
            max_length=PLACE_LENGTH,
            help_text=_("Une adresse, une place, un lieu-dit."),
        )
        for name, label, limit in (
            ("latitude", _("Latitude"), 90),
            ("longitude", _("Longitude"), 180),
        ):
            self.fields[name] = forms.FloatField(
                label=label,
                required=False,
                localize=True,
                validators=[MinValueValidator(-limit), MaxValueValidator(limit)],
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def _add_image(self) -> None:
        self.fields["image"] = forms.FileField(
            label=_("Une image"),
            required=False,
            max_length=255,
            help_text=_(
                "PNG, JPEG ou WebP, 10 Mo au plus. Ce que votre appareil y a inscrit (lieu, date, "
                "modèle) est retiré."
            ),
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        )
        self.fields["image_description"] = forms.CharField(
            label=_("Ce que montre l’image"),
            required=False,
            max_length=250,
            help_text=_("Pour les personnes qui ne la voient pas."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        places_named = not {"latitude", "longitude"} & self.errors.keys()
        if places_named and (latitude is None) != (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            self.add_error(missing, _("Un point a une latitude et une longitude, ou aucune."))
        if cleaned.get("image") and not cleaned.get("image_description"):
            self.add_error("image_description", _("Dites en quelques mots ce que montre l’image."))
        return cleaned

    def content(self) -> Content:
        """What was typed, once it is valid."""
        cleaned = self.cleaned_data
        answers = {field.code: cleaned.get(_ANSWER + field.code, "") for field in self._custom}
        return Content(
            title=" ".join(cleaned["title"].split()),
            text=cleaned["text"].replace("\r\n", "\n").strip(),
            theme=cleaned.get("theme", ""),
            sector=cleaned.get("sector", ""),
            place=cleaned.get("place", ""),
            latitude=cleaned.get("latitude"),
            longitude=cleaned.get("longitude"),
            answers={code: answer for code, answer in answers.items() if answer},
        )


def initial_of(idea: Contribution) -> dict[str, Any]:
    """What the form of an idea already written starts from."""
    return {
        "token": idea.token,
        "revision": idea.revision,
        "title": idea.title,
        "text": idea.text,
        "theme": idea.theme,
        "sector": idea.sector,
        "place": idea.place,
        "latitude": idea.latitude,
        "longitude": idea.longitude,
        **{_ANSWER + code: answer for code, answer in idea.answers.items()},
    }


class CommentForm(forms.Form):
    """A comment on an idea; `token` as that of an idea."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Votre commentaire"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Restez courtois, et ne nommez personne."),
    )


def _choices(label: str, choices: tuple[Choice, ...], nothing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", nothing), *((one.code, theme_label(one.label, one.code)) for one in choices)],
    )


def _custom_field(field: CustomField) -> forms.Field:
    if field.options:
        return forms.ChoiceField(
            label=field.label,
            required=field.required,
            choices=[("", _("Choisissez")), *((one, one) for one in field.options)],
        )
    return forms.CharField(label=field.label, required=field.required, max_length=ANSWER_LENGTH)
