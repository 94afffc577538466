"""`parvis analyse opinions`: the files it reads, what it refuses and what it writes."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.analyse.cli import main

CAMPS = ["11111111", "22222222", "11111110", "22222220"]
SIGNS = {"1": "1", "2": "-1", "0": "0"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys):
    """Write the files, run the analysis, give the exit code and both outputs."""
    monkeypatch.chdir(tmp_path)

    def of(votes: str | bytes, *options: str, comments: str | None = None):
        content = votes if isinstance(votes, bytes) else votes.encode()
        Path("VOTES.csv").write_bytes(content)
        files = ["VOTES.csv"]
        if comments is not None:
            Path("COMMENTS.csv").write_text(comments, encoding="utf-8")
            files.append("COMMENTS.csv")
        code = main(["opinions", *files, *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err.replace("\u00a0", " ")

    return of


def votes_of(ballots: list[str], *, head: str = "voter-id,comment-id,vote") -> str:
    lines = [head]
    for person, ballot in enumerate(ballots):
        lines += [f"{person},{number},{SIGNS[sign]}" for number, sign in enumerate(ballot)]
    return "\n".join(lines) + "\n"


def test_json_as_promised(run) -> None:
    code, output, errors = run(votes_of(CAMPS), "--format", "json")
    assert (code, errors) == (0, "")
    content = json.loads(output)
    assert list(content) == ["groups", "people", "statements"]
    assert content["groups"] == 2
    people = content["people"]
    assert [list(one) for one in people] == [["id", "group", "x", "y"]] * 4
    assert [one["id"] for one in people] == ["0", "1", "2", "3"]
    assert people[0]["group"] == people[2]["group"] != people[1]["group"] == people[3]["group"]
    assert people[0]["x"] == pytest.approx(-people[1]["x"])
    statement = content["statements"][0]
    assert statement["id"] == "0"
    # Two groups of two: all of one agree, none of the other.
    assert statement["consensus"] == pytest.approx(3 / 4 * 1 / 4)
    assert statement["consensus_geometric"] == pytest.approx((3 / 4 * 1 / 4) ** 0.5)
    assert statement["representative_of"] == [0, 1] or statement["representative_of"] == []
    assert len(statement["sides"]) == len(statement["representative_of"])


def test_columns_are_read_by_name_and_the_last_vote_counts(run) -> None:
    plain = run(votes_of(CAMPS), "--format=json")
    reordered = "\n".join(
        ["vote;extra;Timestamp;comment_id;VOTER-ID"]
        + ["-1;x;1;0;0"]
        + [
            f"{SIGNS[sign]};x;{5 + person};{number};{person}"
            for person, ballot in reversed(list(enumerate(CAMPS)))
            for number, sign in enumerate(ballot)
        ]
    )
    assert run(f"\ufeff{reordered}\n;;;;\n", "--format=json") == plain
    # Without a clock the later row counts.
    twice = votes_of(CAMPS) + "0,0,-1\n0,0,1\n"
    assert run(twice, "--format=json") == plain


def test_statements_moderated_out_are_left_out(run) -> None:
    plain = run(votes_of(CAMPS), "--format=json")
    wider = votes_of([f"{ballot}1" for ballot in CAMPS])
    comments = "comment-id,moderated,comment-body\n" + "".join(
        f'{number},1,"text\n{number}"\n' for number in range(8)
    )
    assert run(wider, "--format=json", comments=f"{comments}8,-1,out\n") == plain
    code, output, _ = run(wider, comments=f"{comments}8,-1,out\n")
    assert code == 0
    assert "0 text\\n0" in output
    assert "out" not in output


def test_statements_moderated_out_may_count_as_passes(run) -> None:
    """Person 0 voted on 7 statements of 8, and a ninth is out: √(9/8) instead of √(8/7)."""
    ballots = ["1111111", *CAMPS[1:]]
    comments = "comment-id,moderated\n8,-1\n"
    left_out, as_passes = (
        json.loads(run(votes_of(ballots), "--format=json", *options, comments=comments)[1])
        for options in ([], ["--moderated=as-passes"])
    )
    ratio = as_passes["people"][0]["x"] / left_out["people"][0]["x"]
    assert ratio == pytest.approx((9 / 8) ** 0.5 / (8 / 7) ** 0.5)
    assert as_passes["people"][1]["x"] == pytest.approx(left_out["people"][1]["x"])


def test_a_statement_without_votes_has_its_line(run) -> None:
    comments = "comment-id,moderated\n" + "".join(f"{number},0\n" for number in range(9))
    _, output, _ = run(votes_of(CAMPS), "--format=json", comments=comments)
    assert json.loads(output)["statements"][8] == {
        "id": "8",
        "consensus": 0.25,
        "consensus_geometric": 0.5,
        "representative_of": [],
        "sides": [],
    }


@pytest.mark.parametrize(
    ("ballots", "groups", "inside"),
    [(["11111111"], 1, [True]), (["1111111"] * 4, 1, [True] * 4), (["1", "1", "1"], 1, [True] * 3)],
)
def test_one_voter_and_everybody_agreeing(run, ballots, groups, inside) -> None:
    code, output, _ = run(votes_of(ballots), "--format=json")
    content = json.loads(output)
    assert (code, content["groups"]) == (0, groups)
    assert [one["group"] == 0 for one in content["people"]] == inside
    assert all(one["x"] == one["y"] == 0 for one in content["people"])
    for output_format in ("table", "csv"):
        assert run(votes_of(ballots), "--format", output_format)[0] == 0


def test_nobody_entered(run) -> None:
    votes = "voter-id,comment-id,vote\n" + "".join(f"{n},{n},1\n" for n in range(9))
    code, output, _ = run(votes, "--format=json")
    content = json.loads(output)
    assert (code, content["groups"]) == (0, 0)
    assert {one["group"] for one in content["people"]} == {None}
    assert {one["consensus"] for one in content["statements"]} == {None}
    assert run(votes)[1].startswith("0 groupe")


def test_two_runs_agree_to_the_letter(run) -> None:
    assert run(votes_of(CAMPS), "--format=json") == run(votes_of(CAMPS), "--format=json")
    assert run(votes_of(CAMPS), "--seed=12")[0] == 0


def test_hostile_identifiers_stay_data(run) -> None:
    ballots = votes_of(CAMPS).replace("\n0,", "\n=cmd|' /C calc'!A0,")
    _, output, _ = run(ballots, "--format=csv")
    rows = list(csv.reader(io.StringIO(output)))
    assert rows[0] == ["id", "group", "x", "y"]
    assert {row[0][0] for row in rows[1:]} == {"'", "1", "2", "3"}
    comments = "comment-id,moderated,comment-body\n0,1,<script>\x1b[31m\n"
    _, table, _ = run(votes_of(["1", "2", "2"]), comments=comments)
    assert "\x1b" not in table


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ("", "VOTES.csv : ce fichier est vide."),
        ("voter-id,comment-id,vote\n", "VOTES.csv : ce fichier n’a aucune ligne de données."),
        ("voter-id,vote\n1,1\n", "VOTES.csv, ligne 1, « comment-id » : cette colonne manque"),
        ("voter-id,vote,comment-id,vote\n1,1,1,1\n", "« vote » : deux colonnes portent ce nom"),
        ("voter-id,comment-id,vote\n1,2,1\n1,3,2\n", "VOTES.csv, ligne 3, « vote » : « 2 » n’est"),
        ("voter-id,comment-id,vote\n1,2,\n", "ligne 2, « vote » : «  » n’est pas un vote"),
        ("voter-id,comment-id,vote\n1,2,1.0\n", "ligne 2, « vote » : « 1.0 » n’est pas un vote"),
        ("voter-id,comment-id,vote\n,2,1\n", "ligne 2, « voter-id » : l’identifiant est vide"),
        ("voter-id,comment-id,vote\n2,,1\n", "ligne 2, « comment-id » : l’identifiant est vide"),
        ("voter-id,comment-id,vote\n1,2\n", "ligne 2 : 2 cellules au lieu de 3"),
        ('voter-id,comment-id,vote\n1,2,"1\n', "le CSV est mal formé"),
        ("voter-id,comment-id,vote,timestamp\n1,2,1,hier\n", "« timestamp » : « hier » n’est pas"),
        (b"voter-id,comment-id,vote\n1,\xe9,1\n", "n’est pas en UTF-8"),
    ],
)
def test_what_is_refused_in_the_votes(run, votes, expected) -> None:
    code, output, errors = run(votes)
    assert (code, output) == (2, "")
    assert errors.startswith("parvis analyse : ")
    assert expected in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ("comment-id\n1\n", "la première ligne n’a qu’une colonne"),
        ("comment-id,text\n1,a\n", "COMMENTS.csv, ligne 1, « moderated » : cette colonne manque"),
        ("comment-id,moderated\n1,2\n", "ligne 2, « moderated » : « 2 » n’est pas un état"),
        ("comment-id,moderated\n1,1\n1,-1\n", "ligne 3, « comment-id » : l’identifiant « 1 »"),
        ("comment-id,moderated\n,1\n", "ligne 2, « comment-id » : l’identifiant est vide"),
    ],
)
def test_what_is_refused_in_the_statements(run, comments, expected) -> None:
    code, output, errors = run(votes_of(CAMPS), comments=comments)
    assert (code, output) == (2, "")
    assert expected in errors


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seed", "-1"], "l’option --seed attend un nombre entier"),
        (["--seed", "4294967296"], "l’option --seed attend un nombre entier"),
        (["--seed"], "l’option --seed attend un nombre entier"),
        (["--moderated", "all"], "l’option --moderated n’admet pas « all »"),
        (["--config", "c"], "l’option --config n’est pas une option de l’analyse « opinions »"),
        (["b.csv", "c.csv"], "deux fichiers au plus sont attendus ; « c.csv » est de trop"),
    ],
)
def test_what_is_refused_in_the_options(run, options, expected) -> None:
    code, output, errors = run(votes_of(CAMPS), *options)
    assert (code, output) == (2, "")
    assert expected in errors


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text('0123-1,;"\n\rx ', max_size=60))
def test_no_votes_make_a_traceback(run, data) -> None:
    content = data if isinstance(data, bytes) else f"voter-id,comment-id,vote\n{data}"
    code, output, errors = run(content)
    assert (code == 0 and output and not errors) or (
        code == 2 and not output and errors.count("\n") == 1
    )
