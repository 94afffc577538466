"""The SIREN: nine digits that name a body in the national register, the last one a checksum.

The checksum is Luhn's (ISO/IEC 7812-1, annex B). The exception of La Poste concerns the SIRET of
its establishments, never a SIREN.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal

LENGTH = 9


def luhn_digit(digits: str) -> str:
    """The checksum that completes `digits`.

    >>> luhn_digit("73282932")
    '0'
    """
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def parse_siren(text: str, *, field: str = "siren") -> str:
    """Nine digits out of what was typed, spaces allowed; raise `Refusal` naming the field."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]+", digits):
        raise Refusal(_("Le numéro SIREN ne contient que des chiffres."), field=field)
    if len(digits) != LENGTH:
        raise Refusal(
            _("Le numéro SIREN compte neuf chiffres ; vous en avez saisi %(count)d.")
            % {"count": len(digits)},
            field=field,
        )
    if luhn_digit(digits[:-1]) != digits[-1]:
        raise Refusal(
            _("Ce numéro SIREN n’est pas valide : vérifiez les chiffres, l’un d’eux est faux."),
            field=field,
        )
    return digits
