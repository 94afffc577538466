"""From an input document to a result document: criterion, contact, channel, stage, overall.

A pure function of the document (domain.md §4, "Scoring"): no database, no clock, no language. Rows
are put in order first, so the order in which they came changes nothing, and every number is rounded
(`canonical.DECIMALS`), so that the last bits of a processor's arithmetic never reach the bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.questionnaires.enums import (
    MANDATORY_CHANNELS,
    Channel,
    CriterionKind,
    Determinant,
    JourneyStage,
)
from parvis.questionnaires.grid_schema import (
    Criterion,
    GridDocument,
    delay_hours,
    is_asked,
    read_grid,
    score_delay,
    score_of,
)
from parvis.results.canonical import Document, rounded
from parvis.results.overview import overview
from parvis.statistics.intervals import (
    ChannelIntervals,
    channel_intervals,
    weighted_intervals,
    with_absent_channels,
)
from parvis.statistics.scoring import cell_means, contact_part_scores, contact_scores
from parvis.statistics.variances import ABSENT_CHANNEL, ASSUMED, NO_CONTACT

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FORMAT: Final = "parvis.result/1"

CHANNELS: Final = tuple(Channel.values)
STAGES: Final = tuple(JourneyStage.values)
DETERMINANTS: Final = tuple(Determinant.values)

# What an interval rests on: the position of the group whose variance was pooled, in words.
BASIS_STRATUM, BASIS_WIDER, BASIS_ALL = "stratum", "wider", "all"
BASIS_ASSUMED, BASIS_ABSENT, BASIS_NONE = "assumed", "absent", ""


class UnscorableAnswerError(ValueError):
    """A stored answer that its criterion cannot have: the data were changed from outside."""

    def __init__(self, contact: int, criterion: str, reason: str) -> None:
        super().__init__(f"contact {contact}, {criterion}: {reason}")
        self.contact = contact
        self.criterion = criterion


@dataclass(frozen=True, slots=True)
class _Rows:
    """Contacts and their answers in long format, in the order of organisations and contacts."""

    organisation: IntArray
    channel: IntArray
    answer_contact: IntArray
    answer_criterion: IntArray
    answer_score: FloatArray


def score(document: Document) -> Document:
    """Score every organisation of an input document (see `inputs.py`).

    Raises UnscorableAnswerError for an answer its criterion cannot have, GridError or another
    ValueError for a document that no run could have stored.
    """
    grid = read_grid(document["grid"]["document"])
    organisations = sorted(document["organisations"], key=lambda item: item["id"])
    position = {item["id"]: index for index, item in enumerate(organisations)}
    contacts = sorted(
        document["contacts"],
        key=lambda item: (
            position[item["organisation"]],
            item["wave"],
            CHANNELS.index(item["channel"]),
            item["rank"],
        ),
    )
    rows = _long_format(grid, contacts, position)
    groups = [
        _numbered([item["stratum"] for item in organisations]),
        _numbered([item["wider_group"] for item in organisations]),
    ]
    rules = document["rules"]
    weights = np.array([float(rules["channel_weights_percent"].get(c, 0)) for c in CHANNELS])

    n_contacts = len(contacts)
    weight = np.array([criterion.weight for criterion in grid.criteria])[rows.answer_criterion]
    whole = contact_scores(rows.answer_contact, weight, rows.answer_score, contacts=n_contacts)
    shape = (len(organisations), len(CHANNELS))
    assumed_sd = [float(rules["assumed_contact_sd_points"][c]) for c in CHANNELS]
    channels = channel_intervals(
        whole.score_percent,
        rows.organisation,
        rows.channel,
        shape=shape,
        groups=groups,
        assumed_sd=assumed_sd,
    )
    absent = np.array(
        [[c in item["absent_channels"] for c in CHANNELS] for item in organisations], dtype=bool
    ).reshape(shape)
    # A channel declared absent that answered exists: what was observed counts.
    channels = with_absent_channels(channels, absent & (channels.contacts == 0))
    overall = _overall(channels, weights, float(rules["minimum_coverage_percent"]) / 100.0)

    stage_of = np.array([STAGES.index(criterion.stage) for criterion in grid.criteria])
    determinant_of = np.array([DETERMINANTS.index(c.determinant) for c in grid.criteria])
    parts = {}
    for name, part_of, codes in (
        ("stages", stage_of, STAGES),
        ("determinants", determinant_of, DETERMINANTS),
    ):
        scored = contact_part_scores(
            rows.answer_contact,
            part_of[rows.answer_criterion],
            weight,
            rows.answer_score,
            contacts=n_contacts,
            parts=len(codes),
        )
        parts[name] = [
            _over_channels(scored.score_percent[:, index], rows, shape, groups, assumed_sd, weights)
            for index in range(len(codes))
        ]
    criteria = _criteria(rows, len(organisations), len(grid.criteria), groups)

    sheets = []
    for index, item in enumerate(organisations):
        sheets.append(
            {
                "id": item["id"],
                "stratum": item["stratum"],
                "overall": overall[index],
                "contacts": int(channels.contacts[index].sum()),
                "channels": {
                    code: _channel(channels, index, column) for column, code in enumerate(CHANNELS)
                },
                "stages": {code: parts["stages"][i][index] for i, code in enumerate(STAGES)},
                "determinants": {
                    code: parts["determinants"][i][index] for i, code in enumerate(DETERMINANTS)
                },
                "criteria": _criteria_of(grid, criteria, index),
            }
        )
    return {
        "format": FORMAT,
        "organisations": sheets,
        "contacts": [
            [item["id"], rounded(value)]
            for item, value in zip(contacts, whole.score_percent, strict=True)
        ],
        "overview": overview(sheets, contacts, document["declared_absent_but_tested"]),
    }


def criterion_scores(
    criteria: Sequence[Criterion],
    answers: Mapping[str, str],
    *,
    no_answer: bool,
    acknowledged_hours: float | None,
    answered_hours: float | None,
) -> Iterator[tuple[int, float | None]]:
    """Position and score of each criterion of a contact; None where it is not applicable.

    In a contact without any answer, what is about the answer scores 0 whatever was entered. A
    criterion whose condition is not met, or left without answer, is not applicable.
    """
    for position, criterion in enumerate(criteria):
        if no_answer and criterion.scored_zero_if_no_answer:
            yield position, 0.0
        elif not is_asked(criterion, answers):
            yield position, None
        elif criterion.kind == CriterionKind.DELAY:
            hours = delay_hours(
                criterion, acknowledged_hours=acknowledged_hours, answered_hours=answered_hours
            )
            yield position, score_delay(criterion, hours)
        else:
            value = answers.get(criterion.code, "")
            yield position, score_of(criterion, value) if value else None


def _long_format(
    grid: GridDocument, contacts: Sequence[Mapping[str, Any]], position: Mapping[int, int]
) -> _Rows:
    by_channel = {channel: grid.of_channel(channel) for channel in CHANNELS}
    index_of = {criterion.code: index for index, criterion in enumerate(grid.criteria)}
    first = {
        channel: np.array([index_of[c.code] for c in criteria], dtype=np.int64)
        for channel, criteria in by_channel.items()
    }
    contact_of: list[IntArray] = []
    criterion_of: list[IntArray] = []
    scores: list[float] = []
    for row, contact in enumerate(contacts):
        channel = contact["channel"]
        found = 0
        try:
            for _position, value in criterion_scores(
                by_channel[channel],
                contact["answers"],
                no_answer=contact["no_answer"],
                acknowledged_hours=contact["acknowledged_hours"],
                answered_hours=contact["answered_hours"],
            ):
                scores.append(math.nan if value is None else value)
                found += 1
        except ValueError as error:
            code = by_channel[channel][found].code
            raise UnscorableAnswerError(contact["id"], code, str(error)) from error
        criterion_of.append(first[channel])
        contact_of.append(np.full(first[channel].size, row, dtype=np.int64))
    nothing = np.zeros(0, dtype=np.int64)
    return _Rows(
        organisation=np.array([position[c["organisation"]] for c in contacts], dtype=np.int64),
        channel=np.array([CHANNELS.index(c["channel"]) for c in contacts], dtype=np.int64),
        answer_contact=np.concatenate(contact_of) if contact_of else nothing,
        answer_criterion=np.concatenate(criterion_of) if criterion_of else nothing,
        answer_score=np.array(scores, dtype=np.float64),
    )


def _overall(
    channels: ChannelIntervals, weights: FloatArray, minimum_coverage: float
) -> list[dict[str, Any]]:
    """Overall scores; none where too little of the *mandatory* channels' weight was assessed.

    Weighted social networks or visits count for those who have them, and are missed by nobody.
    """
    mandatory = np.array([channel in MANDATORY_CHANNELS for channel in CHANNELS])
    required = np.where(mandatory, weights, 0.0)
    if required.sum() == 0.0:
        required = weights
    assessed = ~np.isnan(channels.estimate_percent)
    coverage: FloatArray = (assessed * required).sum(axis=1) / required.sum()
    found = weighted_intervals(channels, weights, minimum_coverage=0.0)
    # Shares such as 0.3 + 0.3 are not exactly 0.6: a threshold reached but for rounding is reached.
    covered = [bool(share >= minimum_coverage - 1e-12) for share in coverage]
    return [
        {
            "coverage_percent": rounded(100.0 * float(coverage[index])),
            "assumed": bool(found.rests_on_assumption[index] and covered[index]),
            **_interval(
                found.estimate_percent[index] if covered[index] else math.nan,
                found.lower_percent[index],
                found.upper_percent[index],
            ),
        }
        for index in range(coverage.size)
    ]


def _over_channels(
    score_percent: FloatArray,
    rows: _Rows,
    shape: tuple[int, int],
    groups: Sequence[IntArray],
    assumed_sd: Sequence[float],
    weights: FloatArray,
) -> list[dict[str, Any]]:
    """Scores of one stage or determinant: contact, then channel, then the channels' mean.

    A channel without contact has no stage: it is left out, a declared absence too, whose zero is a
    finding about the channel. Where only channels outside the overall score have the stage, they
    count alike.
    """
    columns = channel_intervals(
        score_percent,
        rows.organisation,
        rows.channel,
        shape=shape,
        groups=groups,
        assumed_sd=assumed_sd,
    )
    present = ~np.isnan(columns.estimate_percent)
    weighted = np.any(present & (weights > 0), axis=1).reshape(-1, 1)
    by_row = np.where(weighted, np.broadcast_to(weights, shape), np.ones(shape))
    found = weighted_intervals(columns, by_row, minimum_coverage=0.0)
    counted = present & (by_row > 0)
    return [
        {
            "contacts": int(columns.contacts[index][counted[index]].sum()),
            "assumed": bool(found.rests_on_assumption[index]),
            **_interval(
                found.estimate_percent[index],
                found.lower_percent[index],
                found.upper_percent[index],
            ),
        }
        for index in range(shape[0])
    ]


@dataclass(frozen=True, slots=True)
class _Criteria:
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    count: IntArray


def _criteria(
    rows: _Rows, organisations: int, criteria: int, groups: Sequence[IntArray]
) -> _Criteria:
    """Mean of each criterion over the contacts of an organisation, with one kind of interval.

    The variance is plainly pooled over the comparison group, yes-or-no criteria included: three
    "yes" of three would otherwise claim a certainty they do not give. Where nothing can be pooled
    there is a mean and no interval.
    """
    organisation = rows.organisation[rows.answer_contact]
    shape = (organisations, criteria)
    found = channel_intervals(
        rows.answer_score,
        organisation,
        rows.answer_criterion,
        shape=shape,
        groups=groups,
        assumed_sd=0.0,
        prior_df=math.inf,
    )
    known = (found.level != ASSUMED) & (found.level != NO_CONTACT)
    means = cell_means(rows.answer_score, organisation, rows.answer_criterion, shape=shape)
    return _Criteria(
        mean=means.mean,
        lower=np.where(known, found.lower_percent, np.nan),
        upper=np.where(known, found.upper_percent, np.nan),
        count=means.count,
    )


def _criteria_of(grid: GridDocument, found: _Criteria, row: int) -> dict[str, Any]:
    """The criteria assessed at least once: [mean, lower, upper, contacts]."""
    return {
        criterion.code: [
            rounded(found.mean[row, column]),
            rounded(found.lower[row, column]),
            rounded(found.upper[row, column]),
            int(found.count[row, column]),
        ]
        for column, criterion in enumerate(grid.criteria)
        if found.count[row, column]
    }


def _channel(found: ChannelIntervals, row: int, column: int) -> dict[str, Any]:
    return {
        "contacts": int(found.contacts[row, column]),
        "basis": _basis(int(found.level[row, column])),
        **_interval(
            found.estimate_percent[row, column],
            found.lower_percent[row, column],
            found.upper_percent[row, column],
        ),
    }


def _basis(level: int) -> str:
    return {
        0: BASIS_STRATUM,
        1: BASIS_WIDER,
        2: BASIS_ALL,
        ASSUMED: BASIS_ASSUMED,
        ABSENT_CHANNEL: BASIS_ABSENT,
        NO_CONTACT: BASIS_NONE,
    }[level]


def _interval(estimate: float, lower: float, upper: float) -> dict[str, float | None]:
    if math.isnan(estimate):
        return {"estimate": None, "lower": None, "upper": None}
    return {"estimate": rounded(estimate), "lower": rounded(lower), "upper": rounded(upper)}


def _numbered(values: Sequence[str]) -> IntArray:
    return np.unique(np.array(values), return_inverse=True)[1].astype(np.int64)
