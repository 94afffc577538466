"""A load generator: connections that each send the next request as soon as they are answered."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a load gave: requests a second, times in milliseconds, statuses."""

    seconds: float
    milliseconds: list[float]
    statuses: Counter[int]

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.milliseconds, n=100)[percent - 1]


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes on the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int,
    bodies: dict[bytes, bytes] | None = None,
) -> Load:
    """Send every request once, over so many connections kept open.

    `bodies`, where given, is filled with what each request was answered.
    """
    return asyncio.run(_run(port, iter(requests), connections, bodies))


async def _run(
    port: int, requests: Iterator[bytes], connections: int, bodies: dict[bytes, bytes] | None
) -> Load:
    spent: list[float] = []
    statuses: Counter[int] = Counter()
    started = time.perf_counter()
    await asyncio.gather(
        *(_connection(port, requests, spent, statuses, bodies) for _number in range(connections))
    )
    return Load(time.perf_counter() - started, spent, statuses)


async def _connection(
    port: int,
    requests: Iterator[bytes],
    spent: list[float],
    statuses: Counter[int],
    bodies: dict[bytes, bytes] | None,
) -> None:
    async with connected(port, bodies) as ask:
        for one in requests:
            started = time.perf_counter()
            status = await ask(one)
            spent.append((time.perf_counter() - started) * 1000)
            statuses[status] += 1


@contextlib.asynccontextmanager
async def connected(
    port: int, bodies: dict[bytes, bytes] | None = None
) -> AsyncIterator[Callable[[bytes], Awaitable[int]]]:
    """A connection kept open: gives what sends a request on it and returns the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask(one: bytes) -> int:
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        if bodies is not None:
            bodies[one] = body
        return int(lines[0].split()[1])

    try:
        yield ask
    finally:
        writer.close()


async def ask(port: int, one: bytes) -> int:
    """One request on a connection of its own; its status."""
    async with connected(port) as on_it:
        return await on_it(one)
