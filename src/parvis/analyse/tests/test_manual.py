"""The example of docs/analyse.md gives what the manual says."""

import re
from pathlib import Path

from parvis.analyse.cli import main

MANUAL = Path(__file__).parents[4] / "docs" / "analyse.md"


def test_the_example_of_the_manual(tmp_path: Path, monkeypatch, capsys) -> None:
    blocks = re.findall(r"```\w*\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    data, configuration, session, *_ = blocks
    command, output = session.split("\n", 1)
    (tmp_path / "towns.csv").write_text(data, encoding="utf-8")
    (tmp_path / "composite.yaml").write_text(configuration, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    prompt, program, analyse, *arguments = command.split()
    assert (prompt, program, analyse) == ("$", "parvis", "analyse")
    assert main(arguments) == 0
    assert capsys.readouterr().out == output
