"""Keying a paper sheet: the fields of its phase, and what is wrong with it in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.paper_forms import Box, Row, SheetShape, shape_of
from parvis.consultations.phase_settings import BudgetSettings, settings_as

MOST_SUPPORTS = 20
_LABEL = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


class LabelForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("Numéro de la feuille"),
        max_length=20,
        help_text=gettext_lazy("Imprimé ou tamponné en haut de la feuille, par exemple 2-0014."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def clean_label(self) -> str:
        label = "".join(self.cleaned_data["label"].split()).upper()
        if not _LABEL.fullmatch(label):
            raise forms.ValidationError(
                _("Un numéro est fait de lettres sans accent, de chiffres et de tirets.")
            )
        return label


class SheetForm(forms.Form):
    """The fields of a sheet. `void`: blank, unreadable, or against the rule of the ballot."""

    def __init__(self, phase: Phase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase = phase
        self.shape: SheetShape = shape_of(phase)
        for row in self.shape.rows:
            self.fields[row.name] = _row_field(row)
        for box in self.shape.boxes:
            self.fields[box.name] = _box_field(box)
        self.fields["void"] = forms.BooleanField(
            label=_("Feuille nulle"),
            required=False,
            help_text=_("Blanche, illisible, ou qui ne suit pas la règle inscrite dessus."),
        )

    def document(self) -> dict[str, Any]:
        """What was keyed: {name: value}, without what was left empty."""
        if self.cleaned_data["void"]:
            return {"void": True}
        found = {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if isinstance(value, str):
                value = " ".join(value.split()) if name != "text" else _lines(value)
            if value not in (None, "", [], False):
                found[name] = value
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("void") or self.errors:
            return found
        if not any(found.get(name) not in (None, "", False) for name in self.fields):
            self.add_error(
                None, _("Rien n’est saisi : si la feuille est blanche, cochez « Feuille nulle ».")
            )
        if self.phase.kind == PhaseKind.IDEAS:
            self._check_idea(found)
        if self.phase.kind == PhaseKind.BUDGET:
            self._check_budget(found)
        return found

    def _check_idea(self, found: dict[str, Any]) -> None:
        if found.get("text") and not found.get("title"):
            self.add_error("title", _("Donnez à l’idée la phrase qui la résume."))
        raw = found.get("supports", "")
        if not raw:
            return
        numbers = [part for part in re.split(r"[\s,;]+", raw) if part]
        if len(numbers) > MOST_SUPPORTS or any(
            not (part.isascii() and part.isdigit() and len(part) < 7) for part in numbers
        ):
            self.add_error("supports", _("Écrivez des numéros d’idées, séparés par des virgules."))
            return
        kept = sorted({int(part) for part in numbers})
        known = set(
            Contribution.objects.published()
            .filter(phase=self.phase, kind="idea", number__in=kept)
            .values_list("number", flat=True)
        )
        missing = [str(number) for number in kept if number not in known]
        if missing:
            self.add_error(
                "supports",
                _("Aucune idée publiée ne porte ce numéro : %(numbers)s.")
                % {"numbers": ", ".join(missing)},
            )
        found["supports"] = ", ".join(map(str, kept))

    def _check_budget(self, found: dict[str, Any]) -> None:
        own = settings_as(BudgetSettings, self.phase.kind, self.phase.settings)
        chosen = [row for row in self.shape.rows if found.get(row.name)]
        rule = _(
            "la feuille ne suit pas la règle : cochez « Feuille nulle » si c’est ce qui y est."
        )
        if own.ballot == "points":
            total = sum(found[row.name] for row in chosen)
            if total > own.points:
                self.add_error(None, _("%(total)d points : ") % {"total": total} + rule)
            return
        if own.most_projects and len(chosen) > own.most_projects:
            self.add_error(None, _("%(count)d projets : ") % {"count": len(chosen)} + rule)
        if own.within_envelope:
            keys = [key for row in chosen for key in row.subjects]
            costs = Contribution.objects.filter(pk__in=keys).values_list("cost_euros", flat=True)
            if sum(cost or 0 for cost in costs) > own.envelope_euros:
                self.add_error(None, _("Au-dessus de l’enveloppe : ") + rule)


def shown(form: SheetForm, name: str, document: Mapping[str, Any]) -> str:
    """What a keying read in a field, in words."""
    value = document.get(name)
    if value in (None, ""):
        return _("(vide)")
    if value is True:
        return _("oui")
    choices = getattr(form.fields.get(name), "choices", None) or ()
    return str(dict(choices).get(str(value), value))


def _row_field(row: Row) -> forms.Field:
    label = " – ".join(part for part in (row.number, row.text) if part)
    if not row.choices:
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=row.most)
    return forms.ChoiceField(label=label, required=False, choices=[("", _("Rien")), *row.choices])


def _box_field(box: Box) -> forms.Field:
    if box.choices:
        return forms.ChoiceField(
            label=box.text, required=False, choices=[("", _("Rien")), *box.choices]
        )
    widget = forms.Textarea(attrs={"rows": box.lines}) if box.lines > 2 else forms.TextInput()
    return forms.CharField(label=box.text, required=False, max_length=box.most, widget=widget)


def _lines(text: str) -> str:
    """The text without blanks that two people key differently: ends of lines, doubles."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
