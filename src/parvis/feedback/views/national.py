"""The operator's national view: what all the bodies that listen hear, none of them named.

It reads one row, frozen each month: its cost depends neither on the bodies nor on their answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.charts import Chart, IntervalRow, IntervalWords, interval_bar
from parvis.documents.language import reader_language
from parvis.documents.spreadsheets import Cell, stream_csv
from parvis.feedback.models import NationalFigures
from parvis.feedback.national import EVERYBODY
from parvis.organisations.enums import Stratum, WiderGroup
from parvis.questionnaires.enums import JourneyStage

Row = Mapping[str, Any]


@require_safe
@hat_required(RoleKind.OPERATOR)
def national(request: HatRequest) -> HttpResponse:
    """Means by group, by stage and by month, over the last twelve months that are over."""
    figures = NationalFigures.objects.first()
    if figures is None:
        return render(request, "feedback/national.html", {"figures": None})
    document: dict[str, Any] = figures.document
    if request.GET.get("format") == "csv":
        return _export(figures)
    groups = [(group_label(row["group"]), row) for row in document["groups"]]
    everybody = next((row for row in document["groups"] if row["group"] == EVERYBODY), None)
    return render(
        request,
        "feedback/national.html",
        {
            "figures": figures,
            "period": period_in_words(document),
            "everybody": everybody,
            "groups": groups,
            "coverage": document["coverage"],
            "bodies": document["bodies"],
            "set_apart_share": _set_apart_share(everybody),
            "least": document["minimum_peers"] + 1,
            "stage_chart": _stage_chart(document["stages"]),
            "month_chart": _month_chart(document["months"]),
            "is_simulated": document["is_simulated"],
        },
    )


def group_label(group: str) -> str:
    if group in WiderGroup.values:
        return str(WiderGroup(group).label)
    return str(Stratum(group).label)


def month_in_words(iso: str) -> str:
    return formats.date_format(date.fromisoformat(iso), "F Y")


def period_in_words(document: Row) -> str:
    return _("de %(first)s à %(last)s") % {
        "first": month_in_words(document["first_month"]),
        "last": month_in_words(document["last_month"]),
    }


def _set_apart_share(everybody: Row | None) -> float | None:
    """Percent of the answers received that were set apart; None = none, or not shown."""
    if everybody is None or everybody.get("received", 0) <= everybody.get("counted", 0):
        return None
    return 100.0 * (1 - float(everybody["counted"]) / float(everybody["received"]))


def _stage_chart(stages: list[Row]) -> Chart | None:
    if not stages:
        return None
    lowest = min(stages, key=lambda row: float(row["mean"]))
    certain = all(row is lowest or float(lowest["upper"]) < float(row["lower"]) for row in stages)
    return interval_bar(
        identifier="etapes",
        title=_("L’étape la moins bien vécue : %(stage)s")
        % {"stage": str(JourneyStage(lowest["stage"]).label).lower()}
        if certain and len(stages) > 1
        else _("Satisfaction par étape du parcours"),
        description=_("Moyenne des organismes, de 0 à 100, par étape du parcours."),
        rows=[_interval_row(str(JourneyStage(row["stage"]).label), row) for row in stages],
        words=_words(_("Étape")),
    )


def _month_chart(months: list[Row]) -> Chart | None:
    shown = [row for row in months if "mean" in row]
    if not shown:
        return None
    return interval_bar(
        identifier="mois",
        title=_trend_in_words(shown),
        description=_(
            "Moyenne des organismes qui ont au moins trente avis dans le mois, de 0 à 100 : leur "
            "nombre change d’un mois à l’autre."
        ),
        rows=[
            _interval_row(month_in_words(row["month"]), row)
            if "mean" in row
            else IntervalRow(month_in_words(row["month"]), None)
            for row in months
        ],
        words=_words(_("Mois")),
    )


def _trend_in_words(shown: list[Row]) -> str:
    """What is certain between the first and the last month shown."""
    first, last = shown[0], shown[-1]
    if float(last["lower"]) > float(first["upper"]):
        return _("La satisfaction a monté")
    if float(last["upper"]) < float(first["lower"]):
        return _("La satisfaction a baissé")
    return _("Pas de changement certain de la satisfaction")


def _interval_row(label: str, row: Row) -> IntervalRow:
    return IntervalRow(
        label,
        float(row["mean"]),
        lower_percent=float(row["lower"]),
        upper_percent=float(row["upper"]),
    )


def _words(label_header: str) -> IntervalWords:
    return IntervalWords(
        label_header=label_header,
        value_header=_("Moyenne"),
        interval_header=_("Intervalle"),
        reference_header="",
        position_header="",
        value_sign=_("moyenne des organismes"),
        interval_sign=_("ce qui est possible à 95 %"),
        reference_sign="",
        outside_sign="",
        above="",
        below="",
        missing=_("non montrée"),
    )


# --- Export --------------------------------------------------------------------------------------


def _export(figures: NationalFigures) -> HttpResponse:
    text = "".join(
        stream_csv(
            [
                _("Tableau"),
                _("Élément"),
                _("Organismes"),
                _("Moyenne"),
                _("Borne basse à 95 %"),
                _("Borne haute à 95 %"),
                _("Avis comptés"),
                _("Avis reçus"),
            ],
            _rows(figures.document),
            language=reader_language(),
        )
    )
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"ecoute-nationale-{figures.month:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(document: Row) -> Iterator[list[Cell]]:
    for row in document["groups"]:
        yield _line(_("Groupe"), group_label(row["group"]), row)
    for row in document["stages"]:
        yield _line(_("Étape"), str(JourneyStage(row["stage"]).label), row)
    for row in document["months"]:
        yield _line(_("Mois"), row["month"], row)


def _line(table: str, label: str, row: Row) -> list[Cell]:
    keys = ("bodies", "mean", "lower", "upper", "counted", "received")
    return [table, label, *(row.get(key) for key in keys)]
