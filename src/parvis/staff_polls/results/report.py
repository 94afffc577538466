"""The results as a PDF: the same findings, charts and tables as the page, for a meeting."""

from __future__ import annotations

from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.documents.charts import Chart, ChartTable, Theme
from parvis.documents.finding_report import (
    FindingReport,
    ReportChapter,
    ReportPart,
    render_finding_report,
)
from parvis.documents.language import reader_language
from parvis.staff_polls.results import charts, findings
from parvis.staff_polls.results.cards import CardView, card_views
from parvis.staff_polls.results.page import PollResults


def render(results: PollResults) -> bytes:
    """The report; the same release and sentences give the same bytes."""
    poll = results.poll
    made_at = poll.closed_at if results.is_final else poll.launched_at
    assert made_at is not None  # a release is made of a launched poll
    return render_finding_report(
        FindingReport(
            language=reader_language(),
            made_at=made_at,
            author=poll.organisation.name,
            title=poll.title,
            organisation=poll.organisation.name,
            simulation=_("Simulation : organisme fictif") if poll.organisation.is_simulated else "",
            certain_heading=_("Ce qui est certain"),
            certain=tuple(findings.certain(results)),
            to_do_heading=_("Ce qu’il y a à faire"),
            to_do=tuple(findings.to_do(results)),
            chapters=tuple(chapter for chapter in _chapters(results) if chapter.parts),
            reading_heading=_("Comment lire"),
            reading=(reading_words(results),),
        )
    )


def file_name(results: PollResults) -> str:
    return f"sondage-{slugify(results.poll.title)[:40] or results.poll.pk}"


def reading_words(results: PollResults) -> str:
    return _(
        "Tout est calculé sur ce qui est montré, jamais sur un bulletin. Rien ne parle de moins de "
        "%(threshold)d personnes, ni seul, ni par différence de deux chiffres. Les intervalles, à "
        "95 %%, tiennent compte de la part des agents qui a répondu. Une part « d’au moins » ou "
        "« d’au plus » est arrondie exprès."
    ) % {"threshold": results.poll.threshold}


def _chapters(results: PollResults) -> list[ReportChapter]:
    together = [
        *((_("Les cartes"), chart) for chart in charts.score_charts_on_paper(results)),
        *((_("Les devinettes"), chart) for chart in charts.guess_charts_on_paper(results.guesses)),
        *(
            (chart.table.headers[0], chart)
            for chart in charts.dimension_charts(results, theme=Theme.PAPER)
        ),
    ]
    return [
        ReportChapter(
            _("L’ensemble"),
            tuple(ReportPart(heading, chart=chart) for heading, chart in together),
        ),
        ReportChapter(_("Carte par carte"), tuple(_part(view) for view in card_views(results))),
        ReportChapter(_("Participation par service"), _services(results)),
        ReportChapter(
            _("Les phrases des agents"),
            tuple(
                ReportPart(
                    block.title if not theme.label else f"{block.title} – {theme.label}",
                    quotes=tuple(
                        comment.text for comment in theme.comments if not comment.is_hidden
                    ),
                )
                for block in results.sentences
                for theme in block.themes
                if any(not comment.is_hidden for comment in theme.comments)
            ),
        ),
    ]


def _part(view: CardView) -> ReportPart:
    chart: Chart | None = charts.option_chart(view.figures, theme=Theme.PAPER)
    # The drawing has the finding for title.
    said = ["" if chart else view.title, view.gap, view.change, view.shown_when]
    table = None
    if chart is None:
        table = ChartTable(
            (_("Réponse"), _("Part"), _("Intervalle à 95 %")),
            tuple((row.label, row.share, row.interval or "–") for row in view.options),
        )
    return ReportPart(
        view.figures.card.text,
        paragraphs=tuple(text for text in said if text),
        chart=chart,
        table=table,
    )


def _services(results: PollResults) -> tuple[ReportPart, ...]:
    if len(results.groups) < 2:
        return ()
    few = _("trop peu de réponses")
    participation = ReportPart(
        _("Bulletins"),
        table=ChartTable(
            (_("Service"), _("Agents"), _("Bulletins, au moins")),
            tuple(
                (group.name, str(group.eligible), str(group.ballots) if group.ballots else few)
                for group in results.groups
            ),
        ),
    )
    by_card = [
        ReportPart(
            view.figures.card.text,
            table=ChartTable(
                (_("Service"), _("Ce qu’il dit")),
                tuple((row.name, row.figure or few) for row in view.groups),
            ),
        )
        for view in card_views(results)
        if any(row.figure for row in view.groups)
    ]
    return (participation, *by_card)
