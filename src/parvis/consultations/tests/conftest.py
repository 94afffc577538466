"""What the tests of the room share."""

from __future__ import annotations

import pytest

from parvis.consultations.forms import entering


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms may be sent as soon as they are shown, as no person does."""
    monkeypatch.setattr(entering, "LEAST_SECONDS", 0)
