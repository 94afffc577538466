"""Addresses that people read on a poster or type on a tablet: short, and fixed for good."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from parvis.feedback.models import Touchpoint
from parvis.foundation.addresses import absolute


def public_path(touchpoint: Touchpoint) -> str:
    """The public page of a touchpoint."""
    return reverse("feedback:give", args=[touchpoint.code])


def public_address(request: HttpRequest, touchpoint: Touchpoint) -> str:
    """The same, whole, as a QR code holds it."""
    return absolute(public_path(touchpoint), request)


def kiosk_address(request: HttpRequest) -> str:
    """What a tablet opens to become a kiosk."""
    return absolute(reverse("feedback:kiosk_app"), request)


def to_type(address: str) -> str:
    """An address without what a browser adds by itself: "exemple.fr/avis/k7m2q9xz"."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}".rstrip("/")
