"""When an answer was given, whatever the device's clock says.

Three clocks meet: the server's when a batch arrives, the device's wall clock, and the monotonic
clock of one run of its page. Within a run the age of an answer is a difference of monotonic
readings, hence exact. Between runs it rests on what a synchronisation fixed, else on a wall clock
that must contradict nothing we know; otherwise the answer is kept without a day rather than put in
a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parvis.feedback.enums import TimeQuality
from parvis.feedback.protocol import Sending, SentAnswer

# Clocks are read a moment before they are compared, and a server's may be set back a little.
TOLERANCE_MS = 120_000
# A wall clock this far from ours at sending may have been anywhere before its last restart: many
# tablets start again in 1970 or 2015 after a power cut, and only then follow time.
MAX_WALL_OFFSET_MS = 12 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Dated:
    """The moment of an answer on the server's clock, in milliseconds since 1970; None = unknown."""

    moment_ms: int | None
    quality: TimeQuality


@dataclass(frozen=True, slots=True)
class Past:
    """What bounds the moments of a device's answers from below, in milliseconds since 1970.

    Nothing was given before the pairing; nothing numbered after `last_sequence` before `last_ms`.
    """

    paired_ms: int
    last_ms: int
    last_sequence: int


UNKNOWN = Dated(None, TimeQuality.UNKNOWN)


def to_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def from_ms(moment_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment_ms)


def date_answers(
    answers: Sequence[SentAnswer], sending: Sending, *, now_ms: int, past: Past
) -> list[Dated]:
    """The moment of each answer of a batch, in the batch's order.

    `now_ms` is the server's time at reception.
    """
    contradicted = _walls_contradicted(answers)
    return [
        _date(
            answer,
            sending,
            now_ms,
            past.last_ms if answer.sequence > past.last_sequence else past.paired_ms,
            index in contradicted,
        )
        for index, answer in enumerate(answers)
    ]


def _date(
    answer: SentAnswer, sending: Sending, now_ms: int, not_before_ms: int, is_contradicted: bool
) -> Dated:
    if answer.run == sending.run and answer.mono_ms <= sending.mono_ms:
        # Exact even for a device paired a second ago: no other bound says more.
        return Dated(now_ms - (sending.mono_ms - answer.mono_ms), TimeQuality.EXACT)
    if answer.epoch_ms is not None:
        moment, quality = answer.epoch_ms + answer.mono_ms, TimeQuality.SYNCHRONISED
    else:
        offset = now_ms - sending.time_ms
        if is_contradicted or abs(offset) > MAX_WALL_OFFSET_MS:
            return UNKNOWN
        moment, quality = answer.time_ms + offset, TimeQuality.DEVICE_CLOCK
    if not not_before_ms - TOLERANCE_MS <= moment <= now_ms + TOLERANCE_MS:
        return UNKNOWN
    return Dated(min(moment, now_ms), quality)


def _walls_contradicted(answers: Sequence[SentAnswer]) -> set[int]:
    """Indices of the answers whose wall clock is later than that of an answer given after."""
    found = set()
    earliest_after: int | None = None
    ordered = sorted(enumerate(answers), key=lambda pair: pair[1].sequence)
    for index, answer in reversed(ordered):
        if earliest_after is not None and answer.time_ms > earliest_after + TOLERANCE_MS:
            found.add(index)
        if earliest_after is None or answer.time_ms < earliest_after:
            earliest_after = answer.time_ms
    return found
