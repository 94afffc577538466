"""The national view: all the bodies that listen, over twelve months, nobody identifiable.

Frozen once a month, from the counts by month. A body's value is the mean of its counted smileys,
on 0–100, when it has 30 of them; a figure is the plain mean of the bodies' values, so that a large
body weighs no more than a small one. What may be shown is chosen as if every body read everything
(`statistics.disclosure`), and what may not be shown is not stored:

- a mean needs more than `minimum_peers` bodies in each part that the groups shown cut out, and is
  rounded by so much that no combination of means gives a body's value;
- a number of answers needs besides that no body makes up more than 85 % of any such part;
- numbers of answers stand in one table only, and a month once frozen stays as it was shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Max
from numpy.typing import NDArray

from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition, Registration
from parvis.feedback.enums import DeviceKind, Exclusion, QuestionKind
from parvis.feedback.measures import MINIMUM_ANSWERS, POINTS_PER_LEVEL
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MINIMUM_STAFFING,
    Device,
    MonthCount,
    NationalFigures,
    Touchpoint,
)
from parvis.organisations.enums import OrganisationKind, Stratum, WiderGroup
from parvis.organisations.models import Organisation
from parvis.organisations.strata import stratum_for, wider_group_of
from parvis.questionnaires.enums import JourneyStage
from parvis.statistics.disclosure import (
    Thresholds,
    choose_groups,
    is_dominated,
    mean_step,
    shown_mean,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Document = dict[str, Any]

FORMAT: Final = "parvis.feedback.national/1"
EVERYBODY: Final = WiderGroup.ALL.value
MONTHS: Final = 12
_LEAST_PEERS: Final = 5
_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Body:
    """What is read of one body. Arrays: smileys counted by level, shape (4,); `received` in all."""

    stratum: str
    counted: FloatArray
    received: int
    # By stage, and by month (first day): smileys counted by level.
    by_stage: Mapping[str, FloatArray]
    by_month: Mapping[date, FloatArray]


def freeze(*, today: date) -> NationalFigures | None:
    """Freeze the twelve months before `today`'s, unless they are; None when they were.

    Needs the scopes disabled.
    """
    last = _months_before(today.replace(day=1), 1)
    with transaction.atomic():
        if NationalFigures.objects.filter(month=last).exists():
            return None
        peers = Edition.objects.open_to_the_public().aggregate(most=Max("minimum_peers"))["most"]
        previous = NationalFigures.objects.filter(month__lt=last).first()
        document = national_document(
            _bodies(_months_before(last, MONTHS - 1), last),
            last=last,
            minimum_peers=max(_LEAST_PEERS, peers or 0),
            frozen_months=previous.document["months"] if previous else [],
        )
        return NationalFigures.objects.create(
            month=last,
            document={
                **document,
                "coverage": _coverage(document),
                "is_simulated": Edition.objects.filter(is_simulated=True).exists(),
            },
        )


def national_document(
    bodies: Sequence[Body],
    *,
    last: date,
    minimum_peers: int,
    frozen_months: Sequence[Document] = (),
) -> Document:
    """What may be shown of bodies, over the twelve months up to `last`'s (first day).

    `frozen_months` are those of the document before: a month is shown once and for all.
    """
    thresholds = Thresholds(
        others_for_mean=minimum_peers,
        others_for_quartiles=max(10, minimum_peers),
        others_for_extremes=max(10, minimum_peers),
    )
    values, variances = _values(body.counted for body in bodies)
    names, memberships = _groups(bodies, values, minimum_peers)
    cells = _cells(values, variances, names, memberships, thresholds)
    _add_answers(cells, bodies, values, names, memberships, thresholds)
    kept = {row["month"]: row for row in frozen_months}
    first = _months_before(last, MONTHS - 1)
    months = [_months_before(last, back) for back in reversed(range(MONTHS))]
    stages = [
        (stage, _everybody(bodies, (body.by_stage.get(stage) for body in bodies), thresholds))
        for stage in JourneyStage.values
    ]
    return {
        "format": FORMAT,
        "first_month": first.isoformat(),
        "last_month": last.isoformat(),
        "minimum_peers": minimum_peers,
        "bodies": {
            "listening": len(bodies),
            "scored": int((~np.isnan(values)).sum()),
        },
        "groups": [{"group": name, **cells[name]} for name in names if name in cells],
        "stages": [{"stage": stage, **cell} for stage, cell in stages if cell],
        "months": [
            kept.get(month.isoformat())
            or {
                "month": month.isoformat(),
                **_everybody(bodies, (body.by_month.get(month) for body in bodies), thresholds),
            }
            for month in months
        ],
    }


# --- Choosing what is shown ----------------------------------------------------------------------


def _groups(
    bodies: Sequence[Body], values: FloatArray, minimum_peers: int
) -> tuple[list[str], BoolArray]:
    """Everybody, then the wider groups, then the strata, largest first: the order of granting."""
    strata = np.array([body.stratum for body in bodies], dtype=object)
    wider = np.array([wider_group_of(Stratum(body.stratum)).value for body in bodies], dtype=object)
    known = ~np.isnan(values)
    found: list[tuple[str, BoolArray]] = [(EVERYBODY, np.ones(len(bodies), np.bool_))]
    for names, members in ((WiderGroup.values, wider), (Stratum.values, strata)):
        sized = [(int((known & (members == name)).sum()), name) for name in names]
        for size, name in sorted(sized, key=lambda pair: (-pair[0], names.index(pair[1]))):
            is_new = all(((members == name) & known != other & known).any() for _n, other in found)
            # Bodies of no wider group bear the name of everybody: they are not everybody.
            if name != EVERYBODY and size > minimum_peers and is_new:
                found.append((name, members == name))
    return [name for name, _members in found], np.array([members for _name, members in found])


def _cells(
    values: FloatArray,
    variances: FloatArray,
    names: Sequence[str],
    memberships: BoolArray,
    thresholds: Thresholds,
) -> dict[str, Document]:
    """The mean of each group that may be shown, with its interval."""
    if not values.size:
        return {}
    shown = choose_groups(
        values, memberships, np.ones(values.size, np.bool_), thresholds=thresholds
    )
    cells = {}
    for name, members, is_shown in zip(names, memberships, shown, strict=True):
        inside = members & ~np.isnan(values)
        if is_shown:
            cells[name] = _cell(values[inside], variances[inside], thresholds)
    return cells


def _cell(values: FloatArray, variances: FloatArray, thresholds: Thresholds) -> Document:
    """Around the rounded mean, not the exact one: its bounds tell no more of it than itself.

    The interval says what other answers to the same bodies would have given; the spread between
    bodies, which would narrow down each of them, does not enter it.
    """
    n = values.size
    step = mean_step(n, thresholds)
    mean = shown_mean(float(values.mean()), n, thresholds)
    half = _Z * math.sqrt(float(variances.sum())) / n + step / 2
    half = math.ceil(half / step - 1e-9) * step
    return {
        "bodies": n,
        "mean": mean,
        "lower": round(max(0.0, mean - half), 1),
        "upper": round(min(100.0, mean + half), 1),
    }


def _everybody(
    bodies: Sequence[Body], smileys: Iterable[FloatArray | None], thresholds: Thresholds
) -> Document:
    """The cell of all the bodies for one measure; empty where it may not be shown."""
    values, variances = _values(smileys)
    everybody = np.ones((1, len(bodies)), np.bool_)
    return _cells(values, variances, [EVERYBODY], everybody, thresholds).get(EVERYBODY, {})


def _add_answers(
    cells: dict[str, Document],
    bodies: Sequence[Body],
    values: FloatArray,
    names: Sequence[str],
    memberships: BoolArray,
    thresholds: Thresholds,
) -> None:
    """Numbers of answers of the bodies behind each mean, where no body can be recognised in them.

    Received minus counted is what was set apart: it must hide its bodies as well as both do.
    """
    known = ~np.isnan(values)
    counted = np.where(known, [body.counted.sum() for body in bodies], 0.0)
    received = np.where(known, [float(body.received) for body in bodies], 0.0)
    for key, contributions, others in (
        ("counted", counted, ()),
        ("received", received, (received - counted,)),
    ):
        granted: list[BoolArray] = []
        for name, members in zip(names, memberships, strict=True):
            if name not in cells or (key == "received" and "counted" not in cells[name]):
                continue
            parts = _atoms([*granted, members & known])
            if any(
                is_dominated(amounts[part], thresholds)
                for part in parts
                for amounts in (contributions, *others)
            ):
                continue
            granted.append(members & known)
            cells[name][key] = int(contributions[members & known].sum())


def _atoms(groups: Sequence[BoolArray]) -> list[BoolArray]:
    """Bodies that belong to exactly the same groups; those in none are left out."""
    stacked = np.array(groups)
    kinds, number = np.unique(stacked, axis=1, return_inverse=True)
    return [
        np.asarray(number).ravel() == place
        for place in range(kinds.shape[1])
        if kinds[:, place].any()
    ]


def _values(smileys: Iterable[FloatArray | None]) -> tuple[FloatArray, FloatArray]:
    """Mean of the smileys of each body on 0–100 and its variance; NaN below the minimum."""
    rows = list(smileys)
    counts = np.array([row if row is not None else np.zeros(4) for row in rows]).reshape(-1, 4)
    n = counts.sum(axis=1)
    points = POINTS_PER_LEVEL * np.arange(4)
    is_enough = n >= MINIMUM_ANSWERS
    divisor = np.where(is_enough, n, 1.0)
    mean = np.where(is_enough, counts @ points / divisor, np.nan)
    spread = counts @ points**2 / divisor - mean**2
    return np.clip(mean, 0.0, 100.0), np.where(is_enough, np.maximum(spread, 0.0) / divisor, np.nan)


# --- Reading -------------------------------------------------------------------------------------


def _bodies(first: date, last: date) -> list[Body]:
    """What the counts of the months say of each body that received something."""
    touchpoints = {
        pk: (organisation, stage, staffing)
        for pk, organisation, stage, staffing in Touchpoint.objects.values_list(
            "pk", "organisation_id", "stage", "staffing"
        )
    }
    counted: dict[int, dict[date, FloatArray]] = {}
    received: dict[int, int] = {}
    rows = (
        MonthCount.objects.filter(
            question__kind=QuestionKind.SMILEY, month__gte=first, month__lte=last
        )
        .values_list("touchpoint_id", "month", "answer", "exclusion", "answers")
        .iterator(chunk_size=20_000)
    )
    for touchpoint, month, answer, exclusion, answers in rows:
        received[touchpoint] = received.get(touchpoint, 0) + answers
        if exclusion == Exclusion.NONE:
            months = counted.setdefault(touchpoint, {})
            if month not in months:
                months[month] = np.zeros(4)
            months[month][answer] += answers
    by_body: dict[int, list[int]] = {}
    for touchpoint in received:
        by_body.setdefault(touchpoints[touchpoint][0], []).append(touchpoint)
    strata = {
        pk: stratum_for(OrganisationKind(kind), epci_type, population).value
        for pk, kind, epci_type, population in Organisation.objects.filter(
            pk__in=by_body
        ).values_list("pk", "kind", "epci_type", "population")
    }
    return [
        _body(strata[pk], [(touchpoints[t], counted.get(t, {}), received[t]) for t in places])
        for pk, places in sorted(by_body.items())
    ]


def _body(
    stratum: str, places: Iterable[tuple[tuple[int, str, int], Mapping[date, FloatArray], int]]
) -> Body:
    total, came = np.zeros(4), 0
    by_stage: dict[str, FloatArray] = {}
    by_month: dict[date, FloatArray] = {}
    for (_organisation, stage, staffing), months, received in places:
        here = sum(months.values(), np.zeros(4))
        if staffing < MINIMUM_STAFFING and here.sum() < MINIMUM_ANSWERS_WITH_FEW_AGENTS:
            continue
        total, came = total + here, came + received
        if stage:
            by_stage[stage] = by_stage.get(stage, np.zeros(4)) + here
        for month, levels in months.items():
            by_month[month] = by_month.get(month, np.zeros(4)) + levels
    return Body(stratum, total, came, by_stage, by_month)


def _coverage(document: Document) -> Document:
    """How many bodies took the option and are equipped; equipment where no body is recognised."""
    takers = (
        Registration.objects.taking_part()
        .filter(ticked_options__option__code=OptionCode.FEEDBACK)
        .values("organisation")
        .distinct()
        .count()
    )
    found: Document = {"takers": takers}
    if document["bodies"]["listening"] > document["minimum_peers"]:
        found["touchpoints"] = Touchpoint.objects.open().count()
        found["kiosks"] = Device.objects.filter(kind=DeviceKind.KIOSK).active().count()
    return found


def _months_before(month: date, count: int) -> date:
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
