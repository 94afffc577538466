"""Blank sheets to print: what `paper_forms` says a sheet asks, in the words of its phase."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from parvis.consultations.enums import Proof
from parvis.consultations.models import Phase
from parvis.consultations.paper_forms import paper_proofs, shape_of
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
        promise=_promise(phase),
        label_label=_("Feuille"),
        rows=tuple(
            WrittenRow(row.number, row.text, tuple(label for _value, label in row.choices))
            for row in shape.rows
        ),
        boxes=(
            *(
                WrittenBox(box.text, box.lines, tuple(label for _value, label in box.choices))
                for box in shape.boxes
            ),
            *_whose(phase),
        ),
        labels=tuple(f"{phase.position}-{number:04d}" for number in range(first, first + count)),
        simulation=_("Simulation : cet organisme est fictif.") if body.is_simulated else "",
    )


def _whose(phase: Phase) -> list[WrittenBox]:
    """Places to write whose the sheet is, where people are known by what can be written."""
    proofs, found = paper_proofs(phase.consultation), []
    if Proof.CODE in proofs:
        found.append(WrittenBox(_("Le code de votre lettre"), 1))
    if Proof.ROLL in proofs:
        found.append(WrittenBox(_("Vos nom, prénoms et date de naissance"), 2))
    return found


def _promise(phase: Phase) -> str:
    keyed = _("Cette feuille est saisie deux fois, par deux personnes.")
    proofs = paper_proofs(phase.consultation)
    if not proofs:
        return _("Ne signez pas.") + " " + keyed
    whose = (
        _("Votre nom sert à ne compter qu’un vote par personne ; seule son empreinte reste.")
        if Proof.ROLL in proofs
        else _("Ne signez pas. Le code sert à ne compter qu’un vote par personne.")
    )
    online = _("Si vous votez aussi en ligne, c’est ce vote qui compte.")
    return " ".join((whose, online, keyed))
