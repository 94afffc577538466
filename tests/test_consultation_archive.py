"""From the files of the archive anybody computes the published result of a consultation again."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scopes_disabled

from parvis.analyse.cli import main
from parvis.consultations import disclosure
from parvis.consultations.archives import votes
from parvis.consultations.archives.votes import Numbers, Table, votes_of
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.tests.factories import (
    closed,
    participant,
    publish,
    running_phase,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield


@pytest.fixture
def few_are_told(monkeypatch):
    """The arithmetic of one voter, whose votes never leave otherwise."""
    monkeypatch.setattr(disclosure, "FEWEST_PEOPLE", 1)
    monkeypatch.setattr(votes, "FEWEST_VOTERS", 1)


def ended(phase: Phase) -> Phase:
    """The phase followed once while it ran, then closed."""
    follow(phase)
    return closed(phase)


def archived(phase: Phase, folder: Path) -> Mapping[str, str]:
    """The tables of the phase as its archive gives them, by name; written below the folder."""
    publish(phase)
    written = votes_of(Phase.objects.select_related("consultation").get(pk=phase.pk), Numbers())
    assert written is not None
    paths = {}
    for table in written.files:
        assert isinstance(table, Table)
        path = folder / table.name.rpartition("/")[2]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([table.columns, *table.rows()])
        paths[path.name] = str(path)
    return paths


def analysed(capsys: Any, *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--format", "json"]) == 0
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


@pytest.mark.usefixtures("few_are_told")
@pytest.mark.parametrize("people", [1, 40])
def test_groups_of_opinion(tmp_path, capsys, people):
    phase = running_phase(PhaseKind.OPINIONS)
    keys = [
        one.pk
        for one in written(phase, ContributionKind.STATEMENT, *[f"Phrase {n}" for n in range(12)])
    ]
    chance = random.Random(people)
    for rank in range(people):
        who = participant(phase.consultation)
        camp = rank % 3
        choices = [
            Choice(key, chance.choice([1, 1, 0]) if place % 3 == camp else chance.choice([-1, 0]))
            for place, key in enumerate(keys[:11])
            if chance.random() < 0.8
        ]
        vote(Ballot(phase, who.pk, VoteKind.OPINION, choices))
    # Taken off after it was voted on: its votes are in the archive, and count for nothing.
    Contribution.objects.filter(pk=keys[4]).update(state=ContributionState.REFUSED)
    result = ended(phase).result

    files = archived(phase, tmp_path)
    with Path(files["COMMENTS.csv"]).open(encoding="utf-8") as comments:
        rows = list(csv.DictReader(comments))
    assert [row["comment-body"] for row in rows if row["moderated"] == "-1"] == [""]
    found = analysed(capsys, "opinions", files["VOTES.csv"], files["COMMENTS.csv"])
    assert found["groups"] == result["groups"] == (3 if people == 40 else 1)
    groups = [row["group"] for row in found["people"] if row["group"] is not None]
    assert [groups.count(group) for group in range(found["groups"])] == result["sizes"]
    assert len(groups) == result["entered"]
    shared = ("consensus", "consensus_geometric", "representative_of", "sides")
    # To the last bit: what JSON writes is read back as it was.
    assert [{"id": str(row["number"])} | {name: row[name] for name in shared} for row in
            result["items"]] == found["statements"]  # fmt: skip


@pytest.mark.usefixtures("few_are_told")
@pytest.mark.parametrize("people", [1, 12])
def test_ranking_by_pairs(tmp_path, capsys, people):
    phase = running_phase(PhaseKind.PAIRS)
    keys = [one.pk for one in written(phase, ContributionKind.ITEM, *"ABCDE")]
    chance = random.Random(people)
    for _rank in range(people):
        who = participant(phase.consultation)
        drawn = [sorted(chance.sample(range(4), 2)) for _pair in range(5)]
        choices = [
            preference(keys[low], keys[high], neither=chance.random() < 0.2) for low, high in drawn
        ]
        vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, choices))
    result = ended(phase).result
    found = analysed(capsys, "pairs", archived(phase, tmp_path)["VOTES.csv"])
    scored = [row for row in result["items"] if row["score"] is not None]
    assert {row["id"]: (row["score"], row["rank"]) for row in found["items"]} == {
        str(row["number"]): (row["score"], row["rank"]) for row in scored
    }
    assert len(scored) < 5
