"""What the tests of the room share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django_scopes import scopes_disabled

from parvis.consultations.forms import entering


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms may be sent as soon as they are shown, as no person does."""
    monkeypatch.setattr(entering, "LEAST_SECONDS", 0)


@pytest.fixture
def without_scope() -> Iterator[None]:
    """The test reads every body's rows, as tasks do; pages open the scope of their visitor."""
    with scopes_disabled():
        yield
