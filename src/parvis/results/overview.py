"""What a run says of the whole edition: coverage and spread by stratum, for the operator.

Part of the result document, so that the run's page reads a few kilobytes instead of every sheet.
Nothing here is suppressed: it is never shown to anybody but the operator (see `comparisons.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.results.canonical import Document, rounded

# Key of what covers all participants, beside the strata.
EVERYBODY = "all"
# Width of the classes of the histogram of overall scores, in points.
CLASS_POINTS = 5


def overview(
    sheets: Sequence[Mapping[str, Any]],
    contacts: Sequence[Mapping[str, Any]],
    declared_absent_but_tested: Sequence[Sequence[Any]],
) -> Document:
    """Coverage, spread and remarks of a run, from the sheets of its organisations."""
    strata = sorted({sheet["stratum"] for sheet in sheets})
    groups = {EVERYBODY: list(sheets)}
    groups |= {key: [sheet for sheet in sheets if sheet["stratum"] == key] for key in strata}
    by_channel = Counter(contact["channel"] for contact in contacts)
    return {
        "contacts_by_channel": {channel: by_channel[channel] for channel in Channel.values},
        "groups": {key: _group(members) for key, members in groups.items()},
        "histogram": _histogram(sheets),
        "declared_absent_but_tested": len(declared_absent_but_tested),
    }


def _group(sheets: Sequence[Mapping[str, Any]]) -> Document:
    return {
        "participants": len(sheets),
        "contacts": sum(sheet["contacts"] for sheet in sheets),
        "without_contact": sum(sheet["contacts"] == 0 for sheet in sheets),
        "without_overall": sum(sheet["overall"]["estimate"] is None for sheet in sheets),
        "missing_channels": {
            channel: sum(sheet["channels"][channel]["estimate"] is None for sheet in sheets)
            for channel in MANDATORY_CHANNELS
        },
        "absent_channels": {
            channel: sum(sheet["channels"][channel]["basis"] == "absent" for sheet in sheets)
            for channel in MANDATORY_CHANNELS
        },
        "overall": _spread([sheet["overall"]["estimate"] for sheet in sheets]),
        "channels": {
            channel: _spread([sheet["channels"][channel]["estimate"] for sheet in sheets])
            for channel in Channel.values
        },
    }


def _spread(values: Sequence[float | None]) -> Document:
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if known.size == 0:
        return {"count": 0}
    low, first, median, third, high = np.quantile(known, [0.0, 0.25, 0.5, 0.75, 1.0])
    return {
        "count": int(known.size),
        "mean": rounded(known.mean()),
        "minimum": rounded(low),
        "first_quartile": rounded(first),
        "median": rounded(median),
        "third_quartile": rounded(third),
        "maximum": rounded(high),
    }


def _histogram(sheets: Sequence[Mapping[str, Any]]) -> list[int]:
    """How many overall scores fall in each class of `CLASS_POINTS`; 100 belongs to the last."""
    classes = 100 // CLASS_POINTS
    counts = [0] * classes
    for sheet in sheets:
        value = sheet["overall"]["estimate"]
        if value is not None:
            counts[min(int(value // CLASS_POINTS), classes - 1)] += 1
    return counts
