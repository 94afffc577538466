"""Addresses that agents scan or type: short, and fixed for good."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from parvis.foundation.addresses import absolute
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.launching import access_path


def agents_address(request: HttpRequest, poll: StaffPoll) -> str:
    """Where agents answer, by invitation or by a code; whole, as a QR code holds it."""
    return absolute(access_path(poll), request)


def to_type(address: str) -> str:
    """An address without what a browser adds by itself: "exemple.fr/sondage/K7M2Q9XZAB"."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}".rstrip("/")
