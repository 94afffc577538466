"""Menus: each hat its own, in order, with the current page marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parvis.foundation import navigation


@pytest.fixture(autouse=True)
def _menus_of_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_menus", {})
    return None


def labels(kind: str, path: str = "/", **options: bool) -> list[str]:
    return [str(link.label) for link in navigation.links(kind, path=path, **options)]


def test_a_hat_sees_its_own_lines_in_order() -> None:
    navigation.register("operator", "Deux", "web:legal", 20)
    navigation.register("operator", "Un", "web:home", 10)
    navigation.register("reviewer", "Autre", "web:about", 10)

    assert labels("operator") == ["Un", "Deux"]
    assert labels("reviewer") == ["Autre"]
    assert labels("public") == []


def test_registering_an_address_again_replaces_its_line() -> None:
    navigation.register("public", "Ancien", "web:legal", 10)
    navigation.register("public", "Nouveau", "web:legal", 10)

    assert labels("public") == ["Nouveau"]


def test_a_line_without_address_is_left_out() -> None:
    navigation.register("public", "Absent", "no_such_room:page", 10)
    navigation.register("public", "Présent", "web:home", 20)

    assert labels("public") == ["Présent"]


def test_a_hat_not_yet_effective_sees_only_what_is_open_to_it() -> None:
    navigation.register("coordinator", "Inscription", "web:home", 10)
    navigation.register("coordinator", "Résultats", "web:legal", 20, while_pending=False)

    assert labels("coordinator", effective=False) == ["Inscription"]
    assert labels("coordinator") == ["Inscription", "Résultats"]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", ["page", "", ""]),
        ("/mentions-legales", ["", "page", ""]),
        ("/mentions-legales/detail", ["", "true", ""]),
        ("/mentions-legales-autres", ["", "", ""]),
        ("/ailleurs/", ["", "", ""]),
    ],
)
def test_the_nearest_line_above_a_page_is_current(path: str, current: list[str]) -> None:
    navigation.register("public", "Accueil", "web:home", 10)
    navigation.register("public", "Mentions", "web:legal", 20)
    navigation.register("public", "Méthode", "web:about", 30)

    assert [link.current for link in navigation.links("public", path=path)] == current
