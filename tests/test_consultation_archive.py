"""From the files of the archive anybody computes the published result of a consultation again."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.analyse.cli import main
from parvis.consultations import disclosure
from parvis.consultations.archives import votes
from parvis.consultations.archives.votes import Numbers, Table, votes_of
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.leaving import blank_text
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


def moderated(taken_off: Contribution, blanked: Contribution, put_back: Contribution) -> None:
    """What a moderator and an author do with texts once their votes are counted."""
    Contribution.objects.filter(pk=taken_off.pk).update(state=ContributionState.REFUSED)
    blank_text(blanked)
    # An appeal decided after the close: it was left out of the count.
    Contribution.objects.filter(pk=put_back.pk).update(state=ContributionState.PUBLISHED)


@pytest.mark.usefixtures("few_are_told")
def test_groups_are_found_again_after_a_moderator_took_texts_off(tmp_path, capsys, client):
    phase = running_phase(PhaseKind.OPINIONS)
    statements = written(phase, ContributionKind.STATEMENT, *[f"Phrase {n}" for n in range(12)])
    chance = random.Random(3)
    for rank in range(24):
        choices = [
            Choice(one.pk, chance.choice([1, 1, 0]) if place % 2 == rank % 2 else -1)
            for place, one in enumerate(statements)
        ]
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.OPINION, choices))
    Contribution.objects.filter(pk=statements[5].pk).update(state=ContributionState.REFUSED)
    result = ended(phase).result
    moderated(statements[0], statements[1], statements[5])
    # Published for the first time after the close: nobody could vote on it.
    written(phase, ContributionKind.STATEMENT, "Trop tard")

    files = archived(phase, tmp_path)
    with Path(files["COMMENTS.csv"]).open(encoding="utf-8") as comments:
        rows = {int(row["comment-id"]): row for row in csv.DictReader(comments)}
    for number in (1, 2):
        assert (rows[number]["moderated"], rows[number]["comment-body"]) == ("1", "")
        assert int(rows[number]["agrees"]) + int(rows[number]["passes"]) > 0
    assert (rows[6]["moderated"], rows[6]["comment-body"]) == ("-1", "Phrase 5")
    found = analysed(capsys, "opinions", files["VOTES.csv"], files["COMMENTS.csv"])
    assert found["groups"] == result["groups"]
    assert {row["id"]: row["consensus"] for row in found["statements"]} == {
        str(row["number"]): row["consensus"] for row in result["items"]
    }
    page = client.get(
        reverse("consultations:phase", args=[phase.consultation.code, phase.position])
    ).content.decode()
    assert "Phrase 0" not in page


@pytest.mark.usefixtures("few_are_told")
def test_a_ranking_is_found_again_after_a_moderator_took_items_off(tmp_path, capsys, client):
    phase = running_phase(PhaseKind.PAIRS)
    items = written(phase, ContributionKind.ITEM, "Vélo", "Bus", "Arbres", "Bancs")
    for rank in range(12):
        who = participant(phase.consultation)
        pairs = [(low, high) for low in range(4) for high in range(low + 1, 4)]
        choices = [
            preference(*((items[a].pk, items[b].pk) if rank % 3 else (items[b].pk, items[a].pk)))
            for a, b in pairs
        ]
        vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, choices))
    Contribution.objects.filter(pk=items[3].pk).update(state=ContributionState.REFUSED)
    result = ended(phase).result
    moderated(items[0], items[1], items[3])

    files = archived(phase, tmp_path)
    with Path(files["ITEMS.csv"]).open(encoding="utf-8") as listed:
        rows = [(row["moderated"], row["item-body"]) for row in csv.DictReader(listed)]
    assert rows == [("1", ""), ("1", ""), ("1", "Arbres"), ("-1", "Bancs")]
    found = analysed(capsys, "pairs", files["VOTES.csv"])
    assert {row["id"]: (row["score"], row["rank"]) for row in found["items"]} == {
        str(row["number"]): (row["score"], row["rank"]) for row in result["items"]
    }
    page = client.get(
        reverse("consultations:phase", args=[phase.consultation.code, phase.position])
    ).content.decode()
    assert "Vélo" not in page
    assert page.count("Texte retiré depuis la clôture") == 2
