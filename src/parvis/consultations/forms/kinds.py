"""What a phase is set to, as a form: one a kind, read back into `phase_settings`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.enums import PhaseKind
from parvis.consultations.phase_settings import (
    MOST_CHOICES,
    MOST_FIELDS,
    BudgetSettings,
    Choice,
    CustomField,
    IdeasSettings,
    InformationSettings,
    MapView,
    OpinionsSettings,
    PairsSettings,
    ProjectSettings,
    Settings,
)
from parvis.organisations.search_words import words_of

_LABEL_LENGTH = 80
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


class LinesField(forms.CharField):
    """One label a line, each once."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(
            max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 5}), **kwargs
        )

    def clean(self, value: Any) -> list[str]:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        kept = [line for line in dict.fromkeys(lines) if line]
        if len(kept) > self.most:
            raise ValidationError(_("%(most)d lignes au plus."), params={"most": self.most})
        return kept


def choices_of(labels: Sequence[str], former: Sequence[Choice]) -> tuple[Choice, ...]:
    """A choice a label; one that was there keeps its code, which contributions bear."""
    known = {choice.label: choice.code for choice in former}
    taken = set(known.values())
    made = []
    for label in labels:
        code = known.pop(label, None)
        if code is None:
            stem = "-".join(words_of(label))[:30] or "choix"
            code, rank = stem, 2
            while code in taken:
                code, rank = f"{stem}-{rank}", rank + 1
            taken.add(code)
        made.append(Choice(code=code, label=label[:_LABEL_LENGTH]))
    return tuple(made)


class MapField(forms.CharField):
    """Latitude, then longitude: a `MapView`, or None when it is left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=60, **kwargs)

    def clean(self, value: Any) -> MapView | None:
        return _map_view(super().clean(value))


class IdeasForm(forms.Form):
    """Themes, sectors, questions and what an idea may bring along."""

    themes = LinesField(
        label=gettext_lazy("Thèmes"), most=MOST_CHOICES, help_text=gettext_lazy("Un par ligne.")
    )
    sectors = LinesField(
        label=gettext_lazy("Secteurs"),
        most=MOST_CHOICES,
        help_text=gettext_lazy(
            "Quartiers, communes… Un par ligne ; rien si l’on ne distingue pas."
        ),
    )
    fields_ = LinesField(
        label=gettext_lazy("Questions de plus"),
        most=MOST_FIELDS,
        help_text=gettext_lazy(
            "Une par ligne. Pour un choix, écrivez les réponses après deux-points : "
            "« Public : enfants, adultes, tous ». Une étoile à la fin la rend obligatoire."
        ),
    )
    map = MapField(
        label=gettext_lazy("Centre de la carte"),
        help_text=gettext_lazy(
            "Latitude, longitude : « 48.8566, 2.3522 ». Sans rien, il n’y a pas de carte."
        ),
    )
    with_images = forms.BooleanField(label=gettext_lazy("Accepter une image"), required=False)
    with_documents = forms.BooleanField(
        label=gettext_lazy("Accepter des documents PDF"), required=False
    )
    with_comments = forms.BooleanField(
        label=gettext_lazy("Ouvrir aux commentaires"), required=False
    )
    with_support = forms.BooleanField(label=gettext_lazy("Ouvrir aux soutiens"), required=False)

    @staticmethod
    def initial_of(settings: IdeasSettings) -> dict[str, Any]:
        return {
            "themes": "\n".join(choice.label for choice in settings.themes),
            "sectors": "\n".join(choice.label for choice in settings.sectors),
            "fields_": "\n".join(_written_field(one) for one in settings.fields),
            "map": _written_map(settings.map),
            "with_images": settings.with_images,
            "with_documents": settings.with_documents,
            "with_comments": settings.with_comments,
            "with_support": settings.with_support,
        }

    def settings(self, former: IdeasSettings) -> IdeasSettings:
        values = self.cleaned_data
        return IdeasSettings(
            themes=choices_of(values["themes"], former.themes),
            sectors=choices_of(values["sectors"], former.sectors),
            fields=_fields_of(values["fields_"], former.fields),
            map=values["map"],
            with_images=values["with_images"],
            with_documents=values["with_documents"],
            with_comments=values["with_comments"],
            with_support=values["with_support"],
        )


class ProjectForm(forms.Form):
    map = MapField(
        label=gettext_lazy("Lieu du projet"),
        help_text=gettext_lazy(
            "Latitude, longitude : « 48.8566, 2.3522 ». Sans rien, la page ne le situe pas."
        ),
    )
    with_arguments = forms.BooleanField(
        label=gettext_lazy("Recueillir les arguments pour et contre"), required=False
    )
    with_conditions = forms.BooleanField(
        label=gettext_lazy("Recueillir les conditions (« oui, à condition que… »)"), required=False
    )

    @staticmethod
    def initial_of(settings: ProjectSettings) -> dict[str, Any]:
        return {
            "map": _written_map(settings.map),
            "with_arguments": settings.with_arguments,
            "with_conditions": settings.with_conditions,
        }

    def settings(self, former: ProjectSettings) -> ProjectSettings:
        return ProjectSettings(**self.cleaned_data)


class OpinionsForm(forms.Form):
    citizens_propose = forms.BooleanField(
        label=gettext_lazy("Les habitants peuvent proposer des affirmations"), required=False
    )

    @staticmethod
    def initial_of(settings: OpinionsSettings) -> dict[str, Any]:
        return {"citizens_propose": settings.citizens_propose}

    def settings(self, former: OpinionsSettings) -> OpinionsSettings:
        return OpinionsSettings(**self.cleaned_data)


class PairsForm(forms.Form):
    citizens_propose = forms.BooleanField(
        label=gettext_lazy("Les habitants peuvent proposer des sujets"), required=False
    )

    @staticmethod
    def initial_of(settings: PairsSettings) -> dict[str, Any]:
        return {"citizens_propose": settings.citizens_propose}

    def settings(self, former: PairsSettings) -> PairsSettings:
        return PairsSettings(**self.cleaned_data)


class BudgetForm(forms.Form):
    envelope_euros = forms.IntegerField(
        label=gettext_lazy("Enveloppe (€)"), min_value=1, max_value=2_000_000_000
    )
    ballot = forms.ChoiceField(
        label=gettext_lazy("Comment on vote"),
        choices=[
            ("approval", gettext_lazy("En choisissant des projets")),
            ("points", gettext_lazy("En partageant des points entre les projets")),
        ],
        widget=forms.RadioSelect,
    )
    most_projects = forms.IntegerField(
        label=gettext_lazy("Projets que l’on peut choisir"),
        min_value=0,
        max_value=500,
        required=False,
        help_text=gettext_lazy("0 : autant que l’on veut."),
    )
    within_envelope = forms.BooleanField(
        label=gettext_lazy("Les projets choisis doivent tenir ensemble dans l’enveloppe"),
        required=False,
        help_text=gettext_lazy(
            "Sans cette règle, chacun choisit tout ce qu’il soutient : le résultat y gagne."
        ),
    )
    points = forms.IntegerField(
        label=gettext_lazy("Points à partager"), min_value=1, max_value=1_000, required=False
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("Comment les projets sont retenus"),
        choices=[
            ("equal-shares", gettext_lazy("Parts égales : chaque votant pèse autant")),
            ("greedy", gettext_lazy("Les plus soutenus d’abord, tant que l’enveloppe suffit")),
        ],
        widget=forms.RadioSelect,
    )
    completion = forms.ChoiceField(
        label=gettext_lazy("Ce que les parts égales laissent"),
        choices=[
            (
                "add1",
                gettext_lazy(
                    "Augmenter les parts d’un euro à la fois, tant que les projets retenus "
                    "tiennent dans l’enveloppe"
                ),
            ),
            ("greedy", gettext_lazy("Aux projets les plus soutenus")),
            ("none", gettext_lazy("Le laisser (quelques villes n’ont alors rien retenu)")),
        ],
        widget=forms.RadioSelect,
    )

    @staticmethod
    def initial_of(settings: BudgetSettings) -> dict[str, Any]:
        names = (
            "envelope_euros",
            "ballot",
            "most_projects",
            "within_envelope",
            "points",
            "rule",
            "completion",
        )
        return {name: getattr(settings, name) for name in names}

    def settings(self, former: BudgetSettings) -> BudgetSettings:
        values = self.cleaned_data
        return BudgetSettings(
            **{
                **values,
                "most_projects": values["most_projects"] or 0,
                "points": values["points"] or former.points,
            }
        )


_FORMS: Mapping[str, Any] = {
    PhaseKind.IDEAS: IdeasForm,
    PhaseKind.PROJECT: ProjectForm,
    PhaseKind.EVALUATION: ProjectForm,
    PhaseKind.OPINIONS: OpinionsForm,
    PhaseKind.PAIRS: PairsForm,
    PhaseKind.BUDGET: BudgetForm,
}


def kind_form(kind: str, settings: Settings, data: Any = None) -> Any | None:
    """The form of what a kind of phase is set to; None where there is nothing to set."""
    if isinstance(settings, InformationSettings) or kind not in _FORMS:
        return None
    form = _FORMS[kind]
    return form(data, prefix="reglages", initial=form.initial_of(settings))


def _map_view(typed: str) -> MapView | None:
    if not typed.strip():
        return None
    found = _POINT.fullmatch(typed)
    if found is None:
        raise ValidationError(_("Écrivez la latitude puis la longitude : « 48.8566, 2.3522 »."))
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValidationError(_("Ce point n’est pas sur la carte."))
    return MapView(latitude, longitude)


def _written_map(view: MapView | None) -> str:
    return f"{view.latitude}, {view.longitude}" if view else ""


def _written_field(field: CustomField) -> str:
    options = f" : {', '.join(field.options)}" if field.options else ""
    return f"{field.label}{options}{' *' if field.required else ''}"


def _fields_of(lines: Sequence[str], former: Sequence[CustomField]) -> tuple[CustomField, ...]:
    known = [Choice(code=one.code, label=one.label) for one in former]
    read = []
    for line in lines:
        required = line.endswith("*")
        label, colon, options = line.rstrip("* ").partition(":")
        answers = tuple(one.strip() for one in options.split(",") if one.strip()) if colon else ()
        read.append((label.strip() or line, answers, required))
    codes = choices_of([label for label, _answers, _required in read], known)
    return tuple(
        CustomField(code=choice.code, label=choice.label, options=answers, required=required)
        for choice, (_label, answers, required) in zip(codes, read, strict=True)
    )
