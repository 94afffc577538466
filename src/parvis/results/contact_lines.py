"""The contacts behind a sheet, as the body tested may read them.

Never who tested, who reviewed, nor the evidence itself: what was asked, when, what came back, what
each criterion was worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.documents.language import reader_language
from parvis.documents.participant_report import OutcomeSign
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, Contact, Scenario
from parvis.mystery_audits.questions import in_language, value_label
from parvis.questionnaires.enums import Channel, CriterionKind, JourneyStage
from parvis.questionnaires.grid_schema import Criterion, GridDocument, delay_hours, score_of
from parvis.results import wording
from parvis.results.inputs import hours_since
from parvis.results.models import ContactScore, ScoreSheet
from parvis.results.scoring import criterion_scores
from parvis.statistics.intervals import wilson_interval

NO_ANSWER = {
    Channel.PHONE: gettext_lazy("personne n’a répondu"),
    Channel.EMAIL: gettext_lazy("sans réponse"),
    Channel.WEBSITE: gettext_lazy("site inaccessible"),
    Channel.POST: gettext_lazy("sans réponse"),
    Channel.SOCIAL: gettext_lazy("sans réponse"),
    Channel.VISIT: gettext_lazy("lieu fermé"),
}
DONE = {
    Channel.PHONE: gettext_lazy("appel pris"),
    Channel.EMAIL: gettext_lazy("répondu"),
    Channel.WEBSITE: gettext_lazy("site consulté"),
    Channel.POST: gettext_lazy("répondu"),
    Channel.SOCIAL: gettext_lazy("répondu"),
    Channel.VISIT: gettext_lazy("visite faite"),
}
PILLS = {OutcomeSign.MET: "good", OutcomeSign.MISSED: "bad", OutcomeSign.NEUTRAL: "info"}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line: what was asked, when, what came back, what it is worth."""

    pk: int
    wave: int
    channel: Channel
    request: str
    sent_at: datetime | None
    hours: float | None
    within_limit: bool | None
    no_answer: bool
    outcome: str
    sign: OutcomeSign
    score_percent: float | None
    state: ContactState

    @property
    def short_channel(self) -> str:
        return str(wording.SHORT_CHANNEL[self.channel])

    @property
    def pill(self) -> str:
        return PILLS[self.sign]

    @property
    def is_preliminary(self) -> bool:
        return self.state in (ContactState.VALIDATED, ContactState.PRELIMINARY)


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a contact: what was observed and what it is worth (None: not applicable)."""

    label: str
    observed: str
    score_percent: float | None
    limit: str


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """Delays of one written channel, in working hours."""

    channel: Channel
    sent: int
    answered: int
    median_hours: float | None
    limit_hours: float | None
    within: int
    lower_percent: float
    upper_percent: float


def contact_rows(sheet: ScoreSheet, grid: GridDocument) -> list[ContactRow]:
    """The contacts of a sheet in the order of channels, two queries whatever their number."""
    scores = list(
        ContactScore.objects.filter(run=sheet.run_id, contact__organisation=sheet.organisation_id)
        .select_related("contact__scenario", "contact__wave")
        .order_by(
            Case(
                *(When(contact__channel=c, then=Value(i)) for i, c in enumerate(Channel.values)),
                output_field=IntegerField(),
            ),
            "contact__wave__number",
            "contact__sent_at",
            "contact__rank",
        )
    )
    rings = _rings(grid)
    observed = (
        dict(
            Answer.objects.filter(
                criterion=rings.code, contact__in=[score.contact_id for score in scores]
            ).values_list("contact_id", "value")
        )
        if rings
        else {}
    )
    departement = sheet.organisation.departement_code
    return [_row(score, grid, rings, observed, departement) for score in scores]


def _row(
    score: ContactScore,
    grid: GridDocument,
    rings: Criterion | None,
    observed_rings: Mapping[int, str],
    departement: str,
) -> ContactRow:
    contact = score.contact
    channel = Channel(contact.channel)
    limit = answer_limit(grid, channel)
    hours = hours_since(contact.sent_at, contact.answered_at, departement)
    within = None if hours is None or limit is None else hours <= limit
    if contact.no_answer:
        sign, outcome = OutcomeSign.MISSED, str(NO_ANSWER[channel])
        if limit is not None:
            within = False
    elif hours is not None:
        sign = OutcomeSign.NEUTRAL if within is None else _sign(within)
        outcome = _("en %s") % wording.delay_in_words(hours)
    elif rings is not None and observed_rings.get(contact.pk, "").isdigit():
        count = int(observed_rings[contact.pk])
        outcome = ngettext("décroché en %d sonnerie", "décroché en %d sonneries", count) % count
        sign = _sign(score_of(rings, str(count)) == 100.0)
    else:
        sign, outcome = OutcomeSign.NEUTRAL, str(DONE[channel])
    return ContactRow(
        pk=contact.pk,
        wave=contact.wave.number,
        channel=channel,
        request=request_title(contact.scenario),
        sent_at=contact.sent_at,
        hours=hours,
        within_limit=within,
        no_answer=contact.no_answer,
        outcome=outcome,
        sign=sign,
        score_percent=score.score_percent,
        state=ContactState(contact.state),
    )


def _sign(met: bool) -> OutcomeSign:
    return OutcomeSign.MET if met else OutcomeSign.MISSED


def request_title(scenario: Scenario) -> str:
    return scenario.title_en if reader_language() == "en" else scenario.title_fr


def answer_limit(grid: GridDocument, channel: str) -> float | None:
    """The published limit for an answer by this channel, in working hours; None without one."""
    limits = [
        criterion.limit.working_hours
        for criterion in grid.of_channel(channel)
        if criterion.kind == CriterionKind.DELAY
        and criterion.end_event == "answered"
        and criterion.limit is not None
        and criterion.limit.working_hours is not None
    ]
    return limits[0] if limits else None


def _rings(grid: GridDocument) -> Criterion | None:
    """The criterion that counts the rings of a call, if the grid has one."""
    return next(
        (
            criterion
            for criterion in grid.criteria
            if criterion.kind == CriterionKind.COUNT
            and criterion.limit is not None
            and criterion.limit.unit == "rings"
        ),
        None,
    )


def criterion_lines(contact: Contact, grid: GridDocument) -> dict[str, list[CriterionLine]]:
    """What was observed on each criterion that applies, by stage of the journey. One query."""
    answers = dict(Answer.objects.filter(contact=contact).values_list("criterion", "value"))
    departement = contact.organisation.departement_code
    acknowledged = hours_since(contact.sent_at, contact.acknowledged_at, departement)
    answered = hours_since(contact.sent_at, contact.answered_at, departement)
    criteria = grid.of_channel(contact.channel)
    by_stage: dict[str, list[CriterionLine]] = {}
    for position, value in criterion_scores(
        criteria,
        answers,
        no_answer=contact.no_answer,
        acknowledged_hours=acknowledged,
        answered_hours=answered,
    ):
        criterion = criteria[position]
        if criterion.kind == CriterionKind.DELAY:
            hours = delay_hours(criterion, acknowledged_hours=acknowledged, answered_hours=answered)
            observed = _("rien reçu") if hours is None else wording.delay_in_words(hours)
        elif contact.no_answer and criterion.scored_zero_if_no_answer:
            observed = _("aucune réponse")
        elif criterion.code in answers:
            observed = value_label(criterion, answers[criterion.code])
        else:
            continue
        by_stage.setdefault(str(JourneyStage(criterion.stage).label), []).append(
            CriterionLine(
                label=in_language(criterion.label),
                observed=observed,
                score_percent=value,
                limit=in_language(criterion.limit.label) if criterion.limit else "",
            )
        )
    # The grid follows the conversation; the page follows the journey, as every other page does.
    return {
        label: by_stage[label]
        for label in (str(stage.label) for stage in JourneyStage)
        if label in by_stage
    }


def reply_times(rows: Iterable[ContactRow], grid: GridDocument) -> list[ReplyTimes]:
    """Delays by written channel; the share within the limit has its Wilson interval."""
    by_channel: dict[Channel, list[ContactRow]] = {}
    for row in rows:
        if answer_limit(grid, row.channel) is not None:
            by_channel.setdefault(row.channel, []).append(row)
    return [_reply_times(channel, lines, grid) for channel, lines in by_channel.items()]


def _reply_times(channel: Channel, rows: Sequence[ContactRow], grid: GridDocument) -> ReplyTimes:
    hours = [row.hours for row in rows if row.hours is not None]
    within = sum(bool(row.within_limit) for row in rows)
    lower, upper = wilson_interval(within, len(rows))
    return ReplyTimes(
        channel=channel,
        sent=len(rows),
        answered=len(hours),
        # Without an answer the delay is longer than any seen: the median of all contacts is known
        # only while more than half were answered.
        median_hours=_median(hours, len(rows)),
        limit_hours=answer_limit(grid, channel),
        within=within,
        lower_percent=100.0 * float(lower),
        upper_percent=100.0 * float(upper),
    )


def _median(hours: Sequence[float], sent: int) -> float | None:
    """Median delay of all that was sent, the unanswered counted as endless; None if that is it."""
    endless = float("inf")
    found: Any = median([*hours, *[endless] * (sent - len(hours))]) if sent else endless
    return None if found == endless else float(found)
