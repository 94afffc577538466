"""What a sheet of paper says and what was not counted of it, in words for the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.consultations.enums import LeftOut, SheetState, VoidReason
from parvis.consultations.forms.paper import SheetForm, shown
from parvis.consultations.models import PaperSheet
from parvis.consultations.operations.paper_counting import agreed_document, void_reason
from parvis.consultations.paper_forms import VOID, numbers_of

# More answers than that are told as a number.
MOST_NUMBERS = 6
_OF_THE_PERSON = frozenset(
    map(str, (LeftOut.ONLINE, LeftOut.TWICE, LeftOut.UNKNOWN, LeftOut.ERASED))
)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of a sheet; `why` it is not counted, empty where it is."""

    question: str
    answer: str
    why: str


def said_on(sheet: PaperSheet) -> list[Said]:
    """What two people read on a sheet, in its order; empty once it is forgotten."""
    document = agreed_document(sheet)
    form = SheetForm(sheet.phase)
    return [
        Said(str(form.fields[name].label), shown(form, name, document), _why(sheet, name))
        for name in form.fields
        if name in document and name != VOID
    ]


def outcome(sheet: PaperSheet) -> str:
    """Why a sheet is void, or what of it is not counted and why; empty where all is well."""
    if sheet.state == SheetState.VOID:
        return str(dict(VoidReason.choices).get(void_reason(sheet), ""))
    whys = set(sheet.left_out.values())
    if sheet.state == SheetState.UNCOUNTED and len(whys) == 1 and whys <= _OF_THE_PERSON:
        return str(LeftOut(*whys).label)
    return not_counted(sheet.left_out)


def keyed_by(sheet: PaperSheet) -> str:
    """Who keyed a sheet, first then second, then who settled it."""
    people = (sheet.first_by, sheet.second_by, sheet.settled_by)
    return ", ".join(str(person) for person in people if person is not None)


def not_counted(left_out: Mapping[str, str]) -> str:
    """ "n° 2, n° 5 (refusé depuis par la modération) ; n° 7 (retiré depuis)"; empty for nothing."""
    names: dict[str, list[str]] = {}
    for name in sorted(left_out, key=lambda name: (numbers_of(name), name)):
        names.setdefault(left_out[name], []).append(name)
    return " ; ".join(
        _("%(what)s (%(why)s)") % {"what": _about(some), "why": LeftOut(why).label}
        for why, some in names.items()
    )


def _about(names: Sequence[str]) -> str:
    if len(names) > MOST_NUMBERS:
        return ngettext("%(count)d réponse", "%(count)d réponses", len(names)) % {
            "count": len(names)
        }
    return ", ".join(
        _("n° %(numbers)s") % {"numbers": " / ".join(map(str, numbers_of(name)))}
        if numbers_of(name)
        else _("le texte")
        for name in names
    )


def _why(sheet: PaperSheet, name: str) -> str:
    if name == "supports":
        return not_counted({key: why for key, why in sheet.left_out.items() if key[0] == "i"})
    why = sheet.left_out.get(name)
    return str(LeftOut(why).label) if why else ""
