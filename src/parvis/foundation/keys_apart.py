"""Secrets kept apart from the data they protect: outside the database and outside its backups.

Whoever holds a copy of the database, or every archive ever made of it, opens nothing without them;
once a key is destroyed nobody does, the operator included. A key is a file of the folder
`settings.KEYS_APART`, which several machines share. It is written once, never changed.

A name carries something drawn at random (a UUID), never a row's number alone: a transaction given
up after the key was written leaves the key behind, and the next row may take the same number.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.foundation.uploads import flush_folder

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


class KeyMissing(Refusal):
    """The data are there without their key; `message` tells whoever sees the page what to do."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "La clé de ces données manque sur cette machine : la base a sans doute été "
                "remise en place ailleurs sans le dossier des clés à part. Prévenez la personne "
                "qui administre Parvis : tant que ce dossier n’est pas remis, ces données ne "
                "peuvent être ni lues ni complétées."
            )
        )


class KeyExists(Exception):  # noqa: N818 – names what is there
    """A key of this name is there already: it was left as it is."""


def write(name: str, secret: bytes) -> None:
    """Keep a new key, durably before it returns; raises `KeyExists` and changes nothing then.

    The name appears once the whole key is on the disk: a process killed meanwhile leaves a file
    that is no key, never half a key, and whoever sees the name reads all of it.
    """
    path = _path(name)
    make_folder()
    beside = path.with_name(f".{secrets.token_hex(8)}.partial")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secret)
            stream.flush()
            os.fsync(stream.fileno())
        # A link, unlike a renaming, never takes the place of what is there.
        os.link(beside, path)
    except FileExistsError as error:
        raise KeyExists(name) from error
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(folder())


def read(name: str) -> bytes:
    """The key, as it was written; raises `KeyMissing`."""
    with _opened(name, os.O_RDONLY) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as f:
        return f.read()


def exists(name: str) -> bool:
    """Whether the key is there: false once destroyed, or where the folder was not brought."""
    return _path(name).is_file()


def destroy(name: str) -> bool:
    """Overwrite the key and remove it, durably; whether there was one.

    What a disk keeps aside of a block written over (flash memory, snapshots) is out of reach of a
    program: see `docs/security.md`.
    """
    try:
        with _opened(name, os.O_WRONLY) as descriptor:
            size = os.fstat(descriptor).st_size
            os.pwrite(descriptor, secrets.token_bytes(size), 0)
            os.fsync(descriptor)
    except KeyMissing:
        return False
    _path(name).unlink(missing_ok=True)
    flush_folder(folder())
    return True


def names() -> Iterator[str]:
    """The name of each key."""
    return (path.name for path in folder().iterdir() if _NAME.fullmatch(path.name))


def folder() -> Path:
    return Path(settings.KEYS_APART)


def make_folder() -> None:
    """Make the folder, for its owner alone, unless it is there."""
    if not folder().is_dir():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        flush_folder(folder().parent)


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a key: {name!r}")
    return folder() / name


@contextmanager
def _opened(name: str, flags: int) -> Iterator[int]:
    """A descriptor of the key's own file, never of one that a link points to."""
    try:
        descriptor = os.open(_path(name), flags | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise KeyMissing from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
