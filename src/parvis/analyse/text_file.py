"""Reading a file given on the command line as UTF-8 text, or saying why it cannot be."""

from __future__ import annotations

from typing import Final

from parvis.analyse.errors import InputError
from parvis.analyse.messages import Message

# Far above 35,000 communes with hundreds of indicators; a device or an endless pipe stops here.
MEGABYTES: Final = 100


def read_text(path: str, *, megabytes: int = MEGABYTES) -> str:
    """Read a UTF-8 file, with or without byte order mark.

    Raises
    ------
    InputError
        Missing, a folder, forbidden, too big, empty, binary, or in another encoding.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(megabytes * 1_000_000 + 1)
    except FileNotFoundError as error:
        raise InputError(Message.FILE_MISSING, file=path) from error
    except IsADirectoryError as error:
        raise InputError(Message.FILE_IS_DIRECTORY, file=path) from error
    except PermissionError as error:
        raise InputError(Message.FILE_FORBIDDEN, file=path) from error
    except (OSError, ValueError) as error:
        # ValueError: a null character in the path itself.
        raise InputError(Message.FILE_UNREADABLE, file=path) from error
    if len(content) > megabytes * 1_000_000:
        raise InputError(Message.FILE_TOO_BIG, file=path, megabytes=megabytes)
    if b"\0" in content:
        raise InputError(Message.FILE_BINARY, file=path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02X}"
        raise InputError(Message.FILE_NOT_UTF8, file=path, line=line, byte=byte) from error
    if not text.strip():
        raise InputError(Message.FILE_EMPTY, file=path)
    return text
