"""The chart of a judged project: the mean note of each criterion, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from parvis.consultations.models import Phase
from parvis.documents.charts import Chart, IntervalRow, IntervalWords, interval_bar
from parvis.documents.charts.scale import interval, whole


def relevance_chart(phase: Phase, result: Mapping[str, Any]) -> Chart | None:
    """None while nobody has given a note."""
    noted = [one for one in result["criteria"] if one["mean"] is not None]
    overall = result["overall"]
    if not noted or overall["mean"] is None:
        return None
    rows = [
        IntervalRow(
            label=one["text"],
            value_percent=one["mean"],
            # Rounding may put a limit a hair beyond its mean.
            lower_percent=min(one["lower"], one["mean"]),
            upper_percent=max(one["upper"], one["mean"]),
        )
        for one in noted
    ]
    return interval_bar(
        identifier=f"pertinence-{phase.position}",
        title=_("Pertinence d’ensemble : %(mean)s sur 100 (%(interval)s)")
        % {
            "mean": whole(overall["mean"]),
            "interval": interval(overall["lower"], overall["upper"]),
        },
        description=_(
            "Note moyenne de chaque critère, de 0 (pas du tout) à 100 (tout à fait), avec son "
            "intervalle à 95 % : il dit ce que le nombre de réponses laisse d’incertain, pas ce "
            "qu’auraient dit ceux qui n’ont pas répondu."
        ),
        rows=rows,
        words=IntervalWords(
            label_header=_("Critère"),
            value_header=_("Note moyenne, sur 100"),
            interval_header=_("Intervalle à 95 %"),
            reference_header="",
            position_header="",
            value_sign=_("note moyenne"),
            interval_sign=_("intervalle à 95 %"),
            reference_sign="",
            outside_sign="",
            above="",
            below="",
            missing="–",
        ),
    )
