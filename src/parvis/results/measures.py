"""Results on the one scale: what a publication says of each organisation, for the room `measures`.

Only an organisation's own scores are written, so that who may see the organisation may see the row;
comparisons never leave the publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from parvis.measures.models import Measure
from parvis.measures.operations import publish, withdraw
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.results.models import Run

SOURCE: Final = "mystery_audits"


def reference_of(run: Run) -> str:
    return f"run:{run.pk}"


def publish_measures(
    *, run: Run, sheets: Iterable[Mapping[str, Any]], period_start: date, period_end: date
) -> int:
    """Write the measures of a published run; returns how many. Needs the scopes disabled."""
    rows = [
        Measure(
            organisation_id=sheet["id"],
            source=SOURCE,
            source_reference=reference_of(run),
            period_start=period_start,
            period_end=period_end,
            estimate_percent=part["estimate"],
            lower_percent=part["lower"],
            upper_percent=part["upper"],
            answers=contacts,
            **dimension,
        )
        for sheet in sheets
        for dimension, part, contacts in _parts(sheet)
        if part["estimate"] is not None
    ]
    return publish(rows, source=SOURCE, reference=reference_of(run))


def withdraw_measures(*, run: Run) -> None:
    """Take back the measures of a run whose publication is replaced."""
    withdraw(source=SOURCE, reference=reference_of(run))


def _parts(
    sheet: Mapping[str, Any],
) -> Iterator[tuple[dict[str, str], Mapping[str, Any], int]]:
    yield {}, sheet["overall"], sheet["contacts"]
    for name, key, codes in (
        ("channel", "channels", Channel.values),
        ("stage", "stages", JourneyStage.values),
        ("determinant", "determinants", Determinant.values),
    ):
        for code in codes:
            part = sheet[key][code]
            yield {name: code}, part, part["contacts"]
