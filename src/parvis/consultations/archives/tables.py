"""Contributions and decisions, row by row: what anybody may read, without who wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from parvis.consultations.archives.cells import Cell
from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    ModerationAct,
    PhaseKind,
    Verdict,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    Milestone,
    ModerationDecision,
    OfficialAnswer,
    Phase,
)
from parvis.consultations.participation import REPLIES
from parvis.consultations.phase_settings import IdeasSettings, read_settings
from parvis.consultations.results.projects import has_few_supporters
from parvis.consultations.results.showing import is_shown

CHUNK = 2_000

# The columns of Decidim's export of proposals that have a meaning here, then our own.
IDEAS_COLUMNS = (
    "id",
    "category/id",
    "category/name/fr",
    "scope/id",
    "scope/name/fr",
    "title",
    "body",
    "address",
    "latitude",
    "longitude",
    "state",
    "answer/fr",
    "answered_at",
    "votes",
    "comments",
    "published_at",
    "url",
    "component/id",
    "meeting_urls",
    "related_proposals",
    "answers",
    "merged_into",
    "split_from",
)
PROJECTS_COLUMNS = ("id", "title", "body", "category/id", "scope/id", "cost_euros", "from_idea")
COMMENTS_COLUMNS = ("id", "commentable/id", "kind", "body", "votes", "published_at")
DECISIONS_COLUMNS = ("contribution", "kind", "act", "reason", "text", "date", "spent_euros")

# Decidim's words for an official answer.
_DECIDIM_STATES = {
    Verdict.RETAINED: "accepted",
    Verdict.STUDIED: "evaluating",
    Verdict.REFUSED: "rejected",
}
# What an author does with their own text is no decision.
_ACTS = frozenset(ModerationAct) - {ModerationAct.EDITED, ModerationAct.WITHDRAWN}


def reference(position: int, number: int) -> str:
    """The name of a contribution in every file: the place of its phase, its number in it."""
    return f"{position}-{number}"


def ideas_rows(
    consultation: Consultation, base_url: str, *, with_answers: bool
) -> Iterator[list[Cell]]:
    """Ideas that anybody may read, merged and split ones included (`IDEAS_COLUMNS`).

    `base_url` is the public address of the consultation, ending with a slash.
    """
    labels = {phase.pk: _labels(phase) for phase in consultation.phases.all()}
    rows = (
        Contribution.objects.public()
        .filter(phase__consultation=consultation, kind=ContributionKind.IDEA)
        .order_by("phase__position", "number")
        .values_list(
            "phase_id",
            "phase__position",
            "number",
            "theme",
            "sector",
            "title",
            "text",
            "place",
            "latitude",
            "longitude",
            "support_count",
            "reply_count",
            "published_at",
            "answers",
            "merged_into__phase__position",
            "merged_into__number",
            "split_from__phase__position",
            "split_from__number",
            "official_answer__verdict",
            "official_answer__reason",
            "official_answer__answered_at",
        )
    )
    for row in rows.iterator(chunk_size=CHUNK):
        phase, position, number, theme, sector, title, text, place, latitude, longitude = row[:10]
        support, replies, published_at, answers = row[10:14]
        merged, split = _pair(*row[14:16]), _pair(*row[16:18])
        verdict, reason, answered_at = row[18:] if with_answers else (None, None, None)
        names = labels[phase]
        yield [
            reference(position, number),
            theme,
            names.get(("theme", theme), ""),
            sector,
            names.get(("sector", sector), ""),
            title,
            text,
            place,
            latitude,
            longitude,
            _DECIDIM_STATES[Verdict(verdict)] if verdict else "",
            reason or "",
            _day(answered_at),
            support,
            replies,
            _day(published_at),
            f"{base_url}{position}/idees/{number}/",
            position,
            "",
            ",".join(one for one in (merged, split) if one),
            _answers(answers),
            merged,
            split,
        ]


def projects_rows(consultation: Consultation) -> Iterator[list[Cell]]:
    """Costed projects that anybody may read (`PROJECTS_COLUMNS`)."""
    rows = (
        Contribution.objects.public()
        .filter(phase__consultation=consultation, kind=ContributionKind.PROJECT)
        .order_by("phase__position", "number")
        .values_list(
            "phase__position",
            "number",
            "title",
            "text",
            "theme",
            "sector",
            "cost_euros",
            "from_idea__phase__position",
            "from_idea__number",
        )
    )
    for position, number, title, text, theme, sector, cost, *origin in rows.iterator(
        chunk_size=CHUNK
    ):
        yield [reference(position, number), title, text, theme, sector, cost, _pair(*origin)]


def comments_rows(consultation: Consultation) -> Iterator[list[Cell]]:
    """Published comments, arguments and conditions, and what they are about.

    Supports of the arguments on a project wait for its result, and are not told of few people.
    """
    waiting = set()
    for phase in consultation.phases.filter(kind__in=[PhaseKind.PROJECT, PhaseKind.EVALUATION]):
        phase.consultation = consultation
        if not is_shown(phase) or has_few_supporters(phase):
            waiting.add(phase.position)
    rows = (
        Contribution.objects.published()
        .filter(phase__consultation=consultation, kind__in=REPLIES)
        .order_by("phase__position", "number")
        .values_list(
            "phase__position",
            "number",
            "parent__phase__position",
            "parent__number",
            "parent__state",
            "kind",
            "text",
            "support_count",
            "published_at",
        )
    )
    readable = {ContributionState.PUBLISHED, ContributionState.MERGED, ContributionState.SPLIT}
    for position, number, *about, state, kind, text, support, at in rows.iterator(chunk_size=CHUNK):
        if state is None or state in readable:
            told = None if position in waiting else support
            yield [reference(position, number), _pair(*about), kind, text, told, _day(at)]


def decisions_rows(consultation: Consultation, *, with_answers: bool) -> Iterator[list[Cell]]:
    """Acts of moderation without who decided nor their words, official answers, milestones."""
    acts = (
        ModerationDecision.objects.filter(
            contribution__phase__consultation=consultation, act__in=_ACTS
        )
        .order_by("at", "pk")
        .values_list("contribution__phase__position", "contribution__number", "act", "reason", "at")
    )
    for position, number, act, reason, at in acts.iterator(chunk_size=CHUNK):
        yield [reference(position, number), "moderation", act, reason, "", _day(at), None]
    if not with_answers:
        return
    answers = (
        OfficialAnswer.objects.filter(contribution__phase__consultation=consultation)
        .order_by("answered_at", "pk")
        .values_list(
            "contribution__phase__position",
            "contribution__number",
            "verdict",
            "reason",
            "answered_at",
        )
    )
    for position, number, verdict, reason, at in answers.iterator(chunk_size=CHUNK):
        yield [reference(position, number), "answer", verdict, "", reason, _day(at), None]
    for milestone in Milestone.objects.filter(consultation=consultation).select_related(
        "contribution__phase"
    ):
        about = milestone.contribution
        yield [
            reference(about.phase.position, about.number) if about else "",
            "milestone",
            "reached" if milestone.reached_on else "planned",
            "",
            "\n".join(one for one in (milestone.title, milestone.text) if one),
            milestone.reached_on or milestone.due_on,
            milestone.spent_euros,
        ]


def _labels(phase: Phase) -> dict[tuple[str, str], str]:
    settings = read_settings(phase.kind, phase.settings)
    if not isinstance(settings, IdeasSettings):
        return {}
    return {
        **{("theme", choice.code): choice.label for choice in settings.themes},
        **{("sector", choice.code): choice.label for choice in settings.sectors},
    }


def _pair(position: int | None, number: int | None) -> str:
    return reference(position, number) if position is not None and number is not None else ""


def _day(moment: datetime | None) -> date | None:
    """Days only: an hour would tell more of the author than of the idea."""
    return timezone.localdate(moment) if moment else None


def _answers(answers: Mapping[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True) if answers else ""
