"""The world, made once for the tests of this folder and rolled back after the last of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django_scopes import scopes_disabled

from tests.access import world as worlds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The world is in the database."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="package")
def shared_world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[worlds.World]:
    folder = tmp_path_factory.mktemp("pieces")
    with (
        django_db_blocker.unblock(),
        override_settings(EVIDENCE_ROOT=folder),
        transaction.atomic(),
    ):
        with scopes_disabled():
            yield worlds.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: worlds.World, db: None) -> Iterator[worlds.World]:
    """The world, as it was made: what a test changes is undone, its sessions included."""
    cache.clear()
    shared_world.clients.clear()
    # Thousands of refusals: their log lines would bury the cell that fails.
    logging.disable(logging.CRITICAL)
    yield shared_world
    logging.disable(logging.NOTSET)
    shared_world.clients.clear()
