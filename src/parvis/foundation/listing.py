"""Lists of rows that filter, search, sort and page by the address, and export what is shown.

A room declares a `Listing`: its columns, its filters, what the search box reads. Only declared
filters and sort keys reach the database; any other value in the address is left out, and the page
says so rather than failing. Two queries a page, whatever its length: the count, and the rows.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import attrgetter, or_
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import FileResponse, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.foundation.listing_columns import Column, write_csv
from parvis.foundation.listing_filters import (
    BooleanFilter,
    ChoiceFilter,
    DateFilter,
    Filter,
    TextFilter,
    UnknownValueError,
)

__all__ = [
    "BooleanFilter",
    "ChoiceFilter",
    "Column",
    "DateFilter",
    "Filter",
    "Listing",
    "TextFilter",
]

Text = str | Promise

PAGE_SIZE = 50
SEARCH, SORT, PAGE, FORMAT = "q", "tri", "page", "format"
RESERVED = frozenset({SEARCH, SORT, PAGE, FORMAT})
SEARCH_MAX_LENGTH = 100
SEARCH_MAX_WORDS = 8
# An export is held in memory up to this size, then in a temporary file.
EXPORT_MEMORY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading. `direction` is the value of `aria-sort`, empty for the other columns."""

    column: Column
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    html: SafeString


@dataclass(frozen=True, slots=True)
class Control:
    """A filter with the value the address gives it, as the page draws it."""

    filter: Filter
    raw: str
    options: Sequence[tuple[str, Text]]


class Listing:
    """Rows of one model as a page shows them; subclass it and declare the class attributes.

    `search_fields` are ORM look-ups: every word of the search box must be found in one of them;
    override `search` where a room has a better search. `default_sort` is a column's key, with "-"
    for a descending one. `row_template` draws the cells of `row` where columns alone do not do.
    """

    columns: ClassVar[Sequence[Column]] = ()
    filters: Sequence[Filter] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_label: ClassVar[Text] = gettext_lazy("Rechercher")
    default_sort: ClassVar[str] = ""
    page_size: ClassVar[int] = PAGE_SIZE
    # Said to a screen reader as the table's name, and the stem of the export's file name.
    caption: ClassVar[Text] = ""
    export_name: ClassVar[str] = "liste"
    row_template: ClassVar[str] = ""
    # Dotted path of what tells a made-up row; a page that shows one carries the simulation banner.
    simulated: ClassVar[str] = ""
    empty_title: ClassVar[Text] = gettext_lazy("Rien à montrer pour l’instant")
    empty_text: ClassVar[Text] = ""

    def __init__(
        self, request: HttpRequest, rows: QuerySet[Any], *, filters: Sequence[Filter] | None = None
    ) -> None:
        """Read the address of `request` over `rows`, already limited to what the hat may see.

        `filters` replaces the declared ones where their choices depend on the page.
        """
        self.request = request
        if filters is not None:
            self.filters = filters
        clash = RESERVED & {item.name for item in self.filters}
        if clash:
            raise ValueError(f"reserved parameter: {sorted(clash)}")
        # Sentences for the person: what in the address was left out, and why.
        self.notices: list[str] = []
        self.controls: list[Control] = []
        self._accepted: dict[str, str] = {}
        rows = self._filtered(rows)
        rows = self._searched(rows)
        self.rows: QuerySet[Any] = self._sorted(rows)

    # --- Reading the address -------------------------------------------------------------------

    def _parameter(self, name: str) -> str:
        # A null character cannot be stored nor compared on PostgreSQL.
        return self.request.GET.get(name, "").replace("\x00", "").strip()

    def _filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for item in self.filters:
            raw = self._parameter(item.name)
            if raw:
                try:
                    rows = rows.filter(item.condition(item.clean(raw)))
                    self._accepted[item.name] = raw
                except UnknownValueError:
                    self.notices.append(
                        _("Filtre « %(label)s » : valeur inconnue, laissée de côté.")
                        % {"label": item.label}
                    )
                    raw = ""
            self.controls.append(Control(item, raw, item.options()))
        return rows

    def _searched(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        self.query = " ".join(self._parameter(SEARCH).split())
        if len(self.query) > SEARCH_MAX_LENGTH:
            self.query = self.query[:SEARCH_MAX_LENGTH].rstrip()
            self.notices.append(
                _("La recherche lit %(count)s caractères au plus : le reste est laissé.")
                % {"count": SEARCH_MAX_LENGTH}
            )
        if not self.query or not self.has_search:
            return rows
        self._accepted[SEARCH] = self.query
        return self.search(rows, self.query)

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        for word in query.split()[:SEARCH_MAX_WORDS]:
            found = (Q(**{f"{field}__icontains": word}) for field in self.search_fields)
            rows = rows.filter(reduce(or_, found))
        return rows

    @property
    def has_search(self) -> bool:
        return bool(self.search_fields) or type(self).search is not Listing.search

    def _sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        sortable = {column.key: column for column in self.columns if column.order}
        self.sort = self._parameter(SORT)
        if self.sort:
            if self.sort.removeprefix("-") in sortable:
                self._accepted[SORT] = self.sort
            else:
                self.notices.append(_("Ce tri n’existe pas : l’ordre habituel est repris."))
                self.sort = ""
        if not self.sort and self.query and type(self).search is not Listing.search:
            return rows  # in the order of the room's own search: best first
        self.sort = self.sort or self.default_sort
        if not self.sort:
            return rows
        descending = self.sort.startswith("-")
        order = sortable[self.sort.removeprefix("-")].order
        keys = [_reversed(key) for key in order] if descending else list(order)
        # The number last: rows that tie keep their place from one page to the next.
        return rows.order_by(*keys, "pk")

    # --- What the page shows -------------------------------------------------------------------

    @cached_property
    def page(self) -> Page[Any]:
        rows = (
            self.rows if self.rows.query.order_by or self.rows.ordered else self.rows.order_by("pk")
        )
        return Paginator(rows, self.page_size).get_page(self._parameter(PAGE) or 1)

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def is_simulated(self) -> bool:
        """Whether the page shows a made-up row."""
        return bool(self.simulated) and any(map(attrgetter(self.simulated), self.page))

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or the search box hides rows."""
        return bool(self._accepted.keys() - {SORT})

    def address(self, **changes: str | int | None) -> str:
        """The address of this list with some parameters changed; None takes one out."""
        query = QueryDict(mutable=True)
        for name, value in {**self._accepted, **changes}.items():
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}" if query else self.request.path

    @property
    def reset_url(self) -> str:
        return self.request.path

    @property
    def export_url(self) -> str:
        return self.address(**{FORMAT: "csv"})

    @property
    def hidden_sort(self) -> str:
        """The sort asked for, that the filter form carries along."""
        return self._accepted.get(SORT, "")

    def headings(self) -> Iterator[Heading]:
        for column in self.columns:
            url = direction = ""
            if column.order:
                descending = self.sort == f"-{column.key}"
                ascending = self.sort == column.key
                url = self.address(**{SORT: f"-{column.key}" if ascending else column.key})
                direction = "descending" if descending else "ascending" if ascending else ""
            yield Heading(column, url, direction)

    def lines(self) -> Iterator[tuple[Model, list[Cell]]]:
        """The rows of the page with their cells; no cells where a template draws them."""
        columns = () if self.row_template else self.columns
        for row in self.page:
            yield row, [Cell(column, column.html(row)) for column in columns]

    def page_links(self) -> Iterator[tuple[int | None, str]]:
        """Numbers and addresses of the pages near this one; None where some are left out."""
        for number in self.page.paginator.get_elided_page_range(
            self.page.number, on_each_side=1, on_ends=1
        ):
            if isinstance(number, int):
                yield number, self.address(**{PAGE: number})
            else:
                yield None, ""

    @property
    def previous_url(self) -> str:
        if not self.page.has_previous():
            return ""
        return self.address(**{PAGE: self.page.previous_page_number()})

    @property
    def next_url(self) -> str:
        if not self.page.has_next():
            return ""
        return self.address(**{PAGE: self.page.next_page_number()})

    # --- Answers -------------------------------------------------------------------------------

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The page with `listing` in its context, or the export if the address asks for it."""
        if self._parameter(FORMAT) == "csv":
            return self.export()
        own = {"listing": self, "is_simulated": self.is_simulated}
        return render(self.request, template, {**own, **(context or {})})

    def export(self) -> FileResponse:
        """Every row found, on all pages, as a CSV file.

        It is written before the answer starts, in a temporary file once it is long: rows read
        while the answer streams would be read after the tenancy scope of the request has closed.
        """
        file = tempfile.SpooledTemporaryFile(max_size=EXPORT_MEMORY_BYTES)  # noqa: SIM115
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        write_csv(text, self.columns, self.rows.iterator(chunk_size=500))
        text.flush()
        text.detach()
        file.seek(0)
        return FileResponse(
            file,
            as_attachment=True,
            filename=f"{self.export_name}.csv",
            content_type="text/csv; charset=utf-8",
        )


def _reversed(key: str) -> str:
    return key.removeprefix("-") if key.startswith("-") else f"-{key}"
