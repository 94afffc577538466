"""The charts of a board, each with the title that states its finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parvis.documents.charts import (
    Chart,
    HeatCell,
    HeatMapWords,
    IntervalRow,
    IntervalWords,
    Position,
    TrendPoint,
    TrendWords,
    heat_map,
    interval_bar,
    trend_band,
)
from parvis.feedback.boards.findings import (
    MINIMUM_IN_A_CELL,
    Comparison,
    HeatFinding,
    Trend,
    satisfied,
)
from parvis.feedback.boards.reading import ReasonTable
from parvis.feedback.boards.wording import (
    SHORT_WEEKDAYS,
    WEEKDAYS,
    joined,
    month_in_words,
    percent,
    short_day,
)
from parvis.feedback.models import Question
from parvis.statistics.expected_range import RangeClass
from parvis.statistics.intervals import wilson_interval
from parvis.statistics.satisfaction import FIRST_SATISFIED

LOW = (RangeClass.BELOW, RangeClass.FAR_BELOW)
HIGH = (RangeClass.ABOVE, RangeClass.FAR_ABOVE)


def trend_chart(trend: Trend, *, by_day: bool) -> Chart | None:
    """None when nobody answered."""
    if np.isnan(trend.band.level):
        return None
    points = []
    for index, step in enumerate(trend.steps):
        answers = sum(trend.levels[index])
        position = Position.WITHIN
        if trend.band.outside[index]:
            below = trend.band.share[index] < trend.band.lower[index]
            position = Position.BELOW if below else Position.ABOVE
        points.append(
            TrendPoint(
                label=short_day(step) if by_day else month_in_words(step),
                answers=answers,
                value_percent=100.0 * float(trend.band.share[index]) if answers else None,
                lower_percent=100.0 * float(trend.band.lower[index]) if answers else None,
                upper_percent=100.0 * float(trend.band.upper[index]) if answers else None,
                position=position,
            )
        )
    return trend_band(
        identifier="tendance",
        title=trend_title(trend, by_day=by_day),
        description=_(
            "Part d’avis satisfaits, et bande dans laquelle le hasard seul la garderait toute la "
            "période dix-neuf fois sur vingt, autour du niveau d’ensemble (%(level)s). Moins il y "
            "a d’avis, plus la bande est large."
        )
        % {"level": percent(trend.band.level)},
        points=points,
        level_percent=100.0 * trend.band.level,
        words=TrendWords(
            time_header=_("Jour") if by_day else _("Mois"),
            value_header=_("Satisfaits, en %"),
            answers_header=_("Avis"),
            band_header=_("Bande du hasard"),
            position_header=_("Hors de la bande"),
            value_sign=_("part d’avis satisfaits"),
            band_sign=_("ce que donne le hasard"),
            level_sign=_("niveau de la période"),
            outside_sign=_("au-delà du hasard"),
            above=_("au-dessus"),
            below=_("en dessous"),
            missing=_("aucun avis"),
        ),
    )


def trend_title(trend: Trend, *, by_day: bool) -> str:
    if not trend.band.outside.any():
        return _("Rien ne sort du hasard : le niveau est stable")
    parts = []
    if trend.low:
        parts.append(
            (
                ngettext("%d jour plus bas", "%d jours plus bas", trend.low)
                if by_day
                else ngettext("%d mois plus bas", "%d mois plus bas", trend.low)
            )
            % trend.low
        )
    if trend.high:
        parts.append(
            (
                ngettext("%d jour plus haut", "%d jours plus hauts", trend.high)
                if by_day
                else ngettext("%d mois plus haut", "%d mois plus hauts", trend.high)
            )
            % trend.high
        )
    return _("%(steps)s que ce que donne le hasard") % {"steps": joined(parts)}


def heat_chart(cells: Mapping[tuple[int, int], HeatFinding]) -> Chart | None:
    """None when nobody answered."""
    if not cells:
        return None
    hours = range(min(hour for _day, hour in cells), max(hour for _day, hour in cells) + 1)
    days = range(max(5, max(day for day, _hour in cells) + 1))
    places = {-1: Position.BELOW, 0: Position.WITHIN, 1: Position.ABOVE}
    drawn = {}
    for (day, hour), found in cells.items():
        answers = sum(found.levels)
        drawn[day, hour - hours.start] = HeatCell(
            answers=answers,
            value_percent=(
                100.0 * satisfied(found.levels) / answers if answers >= MINIMUM_IN_A_CELL else None
            ),
            position=places[found.beyond],
        )
    return heat_map(
        identifier="semaine",
        title=_heat_title(cells),
        description=_(
            "Part d’avis satisfaits selon le jour et l’heure, en %%. Une case de moins de "
            "%(least)d avis reste vide ; un triangle marque ce que le hasard n’explique pas."
        )
        % {"least": MINIMUM_IN_A_CELL},
        columns=[str(name) for name in WEEKDAYS[: len(days)]],
        short_columns=[str(name) for name in SHORT_WEEKDAYS[: len(days)]],
        rows=[_("%d h") % hour for hour in hours],
        cells=drawn,
        words=HeatMapWords(
            hour_header=_("Heure"),
            depth_sign=_("du plus satisfait au moins satisfait"),
            few_sign=_("moins de %d avis") % MINIMUM_IN_A_CELL,
            outside_sign=_("au-delà du hasard"),
            above=_("au-dessus"),
            below=_("en dessous"),
            few=_("trop peu d’avis"),
        ),
    )


def _heat_title(cells: Mapping[tuple[int, int], HeatFinding]) -> str:
    if not any(sum(found.levels) >= MINIMUM_IN_A_CELL for found in cells.values()):
        return _("Encore trop peu d’avis par heure pour lire la semaine")
    low = [key for key, found in sorted(cells.items()) if found.beyond < 0]
    if low:
        moments = [
            _("%(day)s à %(hour)d h") % {"day": WEEKDAYS[day], "hour": hour} for day, hour in low
        ]
        if len(moments) > 3:
            return _("%d moments de la semaine sont moins satisfaisants que les autres") % len(low)
        return _("Moins satisfaisant que le reste : %(moments)s") % {"moments": joined(moments)}
    return _("Aucun moment de la semaine ne se distingue en moins bien")


def comparison_chart(comparison: Comparison) -> Chart | None:
    """None when there are not two touchpoints to show."""
    if len(comparison.rows) < 2:
        return None
    low, high = comparison.beyond(*LOW), comparison.beyond(*HIGH)
    if comparison.field is None:
        title = _("Cinq points d’écoute au moins, pour dire lequel sort de l’ordinaire")
        description = _(
            "Part d’avis satisfaits de chacun et son intervalle à 95 %. Des intervalles qui se "
            "recouvrent ne classent personne."
        )
    else:
        if low:
            title = _("En dessous de l’attendu : %(names)s") % {"names": joined(low)}
        elif high:
            title = _("Au-dessus de l’attendu : %(names)s") % {"names": joined(high)}
        else:
            title = _("Aucun point d’écoute ne sort de l’ordinaire")
        description = _(
            "Part d’avis satisfaits de chacun et son intervalle à 95 %. Un triangle marque celui "
            "que ni le hasard, ni la diversité ordinaire de vos points d’écoute n’expliquent."
        )
    return interval_bar(
        identifier="points",
        title=title,
        description=description,
        rows=[
            IntervalRow(
                label=row.touchpoint.name,
                value_percent=100.0 * row.figures.share,
                lower_percent=100.0 * row.figures.share_lower,
                upper_percent=100.0 * row.figures.share_upper,
                reference_percent=(
                    None if comparison.field is None else 100.0 * comparison.field.centre
                ),
                position=_position(row.place),
            )
            for row in comparison.rows
        ],
        words=IntervalWords(
            label_header=_("Point d’écoute"),
            value_header=_("Satisfaits, en %"),
            interval_header=_("Intervalle à 95 %"),
            reference_header=_("Niveau commun"),
            position_header=_("Attendu"),
            value_sign=_("part d’avis satisfaits"),
            interval_sign=_("possible à 95 %"),
            reference_sign=_("niveau commun"),
            outside_sign=_("hors de l’attendu"),
            above=_("au-dessus"),
            below=_("en dessous"),
            missing=_("aucun avis"),
        ),
    )


def _position(place: RangeClass | None) -> Position:
    if place in LOW:
        return Position.BELOW
    return Position.ABOVE if place in HIGH else Position.WITHIN


def reason_charts(tables: Sequence[ReasonTable]) -> list[Chart]:
    """One chart a question of reasons, of the three most answered."""
    return [
        chart
        for number, table in enumerate(tables[:3], start=1)
        if (chart := _reason_chart(table, f"raisons-{number}", named=len(tables) > 1)) is not None
    ]


def _reason_chart(table: ReasonTable, identifier: str, *, named: bool) -> Chart | None:
    """How often the dissatisfied name each reason, beside the satisfied; None without any.

    `named` = several questionnaires are shown: each says which it is.
    """
    bad = sum(table.respondents[:FIRST_SATISFIED])
    good = sum(table.respondents[FIRST_SATISFIED:])
    if not bad + good:
        return None
    question, labels = _labels(table.question)
    rows, found = [], []
    for code, levels in sorted(table.ticks.items()):
        # An option that a later version took away keeps its counts, under its code.
        label = labels.get(code, _("Choix n° %d") % code)
        of_bad, of_good = sum(levels[:FIRST_SATISFIED]), sum(levels[FIRST_SATISFIED:])
        lower, upper = wilson_interval(min(of_bad, bad), bad)
        share = of_bad / bad if bad else None
        rows.append(
            IntervalRow(
                label=label,
                value_percent=None if share is None else 100.0 * min(share, 1.0),
                lower_percent=None if share is None else 100.0 * float(lower),
                upper_percent=None if share is None else 100.0 * float(upper),
                reference_percent=100.0 * min(of_good / good, 1.0) if good else None,
            )
        )
        found.append((of_bad, label))
    if not rows:
        return None
    rows.sort(key=lambda row: (-(row.value_percent or 0.0), row.label))
    most, name = max(found)
    return interval_bar(
        identifier=identifier,
        title=(
            (f"{table.question.questionnaire.name} – " if named else "")
            + (
                _("Ce qui pèse le plus quand on est mécontent : « %(name)s »") % {"name": name}
                if most
                else _("Personne de mécontent n’a encore coché de raison")
            )
        ),
        description=_(
            "« %(question)s » : sur %(bad)d visites mécontentes, part de celles qui ont coché "
            "chaque raison, avec son intervalle à 95 %% ; le trait donne la même part sur les "
            "%(good)d visites satisfaites."
        )
        % {"question": question, "bad": bad, "good": good},
        rows=rows,
        words=IntervalWords(
            label_header=_("Raison"),
            value_header=_("Mécontents, en %"),
            interval_header=_("Intervalle à 95 %"),
            reference_header=_("Satisfaits, en %"),
            position_header="",
            value_sign=_("visites mécontentes"),
            interval_sign=_("possible à 95 %"),
            reference_sign=_("visites satisfaites"),
            outside_sign="",
            above="",
            below="",
            missing=_("aucune"),
        ),
    )


def reason_labels(question: Question) -> dict[int, str]:
    """The options of a question by their codes, in the language of the page."""
    return _labels(question)[1]


def _labels(question: Question) -> tuple[str, dict[int, str]]:
    """The question's text and its options, as last written, in the language of the page."""
    language = (get_language() or "fr")[:2]
    document = question.questionnaire.draft
    languages = document.get("languages") or ["fr"]

    def said(texts: Mapping[str, str]) -> str:
        return texts.get(language) or texts.get(languages[0]) or next(iter(texts.values()), "")

    for step in document.get("steps", []):
        if isinstance(step, dict) and step.get("key") == question.key:
            options = step.get("options") or []
            return said(step.get("text") or {}), {
                option["code"]: said(option.get("text") or {})
                for option in options
                if isinstance(option, dict) and isinstance(option.get("code"), int)
            }
    return question.key, {}
