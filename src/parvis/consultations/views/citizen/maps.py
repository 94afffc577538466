"""Where maps take their tiles, and the place of one thing on a map of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse

from parvis.consultations.phase_settings import MapView

STREET_ZOOM = 16


def tiles() -> dict[str, str]:
    """For the template of a map; empty = none."""
    return {"tiles_url": settings.TILES_URL, "tiles_attribution": settings.TILES_ATTRIBUTION}


def allow_tiles(response: HttpResponse) -> None:
    """Let this one page load pictures from the server of tiles, if the installation names one."""
    if settings.TILES_URL:
        tiles = urlsplit(settings.TILES_URL.replace("{s}", "*"))
        response._csp_update = {"img-src": [f"{tiles.scheme}://{tiles.netloc}"]}  # type: ignore[attr-defined]


def where(view: MapView | None) -> dict[str, Any]:
    """For `consultations/public/_where.html`, which draws nothing without a place."""
    return {"where": view, **tiles()} if view else {}


def point(latitude: float | None, longitude: float | None) -> MapView | None:
    """The place of a contribution, if it has one: seen from as near as a street."""
    if latitude is None or longitude is None:
        return None
    return MapView(latitude, longitude, STREET_ZOOM)
