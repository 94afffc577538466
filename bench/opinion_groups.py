"""Time the groups of opinion: from the votes in memory to groups, statements and consensus.

    python -m bench.opinion_groups [--peer /tmp/peer/bin/python]

Votes are drawn: people of four camps that lean differently on each statement, as unequally busy
as in service. Each size runs in a process of its own, which gives its peak memory. Update: a
thousand votes more, from the state kept. Seconds that passed, and of processor.

The peer is `red-dwarf` from PyPI, on the same votes in the same run. It is no dependency of ours:

    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install red-dwarf

No database: what a page adds is measured with the room.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

# People, statements, votes, and what is promised.
SIZES = (
    (2_000, 100, 30_000, "update ≤ 1 s"),
    (33_422, 783, 2_000_000, "all ≤ 3 s"),
    (7_890, 7_753, 1_030_000, "20 times as fast as the peer"),
    (100_000, 10_000, 5_000_000, "all ≤ 15 s, ≤ 2 GiB"),
)
PEER_SIZE = SIZES[2]
NEW_VOTES = 1_000
CAMPS = 4
SEED = 7

Votes = tuple[np.ndarray, np.ndarray, np.ndarray]


def draw(people: int, statements: int, votes: int, seed: int = SEED) -> Votes:
    """Person, statement and vote of exactly so many cells, in a random order."""
    rng = np.random.default_rng(seed)
    busy = rng.pareto(1.5, people) + 0.3
    chance = busy / busy.sum()
    cells = np.zeros(0, dtype=np.int64)
    while len(cells) < votes:
        missing = int((votes - len(cells)) * 1.3) + 100
        person = rng.choice(people, missing, p=chance)
        more = person * statements + rng.integers(0, statements, missing)
        cells = np.unique(np.concatenate([cells, more]))
    cells = rng.permutation(cells)[:votes]
    person, statement = cells // statements, cells % statements
    leaning = rng.normal(0, 1, (CAMPS, statements))
    camp = rng.integers(0, CAMPS, people)
    felt = leaning[camp[person], statement] + rng.normal(0, 1, votes)
    return person, statement, np.where(felt > 0.4, 1, np.where(felt < -0.4, -1, 0))


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, the seconds that passed, and the processor's."""
    before = time.perf_counter(), time.process_time()
    result = act()
    return result, time.perf_counter() - before[0], time.process_time() - before[1]


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure_one(people: int, statements: int, votes: int) -> None:
    """In a process of its own: all at once, then an update."""
    from parvis.statistics.opinion_groups import opinion_groups
    from parvis.statistics.opinion_votes import last_votes

    person, statement, vote = draw(people, statements, votes + NEW_VOTES)
    before = peak_gib()

    def all_of(count: int, former: Any = None) -> Any:
        table = last_votes(
            range(people), range(statements), person[:count], statement[:count], vote[:count]
        )
        return opinion_groups(table, former=former)

    # The libraries are loaded by whoever serves: leave that out.
    opinion_groups(last_votes([0], [0], [0], [0], [1]))
    found, passed, used = timed(lambda: all_of(votes))
    print(
        f"  all: {passed:6.2f} s, {used:6.2f} s of processor, peak {peak_gib():.2f} GiB "
        f"(votes drawn: {before:.2f}); {found.groups} groups",
        flush=True,
    )
    again, passed, used = timed(lambda: all_of(votes + NEW_VOTES, found.state))
    print(f"  update: {passed:6.2f} s, {used:6.2f} s of processor; {again.groups} groups")


def measure_peer(python: str) -> None:
    """The votes of the peer's size, given in a file."""
    people, statements, votes, _ = PEER_SIZE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        person, statement, vote = draw(people, statements, votes)
        np.savez(path, person=person, statement=statement, vote=vote)
        program = Path(__file__).with_name("opinion_peer.py")
        subprocess.run([python, str(program), str(path)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--postgresql", help="not used: there is no database here")
    parser.add_argument("--peer", help="a Python with red-dwarf")
    parser.add_argument("--one", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure_one(*options.one)
        return 0
    for size in SIZES:
        *numbers, promise = size
        people, statements, votes = numbers
        print(f"{people:,} people × {statements:,} statements, {votes:,} votes ({promise})")
        command = [sys.executable, "-m", "bench.opinion_groups", "--one", *map(str, numbers)]
        subprocess.run(command, check=True)
        if size is PEER_SIZE and options.peer:
            measure_peer(options.peer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
