"""What every test runs in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django_scopes import scopes_disabled


@pytest.fixture(autouse=True)
def _test_code_sees_every_tenant() -> Iterator[None]:
    """Test bodies prepare and check the rows of any tenant; requests get the scope of their hat."""
    with scopes_disabled():
        yield
