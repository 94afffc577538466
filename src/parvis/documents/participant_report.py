"""The report a participant receives: four A4 pages, the same charts as its result page.

The results room fills a `ParticipantReport` with text already translated and scores already
suppressed where a comparison must not be shown; this module draws the charts and hands everything
to `templates/typst/participant_report.typ`, which holds the layout and not one word.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from parvis.documents.charts import (
    Chart,
    DotStripWords,
    IntervalRow,
    IntervalWords,
    Theme,
    dot_strip,
    interval_bar,
)
from parvis.documents.charts.scale import check_percent, whole
from parvis.documents.language import Language
from parvis.documents.pdf import DocumentIdentity, compile_pdf


class OutcomeSign(StrEnum):
    """The sign before a contact's outcome; the outcome's words say the same."""

    MET = "✓"
    MISSED = "✕"
    NEUTRAL = ""


@dataclass(frozen=True)
class OverallScore:
    """The score of all channels together.

    `value_percent` is None when too few channels could be assessed, and `sentences` then say so.
    `sentences` give the interval, the mean of the participants and that of the stratum; `facts` are
    two or three words each (possible ranks, number of contacts).
    """

    value_percent: float | None
    scale: str
    sentences: tuple[str, ...]
    facts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.value_percent is not None:
            check_percent(self.value_percent, "the overall score")


@dataclass(frozen=True)
class Spread:
    """The others' scores, given only when disclosure control allows them to be drawn."""

    finding: str
    description: str
    others_percent: tuple[float, ...]
    own_percent: float
    words: DotStripWords


@dataclass(frozen=True)
class ScoreSection:
    """Scores by channel, stage or determinant; `finding` is the sentence that the chart shows."""

    finding: str
    description: str
    rows: tuple[IntervalRow, ...]
    words: IntervalWords


@dataclass(frozen=True)
class ReportTable:
    """A titled table of texts; columns after the first are aligned to the right."""

    title: str
    note: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headers) for row in self.rows):
            raise ValueError(f"each row of “{self.title}” needs one cell per header")


@dataclass(frozen=True)
class CriterionScore:
    label: str
    channel: str
    score_percent: float
    # None together = no interval to print.
    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        check_percent(self.score_percent, f"the score of “{self.label}”")


@dataclass(frozen=True)
class ContactLine:
    """One contact as the participant may see it: never who tested, nor a person's name."""

    channel: str
    request: str
    sent: str
    outcome: str
    sign: OutcomeSign
    score_percent: float | None

    def __post_init__(self) -> None:
        if self.score_percent is not None:
            check_percent(self.score_percent, f"the score of “{self.request}”")


@dataclass(frozen=True)
class Notice:
    """A short text under a heading: method, limits, confidentiality."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Fingerprint:
    """A digest that ties the report to the frozen record it was made from."""

    name: str
    digest: str


@dataclass(frozen=True)
class ReportLabels:
    """Headings and column names, translated; examples in `tests/sample_report.py`."""

    certain: str
    overall: str
    channels: str
    journey: str
    stages: str
    determinants: str
    strongest: str
    weakest: str
    no_criterion: str
    contacts: str
    contact_channel: str
    contact_request: str
    contact_sent: str
    contact_outcome: str
    contact_score: str
    no_contact: str
    traceability: str


@dataclass(frozen=True)
class ParticipantReport:
    """Everything the report says, in the order of its pages.

    `simulation` is empty for a real body; otherwise it stands on the cover and atop every page.
    `made_at` is the instant of the scoring run, not of the download: the same run gives the same
    bytes. `reply_times` may have no row, when nothing was sent in writing. `reading` closes the
    cover and tells how to read the figures; `notices` (three read best) close the last page.
    """

    language: Language
    made_at: datetime
    author: str
    title: str
    organisation: str
    edition: str
    wave: str
    stratum: str
    simulation: str
    certain: tuple[str, ...]
    overall: OverallScore
    spread: Spread | None
    channels: ScoreSection
    reply_times: ReportTable
    stages: ScoreSection
    determinants: ScoreSection
    strongest: tuple[CriterionScore, ...]
    weakest: tuple[CriterionScore, ...]
    contacts: tuple[ContactLine, ...]
    reading: Notice
    notices: tuple[Notice, ...]
    run: str
    fingerprints: tuple[Fingerprint, ...]
    labels: ReportLabels


def render_participant_report(report: ParticipantReport) -> bytes:
    """Return the report as a tagged, archivable PDF; equal reports give equal bytes.

    Raises DocumentError when it cannot be made.
    """
    charts = _charts(report)
    images = {}
    for name, chart in charts.items():
        images[name] = chart.svg.encode()
        for index, entry in enumerate(chart.legend):
            images[f"{name}-sign-{index}"] = entry.sign_svg.encode()
    return compile_pdf(
        "participant_report.typ",
        identity=DocumentIdentity(
            title=report.title,
            author=report.author,
            language=report.language,
            made_at=report.made_at,
            keywords=(report.organisation, report.edition, report.run),
        ),
        data=_data(report, charts),
        images=images,
    )


def _charts(report: ParticipantReport) -> dict[str, Chart]:
    sections = {
        "channels": (report.channels, Theme.PAPER),
        "stages": (report.stages, Theme.PAPER_COLUMN),
        "determinants": (report.determinants, Theme.PAPER_COLUMN),
    }
    charts = {
        name: interval_bar(
            identifier=name,
            title=section.finding,
            description=section.description,
            rows=section.rows,
            words=section.words,
            theme=theme,
        )
        for name, (section, theme) in sections.items()
    }
    if report.spread is not None:
        charts["spread"] = dot_strip(
            identifier="spread",
            title=report.spread.finding,
            description=report.spread.description,
            others_percent=report.spread.others_percent,
            own_percent=report.spread.own_percent,
            words=report.spread.words,
            theme=Theme.PAPER,
        )
    return charts


def _data(report: ParticipantReport, charts: dict[str, Chart]) -> dict[str, Any]:
    """Return what the template reads; scores are written here, so that it computes nothing."""
    return {
        "labels": vars(report.labels),
        "organisation": report.organisation,
        "edition": report.edition,
        "wave": report.wave,
        "stratum": report.stratum,
        "simulation": report.simulation,
        "certain": report.certain,
        "overall": {
            "value": whole(report.overall.value_percent),
            "scale": report.overall.scale if report.overall.value_percent is not None else "",
            "sentences": report.overall.sentences,
            "facts": report.overall.facts,
        },
        "charts": {name: _chart(chart) for name, chart in charts.items()},
        "reply_times": vars(report.reply_times),
        "strongest": [_criterion(criterion) for criterion in report.strongest],
        "weakest": [_criterion(criterion) for criterion in report.weakest],
        "contacts": [
            {
                "channel": contact.channel,
                "request": contact.request,
                "sent": contact.sent,
                "outcome": contact.outcome,
                "sign": contact.sign.value,
                "score": whole(contact.score_percent),
            }
            for contact in report.contacts
        ],
        "reading": vars(report.reading),
        "notices": [vars(notice) for notice in report.notices],
        "run": report.run,
        "fingerprints": [vars(fingerprint) for fingerprint in report.fingerprints],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "finding": chart.title,
        "description": chart.description,
        "legend": [entry.text for entry in chart.legend],
        "headers": chart.table.headers,
        "rows": chart.table.rows,
    }


def _criterion(criterion: CriterionScore) -> dict[str, str]:
    return {
        "label": criterion.label,
        "channel": criterion.channel,
        "score": whole(criterion.score_percent),
        "interval": ""
        if criterion.lower is None or criterion.upper is None
        else f"({whole(criterion.lower)}–{whole(criterion.upper)})",
    }
