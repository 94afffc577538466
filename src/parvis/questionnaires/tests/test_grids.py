"""Importing, freezing and reading grids as rows."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.foundation.errors import Conflict
from parvis.journal.models import Entry
from parvis.questionnaires.grid_schema import GridError
from parvis.questionnaires.grids import (
    default_grid_text,
    document_of,
    freeze,
    import_default_grid,
    import_grid,
)
from parvis.questionnaires.models import FrozenGridError, Grid
from parvis.questionnaires.tests.factories import GridFactory

pytestmark = pytest.mark.django_db


def corrected_text() -> str:
    """The default grid with another title, under the same code and version."""
    return default_grid_text().replace(
        "Grille de référence du baromètre", "Grille de référence corrigée"
    )


def test_the_same_grid_twice_is_one_row() -> None:
    first = import_default_grid(None)
    again = import_grid(default_grid_text() + "\n# a remark changes no byte of the content\n", None)
    assert again.pk == first.pk
    assert Grid.objects.count() == 1
    assert Entry.objects.filter(action="grid.imported").count() == 1


def test_a_version_nobody_uses_may_be_corrected() -> None:
    first = import_default_grid(None)
    corrected = import_grid(corrected_text(), PersonFactory())
    assert corrected.pk == first.pk
    assert corrected.title_fr == "Grille de référence corrigée"
    assert document_of(corrected).title.fr == "Grille de référence corrigée"


def test_a_version_in_use_is_never_changed() -> None:
    grid = GridFactory(used=True)
    with pytest.raises(Conflict, match="sert déjà"):
        import_grid(corrected_text(), None)
    assert Grid.objects.get().sha256 == grid.sha256


def test_a_new_version_stands_beside_the_one_in_use() -> None:
    GridFactory(used=True)
    newer = import_grid(corrected_text().replace("version: 1", "version: 2", 1), None)
    assert newer.version == 2
    assert Grid.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("sha256", "0" * 64), ("document", {"criteria": []}), ("version", 9), ("title_fr", "Autre")],
)
def test_the_model_itself_refuses_any_change_once_used(field: str, value: object) -> None:
    grid = GridFactory(used=True)
    setattr(grid, field, value)
    with pytest.raises(FrozenGridError):
        grid.save()


def test_freezing_twice_keeps_the_first_date() -> None:
    grid = GridFactory(used=True)
    first = grid.first_used_at
    freeze(grid)
    grid.refresh_from_db()
    assert grid.first_used_at == first


def test_a_grid_that_cannot_be_scored_leaves_nothing() -> None:
    with pytest.raises(GridError):
        import_grid("code: broken\nversion: 1\n", None)
    assert not Grid.objects.exists()


def test_a_stored_grid_is_parsed_once(django_assert_num_queries) -> None:
    grid = GridFactory()
    same_bytes = Grid.objects.get(pk=grid.pk)
    with django_assert_num_queries(0):
        assert document_of(grid) is document_of(same_bytes)


def test_command_loads_the_default_grid_then_finds_it(tmp_path) -> None:
    out = io.StringIO()
    call_command("load_grid", stdout=out)
    call_command("load_grid", stdout=out)
    assert Grid.objects.count() == 1
    assert out.getvalue().count("critères") == 2


def test_command_names_the_defects_of_a_file(tmp_path) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text("code: broken\nversion: 1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="rien n’a changé"):
        call_command("load_grid", str(path))
    with pytest.raises(CommandError, match="illisible"):
        call_command("load_grid", str(tmp_path / "absent.yaml"))


class TestPage:
    def test_a_published_grid_is_public_and_complete(self, client: Client) -> None:
        grid = GridFactory(used=True)
        page = client.get(reverse("questionnaires:grid", args=[grid.pk]))
        text = page.content.decode()
        assert page.status_code == 200
        for criterion in document_of(grid).criteria:
            assert f'id="{criterion.code}"' in text

    def test_it_speaks_the_language_of_the_reader(self, client: Client) -> None:
        grid = GridFactory(used=True)
        address = reverse("questionnaires:grid", args=[grid.pk])
        first = document_of(grid).criteria[0]
        french = client.get(address, headers={"accept-language": "fr"}).content.decode()
        english = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert "Grille de référence du baromètre" in french
        assert "Reference grid of the barometer" in english
        assert first.label.en.split("’")[0].split("'")[0] in english

    def test_a_grid_nobody_published_is_the_operators_only(self, client: Client) -> None:
        grid = GridFactory()
        addresses = [
            reverse("questionnaires:grid", args=[grid.pk]),
            reverse("questionnaires:grid_json", args=[grid.pk]),
        ]
        assert [client.get(address).status_code for address in addresses] == [404, 404]
        sign_in(client, PersonFactory(operator=True))
        assert [client.get(address).status_code for address in addresses] == [200, 200]

    def test_the_json_is_the_grid_that_was_hashed(self, client: Client) -> None:
        import hashlib

        grid = GridFactory(used=True)
        answer = client.get(reverse("questionnaires:grid_json", args=[grid.pk]))
        assert hashlib.sha256(answer.content).hexdigest() == grid.sha256
        assert len(json.loads(answer.content)["criteria"]) == len(document_of(grid).criteria)

    def test_nothing_is_written_by_a_post(self, client: Client) -> None:
        grid = GridFactory(used=True)
        assert client.post(reverse("questionnaires:grid", args=[grid.pk])).status_code == 405
