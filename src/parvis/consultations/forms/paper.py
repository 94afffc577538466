"""Keying a paper sheet: the fields of its phase, and what is wrong with it in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.consultations.amounts import euros
from parvis.consultations.ballot_limits import Excess, Limited, excesses
from parvis.consultations.enums import PhaseKind, VoidReason
from parvis.consultations.forms.paper_voters import VOTER_FIELDS, read_voter, voter_fields
from parvis.consultations.models import MOST_POINTS, Contribution, Phase
from parvis.consultations.paper_forms import (
    VOID,
    WHO,
    Box,
    Row,
    SheetShape,
    numbers_of,
    paper_proofs,
    shape_of,
)
from parvis.consultations.phase_settings import BudgetSettings, settings_as
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

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
    """The fields of a sheet, those of what has left since included: two people key one paper."""

    def __init__(self, phase: Phase, *args: Any, asks_voter: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase = phase
        self.shape: SheetShape = shape_of(phase, with_gone=True)
        self.voter = ""
        self.asks_voter = asks_voter and bool(paper_proofs(phase.consultation))
        if self.asks_voter:
            self.fields.update(voter_fields(phase.consultation))
        for row in self.shape.rows:
            self.fields[row.name] = _row_field(row)
        for box in self.shape.boxes:
            self.fields[box.name] = _box_field(box)
        self.fields[VOID] = forms.ChoiceField(
            label=_("Feuille nulle"),
            required=False,
            choices=[("", _("Non, elle compte")), *_void_reasons(phase)],
            help_text=_("Nulle, elle n’est qu’un nombre : rien de ce qu’elle dit n’est compté."),
        )

    def document(self) -> dict[str, Any]:
        """What was keyed: {name: value}, without what was left empty; of a void sheet, why."""
        if self.cleaned_data[VOID]:
            return {VOID: self.cleaned_data[VOID]}
        found = {WHO: self.voter} if self.voter else {}
        for name in self._answers():
            value = self.cleaned_data.get(name)
            if isinstance(value, str):
                value = " ".join(value.split()) if name != "text" else _lines(value)
            if value not in (None, "", [], False):
                found[name] = value
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get(VOID):
            # Whatever is wrong with the rest is why it is void.
            self.errors.clear()
            return found
        if self.errors:
            return found
        if not any(found.get(name) not in (None, "", False) for name in self._answers()):
            self.add_error(
                None,
                _("Rien n’est saisi : si la feuille est blanche, dites-le à « Feuille nulle »."),
            )
        if self.phase.kind == PhaseKind.IDEAS:
            self._check_idea(found)
        if self.phase.kind == PhaseKind.BUDGET:
            self._check_budget(found)
        if self.asks_voter:
            try:
                self.voter = read_voter(self.phase.consultation, found)
            except Refusal as refusal:
                show_refusal(self, refusal)
        return found

    def _answers(self) -> list[str]:
        """Names of the fields of what the sheet says."""
        return [name for name in self.fields if name not in VOTER_FIELDS and name != VOID]

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
        # Those that left since are what the paper says: keyed like the others, not counted.
        known = set(
            Contribution.objects.filter(
                phase=self.phase, kind="idea", number__in=kept, published_at__isnull=False
            ).values_list("number", flat=True)
        )
        missing = [str(number) for number in kept if number not in known]
        if missing:
            self.add_error(
                "supports",
                _("Aucune idée publiée n’a porté ce numéro : %(numbers)s.")
                % {"numbers": ", ".join(missing)},
            )
        found["supports"] = ", ".join(map(str, kept))

    def _check_budget(self, found: dict[str, Any]) -> None:
        own = settings_as(BudgetSettings, self.phase.kind, self.phase.settings)
        given = {
            numbers_of(row.name)[0]: int(found[row.name])
            for row in self.shape.rows
            if found.get(row.name)
        }
        costs = {
            number: cost or 0
            for number, cost in Contribution.objects.filter(
                phase=self.phase, number__in=given
            ).values_list("number", "cost_euros")
        }
        broken = [_broken(excess) for excess in excesses(given, own, costs)]
        if broken:
            advice = _(
                "Relisez le papier ; si c’est bien ce qu’il dit, choisissez « %(reason)s » à "
                "« Feuille nulle »."
            ) % {"reason": VoidReason.RULE.label}
            self.add_error(None, " ".join([*broken, advice]))


def _void_reasons(phase: Phase) -> list[tuple[str, str]]:
    is_proved = bool(paper_proofs(phase.consultation))
    return [
        (reason.value, str(reason.label))
        for reason in VoidReason
        if is_proved or reason != VoidReason.UNKNOWN
    ]


def _broken(excess: Excess) -> str:
    if excess.what is Limited.EUROS:
        return _("Les projets cochés coûtent %(given)s ensemble, l’enveloppe est de %(most)s.") % {
            "given": euros(excess.given),
            "most": euros(excess.most),
        }
    words = (
        _("La feuille partage %(given)d points, la règle en donne %(most)d.")
        if excess.what is Limited.POINTS
        else _("La feuille coche %(given)d projets, la règle en permet %(most)d.")
    )
    return words % {"given": excess.given, "most": excess.most}


def shown(form: SheetForm, name: str, document: Mapping[str, Any]) -> str:
    """What a keying read in a field, in words."""
    value = document.get(name)
    if value in (None, ""):
        return _("(vide)")
    if name == WHO:
        return _("(gardé sous forme d’empreinte, qui ne s’affiche pas)")
    choices = getattr(form.fields.get(name), "choices", None) or ()
    return str(dict(choices).get(str(value), value))


def _row_field(row: Row) -> forms.Field:
    label = " – ".join(part for part in (row.number, row.text) if part)
    gone = (
        _("N’est plus proposé : tapez ce que dit le papier, ce ne sera pas compté.")
        if row.is_gone
        else ""
    )
    if not row.choices:
        return forms.IntegerField(
            label=label, required=False, min_value=0, max_value=MOST_POINTS, help_text=gone
        )
    return forms.ChoiceField(
        label=label, required=False, choices=[("", _("Rien")), *row.choices], help_text=gone
    )


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
