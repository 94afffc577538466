"""`parvis analyse pairs`: the file it reads, what it refuses and what it writes."""

import json
import random
from pathlib import Path

import pytest

from parvis.analyse.cli import main
from parvis.statistics.pair_ranking import MOST_ITEMS

VOTES = "voter-id,winner,loser\n1,b,a\n2,b,a\n2,10,9\n3,a,b\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys):
    """Write the file, run the analysis, give the exit code and both outputs."""
    monkeypatch.chdir(tmp_path)

    def of(content: str, *options: str):
        Path("VOTES.csv").write_text(content, encoding="utf-8")
        code = main(["pairs", "VOTES.csv", *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err.replace("\u00a0", " ")

    return of


def test_json_as_promised(run) -> None:
    code, output, errors = run(VOTES, "--format=json")
    content = json.loads(output)
    assert (code, errors) == (0, "")
    assert list(content) == ["items"]
    assert [list(item) for item in content["items"]] == [["id", "score", "rank"]] * 4
    assert [item["id"] for item in content["items"]] == ["9", "10", "a", "b"]
    ranks = {item["id"]: item["rank"] for item in content["items"]}
    assert ranks["10"] < ranks["9"]
    assert ranks["b"] < ranks["a"]
    assert all(0 < item["score"] < 1 for item in content["items"])


def test_the_same_votes_in_another_order_give_the_same_scores_to_the_last_bit(run) -> None:
    chance = random.Random(4)
    drawn = [chance.sample(["9", "10", "a", "b", "c", "d", "e"], 2) for _pair in range(60)]
    given = set()
    for _order in range(12):
        chance.shuffle(drawn)
        votes = "winner,loser\n" + "\n".join(",".join(pair) for pair in drawn) + "\n"
        given.add(run(votes, "--format=json")[1])
    assert len(given) == 1


def test_ties_share_the_smallest_rank(run) -> None:
    for method in ("bradley-terry", "win-rate"):
        content = json.loads(
            run("winner,loser\na,b\nc,d\ne,f\nf,e\n", "--format=json", "--method", method)[1]
        )
        ranks = {item["id"]: item["rank"] for item in content["items"]}
        assert ranks == {"a": 1, "b": 5, "c": 1, "d": 5, "e": 3, "f": 3}
    table = run("winner;loser\na;b\nc;d\n")[1]
    assert [line.split()[0] for line in table.splitlines()] == ["rang", "1", "1", "3", "3"]


def test_the_share_of_comparisons_won(run) -> None:
    content = json.loads(run(VOTES, "--method=win-rate", "--format=json")[1])
    scores = {item["id"]: item["score"] for item in content["items"]}
    assert scores == {"9": 1 / 3, "10": 2 / 3, "a": 2 / 5, "b": 3 / 5}
    assert run(VOTES, "--method=win-rate", "--format=csv")[1].startswith("id,score,rank\n9,0.33")


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ("winner,loser\n", "ce fichier n’a aucune ligne de données"),
        ("winner,looser\na,b\n", "ligne 1, « loser » : cette colonne manque"),
        ("winner,loser\na,\n", "ligne 2, « loser » : l’identifiant est vide"),
        ("winner,loser\na,b\n,b\n", "ligne 3, « winner » : l’identifiant est vide"),
        ("winner,loser\na,a\n", "VOTES.csv, ligne 2 : « a » est comparé à lui-même"),
        ("winner,loser\na,b,c\n", "ligne 2 : 3 cellules au lieu de 2"),
    ],
)
def test_what_is_refused(run, votes, expected) -> None:
    code, output, errors = run(votes)
    assert (code, output) == (2, "")
    assert expected in errors
    assert errors.count("\n") == 1


def test_too_many_items_for_bradley_terry(run) -> None:
    votes = "winner,loser\n" + "".join(f"{n},{n + 1}\n" for n in range(MOST_ITEMS))
    code, _, errors = run(votes)
    assert code == 2
    assert f"{MOST_ITEMS + 1} éléments ; la méthode bradley-terry en admet {MOST_ITEMS}" in errors
    assert run(votes, "--method=win-rate")[0] == 0


def test_an_unknown_method(run) -> None:
    assert "l’option --method n’admet pas « elo »" in run(VOTES, "--method=elo")[2]
