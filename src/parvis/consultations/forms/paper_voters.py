"""Whose a sheet is, where the consultation knows its people by a letter's code or a local roll.

What is typed is hashed at once, as online, and only the hash is kept: the same person, on paper and
online, is one participant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from parvis.consultations.enums import Proof
from parvis.consultations.models import Consultation
from parvis.consultations.operations.verifying import (
    Named,
    NotKnown,
    NumberNeeded,
    identity_of_code,
    identity_of_named,
    read_printed,
)
from parvis.consultations.paper_forms import paper_proofs
from parvis.consultations.roll_names import FIRST_YEAR, read_day
from parvis.foundation.errors import Refusal

_CODE, _FAMILY, _GIVEN = "who-code", "who-family", "who-given"
_BORN, _NUMBER = "who-born", "who-number"
VOTER_FIELDS = (_CODE, _FAMILY, _GIVEN, _BORN, _NUMBER)


def voter_fields(consultation: Consultation) -> dict[str, forms.Field]:
    """The fields that ask whose a sheet is; none where nothing on paper proves it."""
    proofs, found = paper_proofs(consultation), {}
    if Proof.CODE in proofs:
        found[_CODE] = _field(_("Code de la lettre, écrit sur la feuille"), 100)
    if Proof.ROLL in proofs:
        found[_FAMILY] = _field(_("Nom de naissance, ou d’usage"), 150)
        found[_GIVEN] = _field(_("Prénom, ou prénoms"), 150)
        found[_BORN] = _field(_("Date de naissance"), 40, _("Jour, mois, année : 3/4/1975"))
        found[_NUMBER] = _field(
            _("Numéro sur la liste"), 60, _("Seulement si deux personnes se confondent.")
        )
    return found


def read_voter(consultation: Consultation, typed: Mapping[str, Any]) -> str:
    """Whose the sheet is, as `paper_forms.WHO` keeps it; raise `Refusal` with its field."""
    code, proofs = str(typed.get(_CODE, "")), paper_proofs(consultation)
    names = [str(typed.get(name, "")) for name in (_FAMILY, _GIVEN, _BORN, _NUMBER)]
    if code and any(names):
        raise Refusal(_("Tapez le code, ou le nom, pas les deux."), field=_CODE)
    if not code and not any(names):
        raise Refusal(
            _(
                "Sans code ni nom, rien ne dit de qui est cette feuille : elle est nulle, dites-le "
                "à « Feuille nulle »."
            ),
            field=_CODE if Proof.CODE in proofs else _FAMILY,
        )
    if code:
        return f"{Proof.CODE} {_of_code(consultation, code)}"
    return f"{Proof.ROLL} {_of_names(consultation, *names)}"


def _of_code(consultation: Consultation, code: str) -> str:
    try:
        return identity_of_code(consultation, read_printed(code))
    except NotKnown:
        words = _(
            "Ce code n’est pas de cette consultation. Relisez le papier ; si c’est bien ce qu’il "
            "dit, la feuille est nulle."
        )
    except Refusal:
        words = _("Ce n’est pas un code : relisez le papier.")
    raise Refusal(words, field=_CODE)


def _of_names(consultation: Consultation, family: str, given: str, born: str, number: str) -> str:
    born_on = read_day(born)
    if born_on is None:
        raise Refusal(
            _("Écrivez jour, mois et année, comme 3/4/1975, à partir de %(first)d.")
            % {"first": FIRST_YEAR},
            field=_BORN,
        )
    field = _NUMBER if number else _FAMILY
    try:
        return identity_of_named(consultation, Named(family, given, born_on, number))
    except NumberNeeded:
        field = _NUMBER
        words = _("Plusieurs personnes de la liste se confondent : tapez le numéro sur la liste.")
    except NotKnown:
        words = _(
            "Personne de la liste ne répond à ces noms et à cette date. Relisez le papier ; si "
            "c’est bien ce qu’il dit, la feuille est nulle."
        )
    except Refusal as refusal:
        words = refusal.message
    raise Refusal(words, field=field)


def _field(label: str, most: int, help_text: str = "") -> forms.Field:
    return forms.CharField(
        label=label,
        max_length=most,
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
