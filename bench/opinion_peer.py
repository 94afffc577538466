"""The peer's side of `bench.opinion_groups`, run by a Python that has `red-dwarf` and not Parvis.

/tmp/peer/bin/python bench/opinion_peer.py VOTES.npz
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np


def main(path: str) -> None:
    from reddwarf.implementations.base import run_pipeline

    data = np.load(path)
    names = ("person", "statement", "vote")
    votes = [
        {"participant_id": person, "statement_id": statement, "vote": vote, "modified": 0}
        for person, statement, vote in zip(*(data[name].tolist() for name in names), strict=True)
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    started, used = time.perf_counter(), time.process_time()
    found = run_pipeline(votes=votes, random_state=7)
    passed, used = time.perf_counter() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    groups = len(set(found.clusterer.labels_)) if found.clusterer is not None else 0
    print(
        f"  peer: {passed:6.2f} s, {used:6.2f} s of processor, peak {peak:.2f} GiB "
        f"(votes listed: {before:.2f}); {groups} groups"
    )


if __name__ == "__main__":
    main(sys.argv[1])
