"""How the tests are shared between processes: those of a costly set-up go together.

A file with a fixture of the whole module goes to one process, which makes that fixture once; every
other test goes alone, so that no process is left with a long file at the end. pytest-xdist can
group by a marker, but not with pytest 9.2: the group travels in a changed name of the test, which
pytest no longer takes (pytest-xdist, issue 1386), and tests are scattered without a word.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class SetUpsTogether(LoadScopeScheduling):
    """Sends units in the order of the tests, which is that of Django: what commits comes last."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        """What a test is sent with: its file, or itself alone."""
        path = nodeid.partition("::")[0]
        return path if has_fixture_of_module(self.config.rootpath / path) else nodeid


@cache
def has_fixture_of_module(path: Path) -> bool:
    return 'scope="module"' in path.read_text()
