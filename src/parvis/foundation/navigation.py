"""The menu of each hat: every room registers its own entries, the frame of the pages shows them.

A room calls `register` from its `AppConfig.ready`, so that the foundation knows none of them. An
entry whose address does not resolve is left out: an installation may go without a room.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

PUBLIC = "public"

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered line of a menu. `while_pending` shows it to a hat not yet effective too."""

    label: Text
    url_name: str
    order: int
    while_pending: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A line as the page shows it. `current` is "page", "true" (a page below it) or empty."""

    label: Text
    url: str
    current: str


_menus: dict[str, list[Entry]] = {}


def register(
    kind: str, label: Text, url_name: str, order: int, *, while_pending: bool = True
) -> None:
    """Add a line to the menu of one kind of hat (a `RoleKind` value), or of visitors (`"public"`).

    `url_name` takes no argument; `order` sorts from left to right. Registering the same address
    twice replaces the first.
    """
    menu = _menus.setdefault(str(kind), [])
    menu[:] = [entry for entry in menu if entry.url_name != url_name]
    menu.append(Entry(label, url_name, order, while_pending))
    menu.sort(key=lambda entry: entry.order)


def links(kind: str, *, path: str, effective: bool = True) -> list[Link]:
    """The menu of a kind of hat, with the line of the page at `path` marked.

    Of the lines whose address begins the path, the longest is the current one: the page of an
    edition marks "Éditions", not "Accueil".
    """
    addresses: list[tuple[Text, str]] = []
    for entry in _menus.get(str(kind), []):
        if not effective and not entry.while_pending:
            continue
        try:
            addresses.append((entry.label, reverse(entry.url_name)))
        except NoReverseMatch:
            continue
    above = [url for _label, url in addresses if _begins(url, path)]
    nearest = max(above, key=len, default=None)
    return [
        Link(label, url, ("page" if url == path else "true") if url == nearest else "")
        for label, url in addresses
    ]


def _begins(url: str, path: str) -> bool:
    if url == path:
        return True
    return url != "/" and path.startswith(url if url.endswith("/") else f"{url}/")
