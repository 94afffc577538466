"""The command line itself, and that it stays light."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

import parvis
from parvis.analyse.cli import ANALYSES, main

SOURCES = str(Path(parvis.__file__).parents[1])


def python(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": SOURCES, "PYTHONIOENCODING": "utf-8"} | changes
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    data, config = tmp_path / "d.csv", tmp_path / "c.yaml"
    data.write_text("id,x\né,1\nb,2\n", encoding="utf-8")
    config.write_text("indicators: {x: {}}\n", encoding="utf-8")
    return [str(data), "--config", str(config)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "indiquez l’analyse à faire"),
        (["composte"], "l’analyse « composte » n’existe pas"),
        (["composite"], "indiquez le fichier de données"),
        (["composite", "a.csv"], "indiquez la configuration"),
        (["composite", "a.csv", "--config"], "l’option --config attend une valeur"),
        (["composite", "a.csv", "b.csv", "--config", "c"], "« b.csv » est de trop"),
        (["composite", "a.csv", "--config", "c", "--format", "xml"], "n’admet pas « xml »"),
        (["composite", "a.csv", "--config", "c", "--format"], "l’option --format attend"),
        (["composite", "a.csv", "--config", "c", "--language", "de"], "n’admet pas « de »"),
        (["composite", "a.csv", "--confg", "c"], "l’option « --confg » n’existe pas"),
        (["composite", "--help=3"], "la ligne de commande est mal formée"),
    ],
)
def test_bad_command_line(capsys, arguments: list[str], expected: str) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert expected in captured.err.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], "Analyses"),
        (["composite", "-h"], "Exemple de configuration"),
        (["opinions", "--help"], "VOTES.csv [COMMENTS.csv]"),
        (["budget", "--help"], "--completion"),
        (["pairs", "--help"], "bradley-terry"),
        (["composite", "--help", "--language", "en"], "Example of a configuration"),
    ],
)
def test_help(capsys, arguments: list[str], expected: str) -> None:
    assert main(arguments) == 0
    assert expected in capsys.readouterr().out


def test_options_may_come_before_the_file(capsys, files: list[str]) -> None:
    data, *options = files
    assert main(["composite", *options, "--format=csv", data]) == 0
    assert capsys.readouterr().out.startswith("id,score,rank\n")


def test_help_loads_neither_numerics_nor_django() -> None:
    script = (
        "import sys; from parvis.analyse.cli import main; main(['composite', '--help']);"
        "print(sorted({'numpy', 'scipy', 'yaml', 'django'} & set(sys.modules)), file=sys.stderr)"
    )
    assert python("-c", script).stderr == "[]\n"


def test_an_analysis_loads_neither_django_nor_scipy(files: list[str]) -> None:
    script = (
        f"import sys; from parvis.analyse.cli import main; main(['composite', *{files!r}]);"
        "print(sorted({'scipy', 'django'} & set(sys.modules)), file=sys.stderr)"
    )
    assert python("-c", script).stderr == "[]\n"


def test_as_a_program(files: list[str]) -> None:
    done = python("-m", "parvis.analyse.cli", "composite", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split() == ["1", "b", "2"]
    refused = python("-m", "parvis.analyse.cli", "composite", "none.csv", *files[1:])
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_a_terminal_without_accents_gets_escapes_rather_than_a_failure(files: list[str]) -> None:
    done = python("-m", "parvis.analyse.cli", "composite", *files, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\xe9" in done.stdout


def written_to(output: IO[bytes], files: list[str]) -> subprocess.CompletedProcess[bytes]:
    """The analysis with its standard output given."""
    return subprocess.run(
        [sys.executable, "-m", "parvis.analyse.cli", "composite", *files],
        stdout=output,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": SOURCES},
        check=False,
    )


def test_a_reader_that_goes_away_is_not_a_traceback(files: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as output:
        done = written_to(output, files)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_full_disk_is_a_sentence_not_a_traceback(files: list[str]) -> None:
    with open("/dev/full", "wb") as output:
        done = written_to(output, files)
    assert done.returncode == 1
    assert done.stderr.decode().startswith(
        "parvis analyse\u00a0: le résultat n’a pas pu être écrit"
    )
    assert done.stderr.count(b"\n") == 1


def test_the_help_of_the_program_knows_the_analyses() -> None:
    shown = python("-m", "parvis.config.cli", "help", "analyse").stdout
    assert all(f"  {name} " in shown for name in ANALYSES)
