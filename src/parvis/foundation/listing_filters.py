"""The filters a list may declare: each reads one parameter of the address and narrows the rows.

A filter never passes on what it was given: it recognises a value or raises `UnknownValueError`,
and only a recognised value reaches the database.
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Choices = Iterable[tuple[Any, Any]]

TEXT_MAX_LENGTH = 100


class UnknownValueError(ValueError):
    """The address gives a value the filter does not know."""


@dataclass(frozen=True)
class Filter(ABC):
    """One parameter of the address. `name` is the parameter, `lookup` the ORM look-up it feeds."""

    name: str
    label: Text
    lookup: str = ""

    # Which control `foundation/listing.html` draws.
    control: ClassVar[str] = "text"

    @abstractmethod
    def clean(self, raw: str) -> Any:
        """The value recognised in `raw` (never empty), or `UnknownValueError`."""

    def condition(self, value: Any) -> Q:
        return Q(**{self.lookup: value})

    def options(self) -> list[tuple[str, Text]]:
        """Values and labels, for a filter that offers a choice."""
        return []


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One of a set of values; `choices` may be a function where they are read from the database.

    `conditions` replaces the look-up where a choice is more than a value of a column.
    """

    choices: Choices | Callable[[], Choices] = ()
    conditions: Callable[[str], Q] | None = None

    control: ClassVar[str] = "select"

    def options(self) -> list[tuple[str, Text]]:
        choices = self.choices() if callable(self.choices) else self.choices
        return [(str(value), label) for value, label in choices if str(value)]

    def clean(self, raw: str) -> str:
        if raw not in {value for value, _label in self.options()}:
            raise UnknownValueError(raw)
        return raw

    def condition(self, value: str) -> Q:
        return self.conditions(value) if self.conditions else super().condition(value)


@dataclass(frozen=True)
class BooleanFilter(Filter):
    """Yes or no on a condition; a boolean column or, with `__isnull` and the like, any look-up."""

    control: ClassVar[str] = "select"

    def options(self) -> list[tuple[str, Text]]:
        return [("oui", _("Oui")), ("non", _("Non"))]

    def clean(self, raw: str) -> bool:
        try:
            return {"oui": True, "non": False}[raw]
        except KeyError:
            raise UnknownValueError(raw) from None


@dataclass(frozen=True)
class DateFilter(Filter):
    """A day in ISO form; the look-up says which side of it (`sent_at__date__gte`)."""

    control: ClassVar[str] = "date"

    def clean(self, raw: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(raw)
        except ValueError:
            raise UnknownValueError(raw) from None


@dataclass(frozen=True)
class TextFilter(Filter):
    """Words typed by the person, for a textual look-up (`name__icontains`)."""

    def clean(self, raw: str) -> str:
        if len(raw) > TEXT_MAX_LENGTH or not raw.isprintable():
            raise UnknownValueError(raw)
        return raw
