"""Answers and counts written straight into the tables, for what reads them to leave the house."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.feedback.enums import NO_LEVEL, Exclusion, QuestionKind, TimeQuality
from parvis.feedback.exchange_enums import ApiScope, ExportFormat, WebhookEvent
from parvis.feedback.exports.run import run_piece
from parvis.feedback.models import (
    Answer,
    ApiKey,
    Comment,
    DayCount,
    Device,
    ExportJob,
    MonthCount,
    OpenDataset,
    Question,
    Touchpoint,
    WebhookEndpoint,
)
from parvis.feedback.operations.exchanges import add_endpoint, create_api_key
from parvis.feedback.operations.exports import publish_open_data
from parvis.feedback.tests.factories import the_version

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def question_of(point: Touchpoint, key: str) -> Question:
    with scopes_disabled():
        return Question.objects.get(questionnaire=point.questionnaire_id, key=key)


def add_answers(
    point: Touchpoint,
    count: int,
    *,
    key: str = "satisfaction",
    start: datetime = START,
    step: timedelta = timedelta(seconds=1),
    **changes: Any,
) -> list[Answer]:
    """Smileys that go 0, 1, 2, 3, 0, … unless `value` says otherwise, one a second."""
    question, version = question_of(point, key), the_version(point.questionnaire)
    with scopes_disabled():
        device = Device.objects.filter(touchpoint=point).first()
        made = [
            Answer(
                **{
                    "id": uuid.uuid4(),
                    "received_at": start + n * step,
                    "organisation_id": point.organisation_id,
                    "touchpoint": point,
                    "device": device,
                    "version": version,
                    "question": question,
                    "visit": uuid.uuid4(),
                    "sequence": n + 1,
                    "value": n % 4,
                    "level": NO_LEVEL,
                    "language": "fr",
                    "device_time_ms": 0,
                    "occurred_at": start + n * step,
                    "time_quality": TimeQuality.EXACT,
                    "day": (start + n * step).date(),
                    "hour": (start + n * step).hour,
                    **changes,
                }
            )
            for n in range(count)
        ]
        Answer.objects.bulk_create(made, batch_size=1000)
    return made


def add_comment(point: Touchpoint, text: str, **changes: Any) -> Comment:
    """A comment with its event; `raw_text` is what must never leave."""
    [answer] = add_answers(point, 1, key="comment", value=1, level=0)
    with scopes_disabled():
        return Comment.objects.create(
            **{
                "organisation_id": point.organisation_id,
                "touchpoint": point,
                "answer_id": answer.id,
                "visit": answer.visit,
                "kind": QuestionKind.COMMENT,
                "level": 0,
                "language": "fr",
                "raw_text": "RAW " + text,
                "text": text,
                "day": answer.day,
                **changes,
            }
        )


def add_counts(
    point: Touchpoint,
    cells: Mapping[int, int],
    *,
    key: str = "satisfaction",
    day: date = date(2026, 1, 5),
    level: int = NO_LEVEL,
    exclusion: int = Exclusion.NONE,
) -> None:
    """Answer → count, in the day and in its month."""
    question = question_of(point, key)
    with scopes_disabled():
        for answer, number in cells.items():
            cell = {
                "touchpoint": point,
                "question": question,
                "level": level,
                "answer": answer,
                "exclusion": exclusion,
            }
            DayCount.objects.create(**cell, day=day, answers=number)
            month, created = MonthCount.objects.get_or_create(
                **cell, month=day.replace(day=1), defaults={"answers": number}
            )
            if not created:
                MonthCount.objects.filter(pk=month.pk).update(answers=month.answers + number)


@dataclass
class Exchanges:
    """What a body has going out: an export made, one that stands still, a key, two addresses."""

    export: ExportJob
    stalled: ExportJob
    key: ApiKey
    secret: str
    endpoint: WebhookEndpoint
    stopped: WebhookEndpoint
    dataset: OpenDataset


def exchanges_of(point: Touchpoint, *, by: Person, mark: str = "") -> Exchanges:
    """One of each for the body of a touchpoint; `mark` goes where its coordinators write."""
    body, now = point.organisation, timezone.now()
    with scopes_disabled():
        add_counts(point, {0: 40, 3: 60})
        add_answers(point, 3)
        common = {"organisation": body, "requested_by": by, "received_before": now}
        export = ExportJob.objects.create(**common, format=ExportFormat.CSV)
        while run_piece(export.pk):
            pass
        stalled = ExportJob.objects.create(
            **common, format=ExportFormat.XLSX, progressed_at=now - timedelta(hours=1)
        )
        key, secret = create_api_key(
            organisation=body, by=by, name=f"{mark}-cle", scopes=ApiScope.values
        )
        events = [WebhookEvent.ALERT_OPENED.value]
        endpoint, stopped = (
            add_endpoint(
                organisation=body,
                by=by,
                url=f"https://exemple.fr/{mark}-{name}",
                events=events,
            )[0]
            for name in ("adresse", "arretee")
        )
        WebhookEndpoint.objects.filter(pk=stopped.pk).update(disabled_at=now)
        dataset = publish_open_data(organisation=body, by=by)
        export.refresh_from_db()
    return Exchanges(export, stalled, key, secret, endpoint, stopped, dataset)
