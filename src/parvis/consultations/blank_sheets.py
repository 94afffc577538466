"""Blank sheets to print: what `paper_forms` says a sheet asks, in the words of its phase."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from parvis.consultations.models import Phase
from parvis.consultations.paper_forms import shape_of
from parvis.documents.language import reader_language
from parvis.documents.paper_sheets import PaperSheets, WrittenBox, WrittenRow

MOST_SHEETS = 100


def sheets_of(phase: Phase, first: int, count: int) -> PaperSheets:
    """`count` sheets of a phase, numbered from `first` after its position: 2-0001, 2-0002…"""
    shape = shape_of(phase)
    body = phase.consultation.organisation
    return PaperSheets(
        language=reader_language(),
        made_at=phase.opens_at,
        author=body.name,
        title=phase.consultation.title,
        phase=phase.title,
        how_to=shape.how_to,
        closes=_("À rendre avant le %(day)s.")
        % {"day": date_format(localtime(phase.closes_at), "j F Y")},
        promise=_("Ne signez pas. Cette feuille est saisie deux fois, par deux personnes."),
        label_label=_("Feuille"),
        rows=tuple(
            WrittenRow(row.number, row.text, tuple(label for _value, label in row.choices))
            for row in shape.rows
        ),
        boxes=tuple(
            WrittenBox(box.text, box.lines, tuple(label for _value, label in box.choices))
            for box in shape.boxes
        ),
        labels=tuple(f"{phase.position}-{number:04d}" for number in range(first, first + count)),
        simulation=_("Simulation : cet organisme est fictif.") if body.is_simulated else "",
    )
