"""Which visits are set apart from the counts: presses too close, bursts, one gesture repeated.

Nothing is refused nor deleted: a visit set apart keeps its reason, and both counts are shown. The
filter looks at one device at a time, never at an address: a school shares one. It judges visits by
their smiley, in the order they were given; the other answers of a visit follow their smiley.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from parvis.feedback.enums import NO_LEVEL, DeviceKind, Exclusion


@dataclass(frozen=True, slots=True)
class Pace:
    """What a kind of device may look like; milliseconds and numbers of visits."""

    # Below, nobody new can have come: the same hand presses again.
    minimum_gap_ms: int
    # Visits closer than this belong to one streak.
    streak_gap_ms: int
    # Visits of a streak that still count; a family or a queue is a streak too.
    longest_streak: int
    # Visits of a streak with the same smiley that still count; 0 = not looked at.
    longest_repetition: int


PACES = {
    DeviceKind.KIOSK: Pace(
        minimum_gap_ms=4_000, streak_gap_ms=20_000, longest_streak=12, longest_repetition=5
    ),
    # Many phones at once are a class, not a child: only a flood that no class makes is set apart.
    DeviceKind.LINK: Pace(
        minimum_gap_ms=0, streak_gap_ms=1_000, longest_streak=120, longest_repetition=0
    ),
}


@dataclass(slots=True)
class Memory:
    """What is remembered of a device between two batches; moments in milliseconds, None = none."""

    last_visit_ms: int | None = None
    last_level: int = NO_LEVEL
    streak_length: int = 0
    same_level_length: int = 0
    last_visit: UUID | None = None
    last_exclusion: int = Exclusion.NONE


def judge(
    memory: Memory, kind: DeviceKind, *, visit: UUID, level: int, moment_ms: int
) -> Exclusion:
    """The exclusion of a visit by its smiley; `memory` is brought up to date.

    A visit older than the last one known is not judged: devices send in order, and a page opened
    by many has no order to speak of.
    """
    pace = PACES[kind]
    gap = None if memory.last_visit_ms is None else moment_ms - memory.last_visit_ms
    if gap is not None and gap < 0:
        return Exclusion.NONE
    if gap is None or gap > pace.streak_gap_ms:
        memory.streak_length, memory.same_level_length = 1, 1
    else:
        memory.streak_length += 1
        memory.same_level_length = memory.same_level_length + 1 if level == memory.last_level else 1
    verdict = Exclusion.NONE
    if memory.streak_length > pace.longest_streak:
        verdict = Exclusion.BURST
    elif pace.longest_repetition and memory.same_level_length > pace.longest_repetition:
        verdict = Exclusion.REPEATED
    elif gap is not None and gap < pace.minimum_gap_ms:
        verdict = Exclusion.TOO_SOON
    memory.last_visit_ms, memory.last_level = moment_ms, level
    memory.last_visit, memory.last_exclusion = visit, verdict
    return verdict


def follows(memory: Memory, visit: UUID) -> Exclusion:
    """The exclusion of another answer of a visit: that of its smiley when it is the last one."""
    return Exclusion(memory.last_exclusion) if memory.last_visit == visit else Exclusion.NONE
