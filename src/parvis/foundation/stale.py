"""Stale forms: two people changed the same thing, and neither change is lost in silence.

A form carries the `revision` of the object it was filled from. When the object has moved on since,
the save is refused and the page shows both versions: what is stored now, what the person sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from parvis.foundation.errors import Conflict


class Revisioned(Protocol):
    """A model instance with a `revision` incremented at each change."""

    revision: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of which the two versions differ; both are shown as they are."""

    label: str
    theirs: str  # stored now
    yours: str  # sent by this person, not stored


class StaleForm(Conflict):
    """The object changed since the form was opened; `differences` shows both versions."""

    def __init__(self, differences: list[Difference], *, current_revision: int) -> None:
        super().__init__(
            _(
                "Quelqu’un a modifié ces informations depuis que vous avez ouvert cette page. "
                "Rien n’a été enregistré : comparez les deux versions, puis recommencez."
            )
        )
        self.differences = differences
        self.current_revision = current_revision


def check_revision(
    obj: Revisioned, sent: int | str | None, *, changes: Mapping[str, Any] | None = None
) -> None:
    """Go on when `sent` is the revision of `obj`, read under lock; raise `StaleForm` otherwise.

    `changes` maps field names of `obj` to the values the person sent: those that differ from the
    stored ones are shown beside them. A revision that is missing or no number is stale.
    """
    if str(sent) == str(obj.revision):
        return
    differences = []
    for name, yours in (changes or {}).items():
        theirs = getattr(obj, name)
        if theirs != yours:
            differences.append(
                Difference(_label(obj, name), _shown(obj, name, theirs), _shown(obj, name, yours))
            )
    raise StaleForm(differences, current_revision=obj.revision)


def _field(obj: object, name: str) -> models.Field[Any, Any] | None:
    if isinstance(obj, models.Model):
        try:
            field = obj._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        return field if isinstance(field, models.Field) else None
    return None


def _label(obj: object, name: str) -> str:
    field = _field(obj, name)
    return str(field.verbose_name).capitalize() if field is not None else name


def _shown(obj: object, name: str, value: Any) -> str:
    field = _field(obj, name)
    if field is not None and field.choices:
        value = dict(field.flatchoices).get(value, value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return _("(vide)") if value in (None, "") else str(value)
