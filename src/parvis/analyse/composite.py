"""`parvis analyse composite`: one score and one rank for each row of a file.

The formulas are those of `parvis.statistics.composite`; this module names, in the user's own words,
the row and the column that make a composite impossible, and writes the three formats.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

import numpy as np
from defusedcsv import csv

from parvis.analyse.configuration import Configuration, read_configuration
from parvis.analyse.data_file import DataFile, read_data
from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Language, Message, sentence
from parvis.statistics.composite import CompositeError, Fault, aggregate, normalise
from parvis.statistics.ranks import competition_ranks

MESSAGES_OF_FAULTS: Final = {
    Fault.CONSTANT: Message.CONSTANT,
    Fault.TOO_FEW: Message.TOO_FEW,
    Fault.NOT_POSITIVE: Message.NOT_POSITIVE,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A row's score and rank; both None where too little of the weight could be assessed."""

    id: str
    score: float | None
    rank: int | None


def analyse_composite(data_path: str, configuration_path: str) -> list[Item]:
    """Score and rank the rows of a CSV file, in the order of the file.

    Raises
    ------
    InputError
        Anything in either file that cannot be used.
    """
    # The configuration first: it is short, and its mistakes explain those found in the data.
    configuration = read_configuration(configuration_path)
    data = read_data(data_path)
    values = np.array(
        [
            data.numbers(indicator.name, gaps_allowed=configuration.minimum_coverage is not None)
            for indicator in configuration.indicators
        ]
    ).T
    scores = _scores(values, configuration, data)
    ranks = competition_ranks(scores)
    return [
        # Adding zero turns -0.0, which nobody expects to read, into 0.0.
        Item(row.id, None, None)
        if math.isnan(score)
        else Item(row.id, float(score) + 0.0, int(rank))
        for row, score, rank in zip(data.rows, scores, ranks, strict=True)
    ]


def _scores(values: np.ndarray, configuration: Configuration, data: DataFile) -> np.ndarray:
    indicators = configuration.indicators
    goalposts = [one.goalposts or (math.nan, math.nan) for one in indicators]
    coverage = configuration.minimum_coverage
    normalised = values
    try:
        normalised = normalise(
            values,
            configuration.normalisation,
            directions=[one.direction for one in indicators],
            goalposts=goalposts,
        )
        return aggregate(
            normalised,
            [one.weight for one in indicators],
            configuration.aggregation,
            minimum_coverage=1.0 if coverage is None else coverage,
        ).scores
    except CompositeError as error:
        row = None if error.item is None else data.rows[error.item]
        value = ""
        if error.item is not None and error.indicator is not None:
            value = f"{normalised[error.item, error.indicator]:.6g}"
        raise InputError(
            MESSAGES_OF_FAULTS.get(error.fault, Message.OUT_OF_RANGE),
            file=data.path,
            line=None if row is None else row.line,
            field=None if error.indicator is None else indicators[error.indicator].name,
            id="" if row is None else quote(row.id),
            value=value,
            method=configuration.normalisation.value,
        ) from error


def as_json(items: Sequence[Item]) -> str:
    """`{"items": [{"id", "score", "rank"}]}` in the order of the file, scores to full precision."""
    content = {"items": [{"id": item.id, "score": item.score, "rank": item.rank} for item in items]}
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def as_csv(items: Sequence[Item]) -> str:
    """Columns id, score and rank, in the order of the file, scores to full precision.

    Written for spreadsheets: an identifier that one would run as a formula is defused.
    """
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["id", "score", "rank"])
    for item in items:
        # Never an exponent, which the defusing would take for a formula in a negative score.
        score = "" if item.score is None else np.format_float_positional(item.score, trim="0")
        writer.writerow([item.id, score, "" if item.rank is None else str(item.rank)])
    return output.getvalue()


def as_table(items: Sequence[Item], language: Language) -> str:
    """A table to read, best first, scores to six significant digits."""
    best_first = sorted(items, key=lambda item: (item.rank is None, item.rank or 0))
    rows = [(sentence(Message.HEAD_RANK, language), "id", sentence(Message.HEAD_SCORE, language))]
    for item in best_first:
        rank = "–" if item.rank is None else str(item.rank)
        score = "–" if item.score is None else f"{item.score:.6g}"
        rows.append((rank, quote(item.id), score))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        f"{rank:>{widths[0]}}  {name:<{widths[1]}}  {score:>{widths[2]}}\n"
        for rank, name, score in rows
    )
