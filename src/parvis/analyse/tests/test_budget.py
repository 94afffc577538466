"""`parvis analyse budget`: the files it reads, what it refuses and what it writes."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares

from parvis.analyse.cli import main

APPROVAL = """\
META
key;value
description;Un budget; participatif; 2026
num_projects;4
budget;100000
vote_type;approval
PROJECTS
project_id;cost;name;selected
1;60000;Parc;1
2;30000;Piste "cyclable";0
10;25000;École;0
4;200000;Tram;0
VOTES
voter_id;age;vote
a;30;1,2
b;20;1
c;40;2,10

d;22;
e;22;10,4
"""
POINTS = """\
META
key;value
budget;10,50
vote_type;cumulative
max_sum_points;10
PROJECTS
project_id;cost
p;5.25
q;5.5
VOTES
voter_id;vote;points
1;p,q;7,3
2;q;2.5
3;None;
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys):
    """Write the file, run the analysis, give the exit code and both outputs."""
    monkeypatch.chdir(tmp_path)

    def of(content: str | bytes, *options: str):
        data = content if isinstance(content, bytes) else content.encode()
        Path("VOTE.pb").write_bytes(data)
        code = main(["budget", "VOTE.pb", *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err.replace("\u00a0", " ")

    return of


@pytest.mark.parametrize(
    ("options", "selected", "total"),
    [
        (["--rule", "greedy"], ["1", "10"], 85000),
        (["--rule", "equal-shares", "--completion", "none"], ["10"], 25000),
        (["--completion", "add1"], ["10", "2"], 55000),
        (["--completion", "greedy"], ["10", "1"], 85000),
        ([], ["10", "2"], 55000),
    ],
)
def test_json_as_promised(run, options, selected, total) -> None:
    code, output, errors = run(APPROVAL, *options, "--format=json")
    content = json.loads(output)
    assert (code, errors) == (0, "")
    assert list(content) == ["selected", "total_cost", "share", "projects"]
    assert (content["selected"], content["total_cost"]) == (selected, total)
    chosen = [project["id"] for project in content["projects"] if project["selected"]]
    assert sorted(chosen) == sorted(selected)


def test_the_file_as_the_oracle_reads_it(run) -> None:
    run(APPROVAL)
    instance, profile = parse_pabulib("VOTE.pb")
    possible = type(instance)(
        [project for project in instance if project.cost <= instance.budget_limit],
        budget_limit=instance.budget_limit,
    )
    expected = method_of_equal_shares(possible, profile, Cost_Sat, voter_budget_increment=1)
    content = json.loads(run(APPROVAL, "--format=json")[1])
    assert content["selected"] == [project.name for project in expected]
    expected = greedy_utilitarian_welfare(possible, profile, Cost_Sat)
    content = json.loads(run(APPROVAL, "--rule=greedy", "--format=json")[1])
    assert content["selected"] == [project.name for project in expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a;30;1,2", "a;30;1,2,1"),
        ("META\nkey;value\ndescription", "meta\ndescription"),
        ("META\nkey;value\ndescription;Un budget; participatif; 2026\n", "META\n"),
        ("project_id;cost", "name;cost"),
        ("PROJECTS", "projects"),
    ],
)
def test_liberties_of_real_files(run, old, new) -> None:
    """An approval given twice, titles in small letters, heads left out."""
    assert old in APPROVAL
    expected = run(APPROVAL, "--format=json")
    assert run(APPROVAL.replace(old, new, 1), "--format=json") == expected


def test_each_decision_is_explained(run) -> None:
    projects = json.loads(run(APPROVAL, "--completion=add1", "--format=json")[1])["projects"]
    assert [project["id"] for project in projects] == ["1", "2", "10", "4"]
    park, lane, school, tram = projects
    assert park["reason"] == "supporters short"
    assert tram | {} == {
        "id": "4",
        "cost": 200000,
        "support": 1,
        "selected": False,
        "reason": "too dear",
        "missing": 100000,
    }
    assert school["paid_full"] == 2
    assert school["full_price"] == 12500
    assert (lane["paid_full"], lane["paid_less"]) == (1, 1)
    assert lane["full_price"] + lane["less_in_all"] == 30000
    table = run(APPROVAL, "--completion=add1")[1].replace("\u00a0", " ").replace("\u202f", " ")
    assert "2 projet(s) retenu(s) sur 4, 55 000 sur 100 000, 5 bulletin(s)" in table
    assert "écarté : dépasse toute l’enveloppe de 100 000" in table
    lines = table.splitlines()
    assert [line.split()[0] for line in lines[4:]] == ["10", "2", "1", "4"]


def test_points_and_cents(run) -> None:
    content = json.loads(run(POINTS, "--completion=none", "--format=json")[1])
    # Three voters, 3.50 each: p lacks 1.75 of the only supporter, q has 7 for 5.50.
    assert (content["selected"], content["total_cost"], content["share"]) == (["q"], 5.5, 3.5)
    table = run(POINTS, "--completion=none")[1].replace("\u00a0", " ")
    assert "le point" in table
    assert "3,50" in table
    english = run(POINTS, "--completion=none", "--language=en")[1]
    assert "a point" in english


def test_csv(run) -> None:
    output = run(APPROVAL.replace("4;200000", "=4;200000").replace("10,4", "10,=4"), "--format=csv")
    rows = list(csv.reader(io.StringIO(output[1])))
    assert rows[0] == ["id", "cost", "support", "selected", "reason"]
    assert rows[2:] == [
        ["2", "30000", "2", "2", "bought"],
        ["10", "25000", "2", "1", "bought"],
        ["'=4", "200000", "1", "", "too dear"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("META\n", "", "ligne 1 : cette ligne vient avant toute section"),
        ("VOTES\n", "META\n", "ligne 13 : la section META est donnée deux fois"),
        ("PROJECTS\n", "", "VOTE.pb : la section PROJECTS manque"),
        ("budget;100000\n", "", "VOTE.pb, « budget » : cette clé est obligatoire"),
        ("vote_type;approval\n", "", "« vote_type » : cette clé est obligatoire"),
        (";approval", ";ordinal", "ligne 6, « vote_type » : « ordinal » n’est pas admis"),
        ("budget;100000", "budget;-5", "ligne 5, « budget » : « -5 » n’est pas un montant"),
        ("1;60000", "1;6e4", "ligne 9, « cost » : « 6e4 » n’est pas un montant"),
        ("1;60000", "1;", "ligne 9, « cost » : «  » n’est pas un montant"),
        ("4;200000", "1;200000", "l’identifiant « 1 » est déjà à la ligne 9"),
        ("4;200000", ";200000", "ligne 12, « project_id » : l’identifiant est vide"),
        ("project_id;cost", "project_id;price", "ligne 8, « cost » : cette colonne manque"),
        ("age;vote", "age;choice", "ligne 14, « vote » : cette colonne manque"),
        ("b;20;1", "b;20;7", "ligne 16, « vote » : le projet « 7 » n’est pas dans la section"),
        ("b;20;1", "a;20;1", "ligne 16, « voter_id » : l’identifiant « a » est déjà"),
        ("b;20;1", "b;20;1;x", "ligne 16 : 4 cellules au lieu de 3"),
    ],
)
def test_what_is_refused(run, old, new, expected) -> None:
    assert old in APPROVAL
    code, output, errors = run(APPROVAL.replace(old, new, 1))
    assert (code, output) == (2, "")
    assert errors.startswith("parvis analyse : ")
    assert expected in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("7,3", "7", "ligne 12, « points » : 1 nombre(s) de points pour 2 projet(s)"),
        ("p,q;7,3", "p,p;7,3", "ligne 12, « vote » : le projet « p » est deux fois"),
        ("2;q;2.5", "2;q;-2", "ligne 13, « points » : « -2 » n’est pas un nombre de points"),
        ("vote;points", "vote;score", "ligne 11, « points » : cette colonne manque"),
    ],
)
def test_what_is_refused_in_points(run, old, new, expected) -> None:
    assert old in POINTS
    code, _, errors = run(POINTS.replace(old, new, 1))
    assert code == 2
    assert expected in errors


@pytest.mark.parametrize(
    ("content", "selected"),
    [
        (APPROVAL[: APPROVAL.index("VOTES")] + "VOTES\nvoter_id;vote\n", []),
        (APPROVAL[: APPROVAL.index("VOTES")] + "VOTES\n", []),
        ("META\nkey;value\nbudget;0\nvote_type;choose-1\nPROJECTS\nVOTES\n", None),
        ("", None),
    ],
)
def test_files_with_nothing_in_them(run, content, selected) -> None:
    code, output, errors = run(content, "--format=json")
    if selected is None:
        assert (code, output) == (2, "")
        assert errors.count("\n") == 1
    else:
        assert json.loads(output)["selected"] == selected
        assert run(content)[0] == 0


def test_a_file_cut_before_its_votes(run) -> None:
    code, _, errors = run(APPROVAL[: APPROVAL.index("VOTES")])
    assert code == 2
    assert "VOTE.pb : la section VOTES manque" in errors


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--rule", "lottery"], "l’option --rule n’admet pas « lottery »"),
        (["--rule"], "l’option --rule attend une valeur"),
        (["--completion", "add2"], "l’option --completion n’admet pas « add2 »"),
        (["--rule=greedy", "--completion=add1"], "ne s’emploie qu’avec --rule equal-shares"),
        (["--method", "win-rate"], "n’est pas une option de l’analyse « budget »"),
    ],
)
def test_what_is_refused_in_the_options(run, options, expected) -> None:
    code, output, errors = run(APPROVAL, *options)
    assert (code, output) == (2, "")
    assert expected in errors


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.text('a1,;"\n\r. ', max_size=40).map(lambda text: APPROVAL + text)
    | st.text('a1,;"\n\r. ', max_size=40).map(lambda text: POINTS.replace("5.25", text))
)
def test_no_file_makes_a_traceback(run, content) -> None:
    code, output, errors = run(content)
    assert (code == 0 and output and not errors) or (
        code == 2 and not output and errors.count("\n") == 1
    )
