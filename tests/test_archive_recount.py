"""From the open-data archive of a consultation, anybody finds the published results again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from parvis.analyse.cli import main
from parvis.consultations.archives.votes import FEWEST_VOTERS
from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Phase
from parvis.consultations.tests.outcomes import archive_files, published, whole_consultation

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(tmp_path: Path, settings) -> tuple[Path, dict[str, Phase]]:
    """The folder where the archive was unpacked, and the phases it was made of."""
    settings.HOME = tmp_path
    with scopes_disabled():
        consultation, phases = whole_consultation(FEWEST_VOTERS + 11)
        for name, content in archive_files(published(consultation)).items():
            path = tmp_path / "unpacked" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for phase in phases.values():
            phase.refresh_from_db()
    return tmp_path / "unpacked", phases


def found(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_opinions(archive, capsys):
    folder, phases = archive
    result = phases[PhaseKind.OPINIONS].result
    again = found(
        capsys,
        "opinions",
        str(folder / "3-opinions" / "VOTES.csv"),
        str(folder / "3-opinions" / "COMMENTS.csv"),
    )
    assert again["groups"] == result["groups"] == 2
    shown = {str(item["number"]): item for item in result["items"]}
    assert {one["id"] for one in again["statements"]} == set(shown)
    for statement in again["statements"]:
        assert statement["consensus"] == shown[statement["id"]]["consensus"]


def test_pairs(archive, capsys):
    folder, phases = archive
    result = phases[PhaseKind.PAIRS].result
    again = found(capsys, "pairs", str(folder / "4-pairs" / "VOTES.csv"))
    published_items = {str(item["number"]): item for item in result["items"]}
    assert len(again["items"]) == len(published_items)
    for item in again["items"]:
        shown = published_items[item["id"]]
        assert item["rank"] == shown["rank"]
        assert item["score"] == pytest.approx(shown["score"], abs=1e-9)


def test_budget(archive, capsys):
    folder, phases = archive
    result = phases[PhaseKind.BUDGET].result
    again = found(capsys, "budget", str(folder / "5-budget" / "VOTE.pb"))
    assert [int(one) for one in again["selected"]] == result["selected"]
    assert again["total_cost"] == result["total_cost"]
