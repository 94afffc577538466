"""The columns of a list: what a cell shows on the page, and what it holds in an export."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

from defusedcsv import csv
from django.db.models import Model
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Text = str | Promise

PILLS = frozenset({"", "good", "bad", "wait", "info"})
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Column:
    """A column of a list.

    `value` is a dotted path of attributes (methods without argument are called) or a function of
    the row. `order` are the ORM fields of an ascending sort; empty = the column does not sort.
    `link` gives the address a cell leads to, or an empty string. `pill` gives the kind of pill
    ("good", "bad", "wait", "info", or empty for a plain one). `unit` follows the shown number.
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any]
    order: Sequence[str] = ()
    numeric: bool = False
    link: Callable[[Any], str] | None = None
    pill: Callable[[Any], str] | None = None
    unit: Text = ""

    def read(self, row: Model) -> Any:
        if callable(self.value):
            return self.value(row)
        value: Any = row
        for name in self.value.split("."):
            value = getattr(value, name)
            if callable(value):
                value = value()
            if value is None:
                return None
        return value

    def html(self, row: Model) -> SafeString:
        """The cell's content, escaped."""
        value = self.read(row)
        shown = shown_text(value)
        if self.unit and value is not None:
            shown = f"{shown}\u00a0{self.unit}"
        if self.pill is not None and value not in (None, ""):
            kind = self.pill(row)
            if kind not in PILLS:
                raise ValueError(f"{kind!r} is no kind of pill")
            return format_html(
                '<span class="pill{}">{}</span>', f" pill-{kind}" if kind else "", shown
            )
        url = self.link(row) if self.link is not None else ""
        if url:
            return format_html('<a href="{}">{}</a>', url, shown)
        return format_html("{}", shown)


def shown_text(value: Any) -> Any:
    """A value as a person reads it, in the language and time zone in force."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Oui") if value else _("Non")
    if isinstance(value, datetime.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, datetime.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, float | Decimal):
        # Rounded first: number_format cuts the digits it does not show.
        rounded = Decimal(value).quantize(Decimal("0.1"))
        return formats.number_format(rounded, decimal_pos=1, use_l10n=True, force_grouping=True)
    if isinstance(value, int):
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    return value


def exported_text(value: Any) -> Any:
    """A value as a spreadsheet reads it: full precision, ISO dates, the language's decimal mark."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return formats.number_format(value, use_l10n=True, force_grouping=False)
    if isinstance(value, int):
        return value
    # A leading tab or line feed would carry a formula past the writer's own check.
    return CONTROL_CHARACTERS.sub(" ", str(value)).strip()


def write_csv(stream: TextIO, columns: Sequence[Column], rows: Iterable[Model]) -> None:
    """Write the rows with a header line, separated by semicolons as French spreadsheets expect.

    The writer prefixes with a quote whatever a spreadsheet would run as a formula.
    """
    writer = csv.writer(stream, delimiter=";")
    writer.writerow([str(column.label) for column in columns])
    for row in rows:
        writer.writerow([exported_text(column.read(row)) for column in columns])
