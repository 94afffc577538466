"""Cursors: where a reading stands, opaque to whoever sends it back."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from parvis.feedback.api.problems import RefusedRequestError
from parvis.feedback.exports.rows import Cursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MICROSECONDS = 4 * 10**15  # beyond the year 2090
_MOST_NUMBER = 2**63 - 1


def of_answer(cursor: Cursor) -> str:
    microseconds = (cursor.received_at - _EPOCH) // timedelta(microseconds=1)
    return _encoded(f"a{microseconds}.{cursor.id.hex}")


def read_answer(text: str) -> Cursor:
    """Raises a problem 422 when the text is not a cursor of answers."""
    microseconds, _dot, hexadecimal = _decoded(text, "a").partition(".")
    number = _number(microseconds, _MOST_MICROSECONDS)
    if len(hexadecimal) != 32:
        raise _refused()
    try:
        return Cursor(_EPOCH + timedelta(microseconds=number), UUID(hex=hexadecimal))
    except ValueError:
        raise _refused() from None


def of_number(number: int) -> str:
    return _encoded(f"n{number}")


def read_number(text: str) -> int:
    """Raises a problem 422 when the text is not a cursor of rows known by their number."""
    return _number(_decoded(text, "n"), _MOST_NUMBER)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _decoded(text: str, kind: str) -> str:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError):
        raise _refused() from None
    if not content.startswith(kind):
        raise _refused()
    return content[1:]


def _number(text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > most:
        raise _refused()
    return int(text)


def _refused() -> RefusedRequestError:
    return RefusedRequestError(
        422,
        _("La demande n’est pas valable."),
        errors=[("cursor", _("Ce curseur n’est pas de ceux que donne l’API."))],
    )
