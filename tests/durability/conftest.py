"""Installations to kill, in folders of their own, on the kind of database the suite runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from parvis.foundation.tests.mail_server import MailServer, mail_server
from tests.durability.house import House, house, tables


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def made_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    postgresql = str(connections.settings["default"]["ENGINE"]).endswith("postgresql")
    with tables(tmp_path_factory.mktemp("tables") / "home", postgresql=postgresql) as made:
        yield made


@pytest.fixture
def installation(tmp_path: Path, mailbox: MailServer, made_tables: House) -> Iterator[House]:
    with house(tmp_path / "first", like=made_tables, mail_port=mailbox.port) as made:
        yield made


@pytest.fixture
def elsewhere(tmp_path: Path, mailbox: MailServer, made_tables: House) -> Iterator[House]:
    """A second installation, empty but for its tables."""
    with house(tmp_path / "second", like=made_tables, mail_port=mailbox.port) as made:
        yield made
