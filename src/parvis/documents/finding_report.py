"""A report of any length: what is certain, what to do, then charts and tables one after another.

The caller gives texts already translated and figures already suppressed; this module hands them to
`templates/typst/finding_report.typ`, which holds the layout and not one word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parvis.documents.charts import Chart, ChartTable
from parvis.documents.language import Language
from parvis.documents.pdf import DocumentIdentity, compile_pdf


@dataclass(frozen=True)
class ReportPart:
    """A chart or a table under a heading, with the sentences before it.

    `chart` is drawn for paper; a part without chart may have a `table`, or texts alone.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    chart: Chart | None = None
    table: ChartTable | None = None
    # Quoted one after another, each a paragraph of its own.
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportChapter:
    heading: str
    parts: tuple[ReportPart, ...]


@dataclass(frozen=True)
class FindingReport:
    """`made_at` is that of the content, not of the download: the same gives the same bytes."""

    language: Language
    made_at: datetime
    author: str
    title: str
    organisation: str
    # Empty for a real body.
    simulation: str
    certain_heading: str
    certain: tuple[str, ...]
    to_do_heading: str
    to_do: tuple[str, ...]
    chapters: tuple[ReportChapter, ...]
    reading_heading: str
    reading: tuple[str, ...]


def render_finding_report(report: FindingReport) -> bytes:
    """Return the report as a tagged, archivable PDF; equal reports give equal bytes.

    Raises DocumentError when it cannot be made.
    """
    images: dict[str, bytes] = {}
    charts: dict[str, dict[str, object]] = {}
    chapters = []
    for chapter in report.chapters:
        parts = []
        for part in chapter.parts:
            name = ""
            if part.chart is not None:
                name = f"chart-{len(charts)}"
                charts[name] = _chart(part.chart)
                images[name] = part.chart.svg.encode()
                for index, entry in enumerate(part.chart.legend):
                    images[f"{name}-sign-{index}"] = entry.sign_svg.encode()
            parts.append(
                {
                    "heading": part.heading,
                    "paragraphs": part.paragraphs,
                    "chart": name,
                    "headers": part.table.headers if part.table else (),
                    "rows": part.table.rows if part.table else (),
                    "quotes": part.quotes,
                }
            )
        chapters.append({"heading": chapter.heading, "parts": parts})
    return compile_pdf(
        "finding_report.typ",
        identity=DocumentIdentity(
            title=report.title,
            author=report.author,
            language=report.language,
            made_at=report.made_at,
            keywords=(report.organisation,),
        ),
        data={
            "title": report.title,
            "organisation": report.organisation,
            "simulation": report.simulation,
            "certain_heading": report.certain_heading,
            "certain": report.certain,
            "to_do_heading": report.to_do_heading,
            "to_do": report.to_do,
            "chapters": chapters,
            "charts": charts,
            "reading_heading": report.reading_heading,
            "reading": report.reading,
        },
        images=images,
    )


def _chart(chart: Chart) -> dict[str, object]:
    return {
        "finding": chart.title,
        "description": chart.description,
        "legend": [entry.text for entry in chart.legend],
        "headers": chart.table.headers,
        "rows": chart.table.rows,
    }
