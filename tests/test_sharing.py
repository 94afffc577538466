"""Tests that share a fixture go to one process: scattered, each process makes its own again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFTEST = """
import os
import pytest

def pytest_xdist_make_scheduler(config, log):
    from tools.sharing import SetUpsTogether
    return SetUpsTogether(config, log)

@pytest.fixture(autouse=True)
def _said(request):
    with open(request.path.with_suffix(".said"), "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""
APART = """
import pytest

@pytest.mark.parametrize("number", range(12))
def test_it(number):
    pass
"""
TOGETHER = f"""{APART}
@pytest.fixture(scope="module", autouse=True)
def costly():
    return None
"""


def test_a_file_with_a_fixture_of_the_module_goes_to_one_process(tmp_path):
    contents = {"conftest": CONFTEST, "test_apart": APART, "test_together": TOGETHER}
    for name, content in contents.items():
        (tmp_path / f"{name}.py").write_text(content)
    (tmp_path / "pytest.ini").write_text("[pytest]")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:django", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO"))}
        | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    processes = {
        name: (tmp_path / f"{name}.said").read_text().split()
        for name in ("test_apart", "test_together")
    }
    assert [len(said) for said in processes.values()] == [12, 12]
    assert len(set(processes["test_apart"])) == 2
    assert len(set(processes["test_together"])) == 1
