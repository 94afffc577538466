"""The chart of a vote on a budget: the share of voters who support each project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from parvis.consultations.models import Phase
from parvis.documents.charts import Chart, IntervalRow, IntervalWords, interval_bar

# A drawing of more rows says less than the table below it.
MOST_ROWS = 20


def support_chart(
    phase: Phase, projects: Sequence[Mapping[str, Any]], result: Mapping[str, Any]
) -> Chart | None:
    """Bars of `projects`, in the order of the page; None without project or voter."""
    drawn = projects[:MOST_ROWS]
    if not drawn or not result["voters"]:
        return None
    return interval_bar(
        identifier=f"budget-{phase.position}",
        title=_title(projects, result),
        description=_(
            "Sur 100 votants, combien soutiennent chaque projet. Les projets retenus viennent "
            "d’abord, dans l’ordre où ils l’ont été : un projet cher a besoin de plus de soutiens "
            "qu’un projet bon marché."
        ),
        rows=[
            IntervalRow(
                label=_("%(title)s – retenu") % {"title": one["title"]}
                if one["selected"]
                else one["title"],
                value_percent=100.0 * one["supporters"] / result["voters"],
            )
            for one in drawn
        ],
        words=IntervalWords(
            label_header=_("Projet"),
            value_header=_("Votants qui le soutiennent, sur 100"),
            interval_header="",
            reference_header="",
            position_header="",
            value_sign=_("votants qui le soutiennent, sur 100"),
            interval_sign="",
            reference_sign="",
            outside_sign="",
            above="",
            below="",
            missing="–",
        ),
    )


def _title(projects: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> str:
    first = max(projects, key=lambda one: (one["supporters"], -one["number"]))
    return _("Le plus soutenu : « %(title)s », par %(share)d votants sur 100") % {
        "title": first["title"],
        "share": round(100 * first["supporters"] / result["voters"]),
    }
