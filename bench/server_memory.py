"""What the memory of a web process is made of, told by itself: used, or kept free by who lends it.

A process whose resident memory grows either keeps more and more, which is a leak, or was lent pages
that it filled once and does not give back. The number of Python's blocks and the bytes that the
allocator of the C library counts as used tell one from the other.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from pathlib import Path
from typing import Any


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc; sums over all its arenas."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


def of_this_process() -> dict[str, int]:
    """Kilobytes, but for `blocks` and `objects`, which are numbers.

    `anonymous`, `files`: resident, of the process's own and of files mapped. `malloc_used`,
    `malloc_free`: what the C library lent and what it keeps. `sqlite`: what its connections hold,
    their page caches included. `blocks`: small objects of Python alive.
    """
    gc.collect()
    found = {"blocks": sys.getallocatedblocks(), "objects": len(gc.get_objects())}
    status = Path("/proc/self/status").read_text()
    for name, key in (("anonymous", "RssAnon:"), ("files", "RssFile:")):
        found[name] = int(status.partition(key)[2].split()[0])
    library: Any = ctypes.CDLL(None)
    with contextlib.suppress(AttributeError):  # another C library than glibc
        library.mallinfo2.restype = _Mallinfo
        info = library.mallinfo2()
        found["malloc_used"] = (info.uordblks + info.hblkhd) // 1024
        found["malloc_free"] = info.fordblks // 1024
    with contextlib.suppress(OSError):
        sqlite: Any = ctypes.CDLL("libsqlite3.so.0")
        sqlite.sqlite3_memory_used.restype = ctypes.c_int64
        found["sqlite"] = sqlite.sqlite3_memory_used() // 1024
    return found
