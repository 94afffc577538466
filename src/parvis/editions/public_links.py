"""Links that rooms above add to the public page of an edition, which knows none of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise

from parvis.editions.models import Edition

_links: dict[str, str | Promise] = {}


def register_public_link(url_name: str, label: str | Promise) -> None:
    """Add a link; `url_name` takes the slug of the edition."""
    _links[url_name] = label


def links_of(edition: Edition) -> list[tuple[str | Promise, str]]:
    """Label and address of each link, in the order in which the rooms registered."""
    return [(label, reverse(name, args=[edition.slug])) for name, label in _links.items()]
