"""Visits as they might come in a year, drawn from parameters: for demonstrations and benches.

A visit has a latent satisfaction, in logits: the quality of the place, what the day and the hour
change in it, episodes, and a logistic draw of its own; three thresholds make it a smiley. Reasons,
notes and texts follow the smiley. Visits come at the hours of opening, by Poisson numbers a day
with the season and the weekday in them. The misuse filter judges them as it judges real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parvis.feedback.bulk import NOT_ANSWERED, IntArray, Source, Visits, microseconds
from parvis.feedback.enums import SET_KINDS, DeviceKind, QuestionKind, TimeQuality
from parvis.feedback.ingestion import misuse
from parvis.feedback.questionnaire_document import MAX_SCALE, Step
from parvis.foundation.working_time import is_working_day
from parvis.questionnaires.enums import Determinant

FloatArray = NDArray[np.float64]

# Share of the smileys at quality 0, worst first: choices, near what sellers of kiosks publish.
TYPICAL_SHARES: Final = (0.10, 0.09, 0.21, 0.60)
# Satisfaction above which a visit gets smiley 1, 2 and 3, in logits.
THRESHOLDS: Final = tuple(
    float(np.log(below / (1 - below))) for below in np.cumsum(TYPICAL_SHARES)[:-1]
)
# Visits of a month beside the mean of the year: holidays in summer, papers in September (choices).
SEASON: Final = (1.1, 1.0, 1.0, 1.0, 0.95, 1.05, 0.85, 0.6, 1.35, 1.1, 1.05, 0.9)
# What the crowd of a month takes from satisfaction, in logits, at a season of 1.35 (choice).
_CROWD_LOGITS = 0.35
_WEEKDAY_LOGITS = (-0.12, 0.0, 0.05, 0.0, 0.03, 0.1, 0.1)
_WEEKDAY_VISITS = (1.25, 1.0, 1.1, 0.85, 0.95, 0.9, 0.7)
# Between late morning and early afternoon queues are longest (choice).
_PEAK_HOURS, _PEAK_LOGITS = (11, 14), -0.2
_SLOT_SECONDS = 1800
# Days on which everything is closed, whatever the weekday.
_CLOSED = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})

# How likely a reason is ticked by the smiley, worst first, before anything else (choices).
_TICKED: Final[Mapping[str, tuple[float, float, float, float]]] = {
    Determinant.WAITING: (0.52, 0.46, 0.20, 0.14),
    Determinant.COURTESY: (0.22, 0.14, 0.34, 0.52),
    Determinant.ANSWER_QUALITY: (0.34, 0.28, 0.24, 0.36),
    Determinant.PERSONALISATION: (0.20, 0.16, 0.18, 0.30),
    Determinant.TRANSFER: (0.30, 0.24, 0.10, 0.08),
    Determinant.ACCESSIBILITY: (0.12, 0.14, 0.12, 0.10),
    Determinant.RESPONSIVENESS: (0.36, 0.28, 0.16, 0.20),
    Determinant.COMPLAINTS: (0.14, 0.08, 0.02, 0.02),
}
_TICKED_ELSE = (0.2, 0.2, 0.2, 0.2)
# Share of the visits that go on to a step of choices, by smiley.
_GOES_ON = (0.72, 0.66, 0.42, 0.38)

Hours = Mapping[int, Sequence[tuple[float, float]]]
_OFFICE_DAY = ((9.0, 12.0), (13.5, 17.0))
OFFICE: Final[Hours] = dict.fromkeys(range(5), _OFFICE_DAY)
TOWN_HALL: Final[Hours] = {**OFFICE, 5: ((9.0, 12.0),)}
LIBRARY: Final[Hours] = {
    1: ((14.0, 18.5),),
    2: ((10.0, 12.5), (13.5, 18.5)),
    3: ((14.0, 18.5),),
    4: ((14.0, 19.0),),
    5: ((10.0, 17.0),),
}
POOL: Final[Hours] = dict.fromkeys(range(1, 7), ((10.0, 19.0),))
AT_HOME: Final[Hours] = dict.fromkeys(range(7), ((8.0, 22.5),))


@dataclass(frozen=True, slots=True)
class Drop:
    """Days, both included, on which satisfaction is so many logits lower."""

    first: date
    last: date
    logits: float


@dataclass(frozen=True, slots=True)
class Burst:
    """A child before the kiosk: presses two seconds apart."""

    at: datetime
    presses: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a device receives.

    `visits_a_month` come on average over a year without public holidays; those less than 25 s
    apart at a kiosk are one. `quality` is in logits, 0 for a typical place. `lost_share` of the
    visits come after ranks that never arrived. `offline` are the periods at whose end the kiosk
    sent what it had kept.
    """

    visits_a_month: float
    hours: Hours
    quality: float = 0.0
    comment_share: tuple[float, float, float, float] = (0.10, 0.07, 0.03, 0.03)
    idea_share: float = 0.01
    other_language_share: float = 0.03
    drops: Sequence[Drop] = ()
    bursts: Sequence[Burst] = ()
    offline: Sequence[tuple[datetime, datetime]] = ()
    lost_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """The visits of a device, and what the device's row must say after them."""

    visits: Visits
    highest_sequence: int
    missing_sequences: list[list[int]]
    memory: misuse.Memory


def simulate(
    source: Source,
    behaviour: Behaviour,
    *,
    first: date,
    until: datetime,
    departement_code: str = "",
    rng: np.random.Generator,
) -> Simulated:
    """Draw the visits of a device from the day `first` to the moment `until`, aware.

    The same generator gives the same visits. Raises ValueError when `until` comes before `first`.
    """
    last = until.astimezone(source.zone).date()
    if last < first:
        raise ValueError("the end precedes the first day")
    is_kiosk = source.device.kind == DeviceKind.KIOSK
    calendar = _calendar(
        first,
        last,
        frozenset(behaviour.hours),
        behaviour.hours is not AT_HOME,
        departement_code,
        source.zone,
    )
    position, seconds = _moments(behaviour, calendar, rng)
    occurred = (calendar.day[position] * 86_400 + seconds) * 1_000_000
    occurred -= calendar.clock_us[position]
    kept = occurred <= microseconds(until)
    if is_kiosk:
        # Somebody must walk away before the next one comes.
        kept &= np.diff(occurred, prepend=np.iinfo(np.int64).min // 2) > 25_000_000
    position, seconds, occurred = position[kept], seconds[kept], occurred[kept]
    satisfaction = behaviour.quality + calendar.effect[position] + _hour_effects(seconds)
    satisfaction += _drop_effects(behaviour, calendar.day[position])
    satisfaction += rng.logistic(size=position.size)
    smiley = np.searchsorted(np.array(THRESHOLDS), satisfaction)
    occurred, smiley, is_pressed = _with_bursts(behaviour, occurred, smiley, rng)
    others = {
        step.key: np.where(is_pressed, NOT_ANSWERED, _others(step, smiley, behaviour, rng))
        for step in source.document.steps[1:]
    }
    received, quality = _received(behaviour, occurred, is_kiosk, rng)
    exclusion, memory = _judged(source, smiley, occurred)
    answers = 1 + sum((values != NOT_ANSWERED).astype(np.int64) for values in others.values())
    lost = np.zeros(smiley.size, np.int64)
    if is_kiosk and behaviour.lost_share:
        lost = np.where(
            rng.random(smiley.size) < behaviour.lost_share, rng.integers(1, 4, smiley.size), 0
        )
        lost[:1] = 0
    ends = np.cumsum(answers + lost)
    starts = ends - answers + 1
    languages = source.document.languages
    visits = Visits(
        source=source,
        occurred_us=occurred,
        received_us=received,
        smiley=smiley,
        others=others,
        exclusion=exclusion,
        language=np.where(
            rng.random(smiley.size) < behaviour.other_language_share, languages[-1], languages[0]
        ),
        first_sequence=1 if is_kiosk else 0,
        lost_before=lost,
        time_quality=quality,
    )
    return Simulated(
        visits,
        highest_sequence=int(ends[-1]) if is_kiosk and ends.size else 0,
        missing_sequences=[
            [int(starts[visit] - lost[visit]), int(starts[visit] - 1)]
            for visit in np.flatnonzero(lost)
        ],
        memory=memory,
    )


# --- When ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Consecutive days of a place; arrays of shape (days,)."""

    # Days since 1970, weekday (0 = Monday).
    day: IntArray
    weekday: IntArray
    # How many visits beside an ordinary day; 0 = closed.
    weight: FloatArray
    # What the day changes in satisfaction, in logits.
    effect: FloatArray
    # Microseconds of the clock before UTC; it changes at night, when nothing is open.
    clock_us: IntArray


@lru_cache(maxsize=500)
def _calendar(
    first: date, last: date, weekdays: frozenset[int], is_staffed: bool, place: str, zone: ZoneInfo
) -> _Calendar:
    """The days of places open on the same weekdays in a département, `place`."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    offsets = [datetime.combine(day, time(12), zone).utcoffset() or timedelta(0) for day in days]
    return _Calendar(
        day=np.array([(day - date(1970, 1, 1)).days for day in days], np.int64),
        weekday=np.array([day.weekday() for day in days], np.int64),
        weight=np.array(
            [
                SEASON[day.month - 1]
                * _WEEKDAY_VISITS[day.weekday()]
                * _is_open(day, weekdays, is_staffed, place)
                for day in days
            ]
        ),
        effect=np.array(
            [
                _WEEKDAY_LOGITS[day.weekday()] - _CROWD_LOGITS * (SEASON[day.month - 1] - 1) / 0.35
                for day in days
            ]
        ),
        clock_us=np.array([offset // timedelta(microseconds=1) for offset in offsets], np.int64),
    )


def _is_open(day: date, weekdays: frozenset[int], is_staffed: bool, place: str) -> bool:
    if day.weekday() not in weekdays or (day.month, day.day) in _CLOSED:
        return False
    if not is_staffed or day.weekday() >= 5:
        return True
    return is_working_day(day, departement_code=place)


def _moments(
    behaviour: Behaviour, calendar: _Calendar, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Positions in the calendar and seconds of the day, on the clock of the place, in order."""
    # As many a month as asked for, over a year of days like these.
    typical = sum(_WEEKDAY_VISITS[weekday] for weekday in behaviour.hours) * (365.25 / 7 / 12)
    visits = rng.poisson(calendar.weight * behaviour.visits_a_month / typical)
    position = np.repeat(np.arange(calendar.day.size), visits)
    weekday = calendar.weekday[position]
    second = np.zeros(position.size, np.int64)
    for number, periods in behaviour.hours.items():
        chosen = np.flatnonzero(weekday == number)
        slots = np.concatenate(
            [
                np.arange(begin * 3600, end * 3600, _SLOT_SECONDS, dtype=np.int64)
                for begin, end in periods
            ]
        )
        # Mid-morning and the end of the afternoon are the fullest.
        hour = slots / 3600
        fullness = 1 + np.exp(-((hour - 10.5) ** 2)) + 0.7 * np.exp(-((hour - 16.5) ** 2))
        slot = rng.choice(slots, chosen.size, p=fullness / fullness.sum())
        second[chosen] = slot + rng.integers(0, _SLOT_SECONDS, chosen.size)
    order = np.lexsort((second, position))
    return position[order], second[order]


def _with_bursts(
    behaviour: Behaviour, occurred: IntArray, smiley: IntArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """The presses of bursts among the visits, in order, and which they are."""
    presses = [
        microseconds(burst.at) + np.cumsum(rng.integers(900_000, 2_600_000, burst.presses))
        for burst in behaviour.bursts
    ]
    pressed = np.concatenate([*presses, np.zeros(0, np.int64)]).astype(np.int64)
    moments = np.concatenate([occurred, pressed])
    levels = np.concatenate([smiley, rng.choice([0, 3], pressed.size)])
    order = np.argsort(moments, kind="stable")
    return moments[order], levels[order], order >= occurred.size


def _received(
    behaviour: Behaviour, occurred: IntArray, is_kiosk: bool, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """When the server had the answers, and how well it knows when they were given."""
    delay = rng.integers(400_000, 9_000_000, occurred.size) if is_kiosk else 0
    received = np.maximum.accumulate(occurred + delay) if occurred.size else occurred
    quality = np.full(occurred.size, int(TimeQuality.EXACT))
    for begin, end in behaviour.offline:
        kept = (occurred >= microseconds(begin)) & (occurred < microseconds(end))
        received = np.where(kept, microseconds(end), received)
        # The kiosk was restarted meanwhile: its last synchronisation had fixed its clock.
        quality = np.where(kept, int(TimeQuality.SYNCHRONISED), quality)
    return received, quality


def _judged(source: Source, smiley: IntArray, occurred: IntArray) -> tuple[IntArray, misuse.Memory]:
    memory = misuse.Memory()
    kind = DeviceKind(source.device.kind)
    verdicts = [
        int(misuse.judge(memory, kind, visit=_NOBODY, level=level, moment_ms=moment // 1000))
        for level, moment in zip(smiley.tolist(), occurred.tolist(), strict=True)
    ]
    return np.array(verdicts, np.int64), memory


_NOBODY = UUID(int=0)


# --- What ----------------------------------------------------------------------------------------


def _drop_effects(behaviour: Behaviour, days: IntArray) -> FloatArray:
    """What the drops take from satisfaction, in logits, by visit; `days` since 1970."""
    effects = np.zeros(days.size)
    for drop in behaviour.drops:
        first, last = ((day - date(1970, 1, 1)).days for day in (drop.first, drop.last))
        effects -= np.where((days >= first) & (days <= last), drop.logits, 0.0)
    return effects


def _hour_effects(seconds: IntArray) -> FloatArray:
    begin, end = _PEAK_HOURS
    return np.where((seconds >= begin * 3600) & (seconds < end * 3600), _PEAK_LOGITS, 0.0)


def _others(
    step: Step, smiley: IntArray, behaviour: Behaviour, rng: np.random.Generator
) -> IntArray:
    """The value of another question of each visit, NOT_ANSWERED where it was left."""
    n = smiley.size
    if step.kind == QuestionKind.COMMENT:
        return np.where(rng.random(n) < np.array(behaviour.comment_share)[smiley], 1, NOT_ANSWERED)
    if step.kind == QuestionKind.IDEA:
        return np.where(rng.random(n) < behaviour.idea_share, 1, NOT_ANSWERED)
    goes_on = rng.random(n) < np.array(_GOES_ON)[smiley]
    if step.kind == QuestionKind.SCALE:
        note = np.clip(np.round(2.5 + 2.3 * smiley + 1.4 * rng.standard_normal(n)), 0, MAX_SCALE)
        return np.where(goes_on, note.astype(np.int64), NOT_ANSWERED)
    # How much each option draws by smiley; those not proposed after this smiley draw nothing.
    draws = np.array(
        [
            [
                share if not option.levels or level in option.levels else 0.0
                for level, share in enumerate(_TICKED.get(option.determinant, _TICKED_ELSE))
            ]
            for option in step.options
        ]
    )[:, smiley].T
    proposed = draws > 0
    luck = rng.random(draws.shape)
    likeliest = np.argmax(np.where(proposed, draws - luck, -np.inf), axis=1)
    if step.kind in SET_KINDS:
        ticked = (luck < draws) & proposed
        ticked[np.arange(n), likeliest] = True
        codes = np.array([1 << option.code for option in step.options], np.int64)
        value = (ticked * codes).sum(axis=1)
    else:
        value = np.array([option.code for option in step.options])[likeliest]
    return np.where(goes_on & proposed.any(axis=1), value, NOT_ANSWERED)


def at(day: date, hour: int, minute: int, source: Source) -> datetime:
    """A moment on the clock of the place."""
    return datetime.combine(day, time(hour, minute), source.zone).astimezone(UTC)
