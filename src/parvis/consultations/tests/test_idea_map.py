"""The map of ideas: the picture that needs no script, the points, the tiles."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from parvis.consultations.idea_map import HEIGHT, WIDTH, Points, compact, picture
from parvis.consultations.models import Phase
from parvis.consultations.phase_settings import MapView
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from parvis.consultations.tests.test_idea_pages import SETTINGS, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]
VIEW = MapView(50.63, 3.06)


@pytest.fixture
def phase() -> Phase:
    return running_phase(settings=SETTINGS)


def points(*places: tuple[float, float]) -> Points:
    table = np.array(places, dtype=np.float64).reshape(-1, 2)
    return Points(np.arange(1, len(places) + 1), table[:, 0], table[:, 1])


def test_an_idea_in_the_middle_of_the_map_is_in_the_middle_of_the_picture():
    drawn = picture(points((50.63, 3.06)), view=VIEW, zone=None)
    (spot,) = drawn.spots
    assert (spot.x, spot.y) == (WIDTH / 2, HEIGHT / 2)
    assert (spot.count, spot.number) == (1, 1)


def test_every_idea_is_in_one_circle_or_counted_outside():
    drawn_places = np.random.default_rng(3).normal((50.63, 3.06), 0.05, (500, 2))
    drawn = picture(points(*map(tuple, drawn_places)), view=VIEW, zone=None)
    assert sum(spot.count for spot in drawn.spots) == drawn.inside
    assert drawn.inside + drawn.outside == 500
    assert all(0 <= spot.x <= WIDTH and 0 <= spot.y <= HEIGHT for spot in drawn.spots)


def test_a_circle_leads_to_the_same_ideas_closer():
    places = points((50.6300, 3.0600), (50.6302, 3.0601), (50.70, 3.2))
    wide = picture(places, view=VIEW, zone=None)
    several = next(spot for spot in wide.spots if spot.count == 2)
    assert picture(places, view=VIEW, zone=several.zone).inside == 2
    assert wide.wider is not None
    assert picture(places, view=VIEW, zone=wide.wider).inside >= wide.inside


@pytest.mark.parametrize("place", [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (85.06, 179.9)])
def test_the_ends_of_the_earth_make_no_error(place: tuple[float, float]):
    drawn = picture(points(place), view=MapView(0, 0, 0), zone=None)
    assert drawn.inside + drawn.outside == 1
    assert picture(points(place), view=VIEW, zone=(-90, -180, 90, 180)).inside <= 1


def test_no_idea_makes_an_empty_picture():
    assert picture(points(), view=VIEW, zone=None).spots == []
    assert compact(points()) == {"numbers": [], "latitudes": [], "longitudes": []}


def test_the_vendored_files_are_those_described():
    folder = Path(finders.find("consultations/leaflet/README.md")).parent
    stated = dict(
        re.findall(r"`(\S+)`: sha256 `([0-9a-f]{64})`", (folder / "README.md").read_text("utf-8"))
    )
    assert set(stated) == {"leaflet.js", "leaflet.css"}
    for name, digest in stated.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


# --- Pages ----------------------------------------------------------------------------------------


def placed(phase: Phase, title: str, latitude: float, longitude: float, **more: Any) -> Any:
    return ContributionFactory.create(
        phase=phase, title=title, latitude=latitude, longitude=longitude, **more
    )


def test_the_map_has_its_list_beside_and_its_points(phase: Phase):
    placed(phase, "Au centre", 50.63, 3.06, theme="culture")
    placed(phase, "Au bord", 50.631, 3.061)
    placed(phase, "Loin", 48.85, 2.35)
    ContributionFactory.create(phase=phase, title="Nulle part")
    response = Client().get(address(phase, "idea_map"))
    assert {card.title for card in response.context["cards"]} == {"Au centre", "Au bord"}
    assert response.context["picture"].outside == 1
    sent = Client().get(address(phase, "idea_points")).json()
    assert sorted(sent["latitudes"]) == [4_885_000, 5_063_000, 5_063_100]
    kept = Client().get(f"{address(phase, 'idea_points')}?theme=culture").json()
    assert len(kept["numbers"]) == 1


@pytest.mark.parametrize(
    "zone", ["", "x", "1,2,3", "nan,0,1,1", "10,10,5,5", "0,0,1e9,1", "50,3,50.7,3.2,4"]
)
def test_a_zone_that_is_none_shows_the_whole(phase: Phase, zone: str):
    placed(phase, "Au centre", 50.63, 3.06)
    response = Client().get(f"{address(phase, 'idea_map')}?zone={zone}")
    assert response.status_code == 200
    assert response.context["picture"].inside == 1


def test_a_phase_without_a_map_has_none():
    assert Client().get(address(running_phase(), "idea_map")).status_code == 404


def test_tiles_come_from_the_host_of_the_installation_and_only_on_maps(phase: Phase, settings: Any):
    before = Client().get(address(phase, "idea_map"))["Content-Security-Policy"]
    assert "img-src 'self';" in f"{before};"
    settings.TILES_URL = "https://{s}.tuiles.example/{z}/{x}/{y}.png"
    settings.TILES_ATTRIBUTION = "© Les contributeurs <b>"
    response = Client().get(address(phase, "idea_map"))
    assert "img-src 'self' https://*.tuiles.example" in response["Content-Security-Policy"]
    assert "© Les contributeurs &lt;b&gt;" in response.content.decode()
    assert "tuiles" not in Client().get(address(phase))["Content-Security-Policy"]
