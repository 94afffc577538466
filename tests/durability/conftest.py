"""Installations to kill, in folders of their own, on the kind of database the suite runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from parvis.foundation.tests.mail_server import MailServer, mail_server
from tests.durability.house import House, house


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def on_postgresql() -> bool:
    return str(connections.settings["default"]["ENGINE"]).endswith("postgresql")


@pytest.fixture
def installation(tmp_path: Path, mailbox: MailServer, on_postgresql: bool) -> Iterator[House]:
    with house(tmp_path / "first", postgresql=on_postgresql, mail_port=mailbox.port) as made:
        yield made


@pytest.fixture
def elsewhere(tmp_path: Path, mailbox: MailServer, on_postgresql: bool) -> Iterator[House]:
    """A second installation, empty but for its tables."""
    with house(tmp_path / "second", postgresql=on_postgresql, mail_port=mailbox.port) as made:
        yield made
