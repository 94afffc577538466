"""Whole addresses of pages, for what leaves Parvis: mails, posters, links to hand over.

`PARVIS_PUBLIC_ADDRESS` comes first: background work answers no request that would tell the address,
and a request tells the one it came by, which is not always the one that people know. Where it is
not given, a page takes the address of its request, and background work gives no link.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_address(request: HttpRequest | None = None) -> str:
    """The address of this installation, without a final slash; empty when nothing tells it."""
    if settings.PUBLIC_ADDRESS:
        return str(settings.PUBLIC_ADDRESS)
    return f"{request.scheme}://{request.get_host()}" if request else ""


def absolute(path: str, request: HttpRequest | None = None) -> str:
    """The whole address of a path of this installation; empty when nothing tells it."""
    address = site_address(request)
    return address + path if address else ""
