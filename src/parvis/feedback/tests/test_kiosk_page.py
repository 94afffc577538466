"""The kiosk's page and service worker: one version of everything, no cookie, no inline script."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from parvis.feedback.views import kiosk


def shell() -> dict[str, Any]:
    first_line = Client().get(reverse("feedback:kiosk_worker")).content.decode().split("\n")[0]
    return dict(json.loads(first_line.removeprefix("const SHELL = ").removesuffix(";")))


def test_the_page_needs_neither_cookie_nor_database():
    # No database is allowed to this test.
    response = Client().get(reverse("feedback:kiosk_app"))
    assert response.status_code == 200
    assert not response.cookies
    assert "Content-Security-Policy" in response


def test_the_page_is_said_to_be_the_same_until_something_changes():
    first = Client().get(reverse("feedback:kiosk_app"))
    again = Client().get(reverse("feedback:kiosk_app"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    english = {"If-None-Match": first["ETag"], "Accept-Language": "en"}
    assert Client().get(reverse("feedback:kiosk_app"), headers=english).status_code == 200


def test_the_worker_keeps_every_script_and_style():
    files = shell()["files"]
    folder = Path(kiosk.__file__).parents[1] / "static" / "feedback" / "kiosk"
    names = {path.name for path in folder.iterdir()} - {"service-worker.js"}
    assert {name for name in names if not any(one.endswith(name) for one in files)} == set()
    assert [one for one in files if not finders.find(one.removeprefix("/static/"))] == []
    page = Client().get(reverse("feedback:kiosk_app")).content.decode()
    named = set(re.findall(r'(?:href|src|data-words-url)="(/static/[^"]+)"', page))
    assert named - set(files) == set()
    # Without network either, no letter of another language changes its face.
    tokens = Path(str(finders.find("foundation/css/tokens.css"))).read_text(encoding="utf-8")
    fonts = {
        f"/static/foundation/{one}" for one in re.findall(r'url\("\.\./(fonts/[^"]+)"', tokens)
    }
    assert len(fonts) == 2
    assert fonts - set(files) == set()


def test_every_module_is_found_by_its_neighbours():
    folder = Path(kiosk.__file__).parents[1] / "static" / "feedback" / "kiosk"
    imported = {
        name
        for path in folder.glob("*.js")
        for name in re.findall(r'from "\./([\w-]+\.js)"', path.read_text(encoding="utf-8"))
    }
    modules = {path.name for path in folder.glob("*.js")} - {"app.js", "service-worker.js"}
    assert imported == modules
    dom = (folder / "dom.js").read_text(encoding="utf-8")
    for shared in re.findall(r'from "\.\./\.\./([\w/-]+\.js)"', dom):
        assert f"/static/{shared}" in shell()["files"]


def test_any_change_is_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    before = shell()["version"]
    folder = Path(kiosk.__file__).parents[1] / "static" / "feedback" / "kiosk"
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "idle.js").write_text("// changed", encoding="utf-8")
    monkeypatch.setattr(kiosk, "_KIOSK", tmp_path)
    monkeypatch.setattr(kiosk, "_digest_once", kiosk._digest)
    assert shell()["version"] != before


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_version_is_the_same_whoever_asks_first(monkeypatch: pytest.MonkeyPatch, language: str):
    monkeypatch.setattr(kiosk, "_digest_once", kiosk._digest)
    asked = Client(headers={"accept-language": language}).get(reverse("feedback:kiosk_worker"))
    assert f'"version": "{kiosk._digest()}"' in asked.content.decode()
