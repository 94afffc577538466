"""Which sequence numbers of a device never came: the proof that nothing offline was lost."""

from __future__ import annotations

from collections.abc import Iterable

# Beyond, the oldest holes are told as one range: a page shows them, nobody reads ten thousand.
MAX_RANGES = 200

Ranges = list[list[int]]


def received(highest: int, missing: Ranges, sequences: Iterable[int]) -> tuple[int, Ranges]:
    """The highest number and the ranges [first, last] missing below it, once these have come."""
    ranges = [list(pair) for pair in missing]
    for number in sorted(sequences):
        if number > highest:
            if number > highest + 1:
                ranges.append([highest + 1, number - 1])
            highest = number
        else:
            ranges = _without(ranges, number)
    if len(ranges) > MAX_RANGES:
        merged = ranges[: len(ranges) - MAX_RANGES + 1]
        ranges = [[merged[0][0], merged[-1][1]], *ranges[len(merged) :]]
    return highest, ranges


def _without(ranges: Ranges, number: int) -> Ranges:
    left: Ranges = []
    for first, last in ranges:
        if not first <= number <= last:
            left.append([first, last])
            continue
        if first < number:
            left.append([first, number - 1])
        if number < last:
            left.append([number + 1, last])
    return left
