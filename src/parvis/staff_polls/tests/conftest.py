"""What every test of this room may ask for."""

from __future__ import annotations

from functools import cache
from itertools import count

import pytest

from parvis.foundation.blind_signatures import new_private_key
from parvis.staff_polls import keys


@cache
def _key(_rank: int) -> bytes:
    return new_private_key()


@pytest.fixture
def drawn_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of groups drawn once for all the tests: one takes a second, or many on a busy machine.

    No two groups of a test have the same.
    """
    ranks = count()
    monkeypatch.setattr(keys, "new_private_key", lambda: _key(next(ranks)))
