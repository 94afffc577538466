"""One transaction: receipts, events, comments, counts, and what is remembered of the devices.

The order of writes is the order of locks, the same for every process: devices by number, receipts
by their identifier, then counts by their key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from parvis.feedback.enums import (
    TEXT_KINDS,
    DeviceKind,
    Exclusion,
    KeptApartReason,
    QuestionKind,
    TimeQuality,
)
from parvis.feedback.ingestion import misuse, storing
from parvis.feedback.ingestion.counting import Changes, change_counts
from parvis.feedback.ingestion.dating import Dated, Past, date_answers, from_ms, to_ms
from parvis.feedback.ingestion.sequences import received
from parvis.feedback.ingestion.work import Outcome, ReceiptGiven, ReceiptStatus, RevokedError, Work
from parvis.feedback.models import (
    Comment,
    Device,
    KeptApart,
    Question,
    QuestionnaireVersion,
    Touchpoint,
)
from parvis.feedback.protocol import SentAnswer
from parvis.feedback.questionnaire_document import Document, read_document
from parvis.feedback.reception import receive_comments

# A device that jumps further ahead than this is not counting its answers.
MAX_SEQUENCE_JUMP = 10_000_000


@dataclass(frozen=True, slots=True)
class _Published:
    """A published version: its document, and the rows of its questions by key."""

    organisation_id: int
    document: Document
    question_ids: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """A touchpoint, as far as an answer needs it."""

    pk: int
    organisation_id: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _Placed:
    """An answer that has its place among the answers, before it is dated."""

    touchpoint: _Place
    question_id: int
    kind: QuestionKind


def take(works: Sequence[Work]) -> list[Outcome | Exception]:
    """Write everything the works hold; one outcome each, `RevokedError` for a device that was."""
    devices = {
        device.pk: device
        for device in Device.objects.select_for_update()
        .filter(pk__in={work.device_id for work in works})
        .order_by("pk")
    }
    touchpoints = _touchpoints(answer.touchpoint for work in works for answer in work.answers)
    welcome = [work for work in works if _may_send(devices.get(work.device_id), work)]
    seen = _receive(works=welcome, devices=devices, touchpoints=touchpoints)
    outcomes: list[Outcome | Exception] = []
    for work in works:
        if not _may_send(devices.get(work.device_id), work):
            outcomes.append(RevokedError())
            continue
        outcomes.append(
            Outcome(
                work.received_at,
                devices[work.device_id].configuration,
                [
                    ReceiptGiven(answer.id, answer.content_hash, _status(seen, answer))
                    for answer in work.answers
                ],
            )
        )
    return outcomes


def _may_send(device: Device | None, work: Work) -> bool:
    return (
        device is not None and device.revoked_at is None and device.secret_hash == work.secret_hash
    )


def _status(seen: dict[UUID, storing.Known], answer: SentAnswer) -> ReceiptStatus:
    known = seen[answer.id]
    if known.content_hash != answer.content_hash:
        return ReceiptStatus.CONFLICT
    return ReceiptStatus.KEPT_APART if known.is_kept_apart else ReceiptStatus.STORED


def _receive(
    *,
    works: Sequence[Work],
    devices: dict[int, Device],
    touchpoints: dict[str, _Place],
) -> dict[UUID, storing.Known]:
    """Write what is new; what is known of each identifier afterwards."""
    versions = _versions(answer.version for work in works for answer in work.answers)
    placed: dict[UUID, _Placed | KeptApartReason] = {}
    first: dict[UUID, tuple[Work, SentAnswer]] = {}
    for work in works:
        for answer in work.answers:
            if answer.id not in first:
                first[answer.id] = (work, answer)
                placed[answer.id] = _place(answer, devices[work.device_id], touchpoints, versions)
    new = storing.add_receipts(
        [
            (
                answer.id,
                answer.content_hash,
                work.received_at,
                isinstance(placed[answer.id], KeptApartReason),
            )
            for work, answer in first.values()
        ]
    )
    seen = storing.known_receipts(set(first) - new)
    for number in new:
        seen[number] = storing.Known(
            first[number][1].content_hash, isinstance(placed[number], KeptApartReason)
        )
    kept_apart: list[KeptApart] = []
    events: list[storing.Event] = []
    comments: list[Comment] = []
    changes = Changes()
    untaken = set(new)
    for work in works:
        device = devices[work.device_id]
        fresh: list[tuple[SentAnswer, _Placed]] = []
        for answer in work.answers:
            if seen[answer.id].content_hash != answer.content_hash:
                kept_apart.append(_kept(answer, work, device, KeptApartReason.CONFLICT))
            elif answer.id in untaken:
                untaken.remove(answer.id)
                place = placed[answer.id]
                if isinstance(place, KeptApartReason):
                    kept_apart.append(_kept(answer, work, device, place))
                else:
                    fresh.append((answer, place))
        _take_in_order(work, device, fresh, events, comments, changes)
        _remember(work, device)
    storing.add_answers(events)
    if kept_apart:
        KeptApart.objects.bulk_create(kept_apart, ignore_conflicts=True)
    if comments:
        receive_comments(comments)
    change_counts(changes)
    storing.save_devices([devices[number] for number in sorted({w.device_id for w in works})])
    return seen


def _take_in_order(
    work: Work,
    device: Device,
    fresh: Sequence[tuple[SentAnswer, _Placed]],
    events: list[storing.Event],
    comments: list[Comment],
    changes: Changes,
) -> None:
    """Date, judge and make the rows of what is new, in the order the device gave it."""
    if not fresh:
        return
    dated = date_answers(
        [answer for answer, _place in fresh],
        work.sending,
        now_ms=to_ms(work.received_at),
        past=_past(device),
    )
    memory = _memory_of(device)
    for (answer, place), date in sorted(
        zip(fresh, dated, strict=True), key=lambda pair: pair[0][0].sequence
    ):
        exclusion = _exclusion(memory, device, answer, date, place.kind)
        moment = work.received_at if date.moment_ms is None else from_ms(date.moment_ms)
        local = moment.astimezone(place.touchpoint.zone)
        events.append(
            storing.Event(
                id=answer.id,
                received_at=work.received_at,
                organisation_id=device.organisation_id,
                touchpoint_id=place.touchpoint.pk,
                device_id=device.pk,
                version_id=answer.version,
                question_id=place.question_id,
                visit=answer.visit,
                sequence=answer.sequence,
                value=answer.value,
                level=answer.level,
                language=answer.language,
                device_time_ms=answer.time_ms,
                occurred_at=None if date.moment_ms is None else moment,
                time_quality=date.quality,
                day=local.date(),
                hour=local.hour,
                exclusion=exclusion,
            )
        )
        changes.add(
            place.kind,
            touchpoint_id=place.touchpoint.pk,
            day=local.date(),
            hour=local.hour,
            question_id=place.question_id,
            level=answer.level,
            value=answer.value,
            exclusion=exclusion,
        )
        if place.kind in TEXT_KINDS and answer.text.strip():
            comments.append(
                Comment(
                    organisation_id=device.organisation_id,
                    touchpoint_id=place.touchpoint.pk,
                    answer_id=answer.id,
                    visit=answer.visit,
                    kind=place.kind,
                    level=answer.level,
                    language=answer.language,
                    raw_text=answer.text.strip(),
                    day=local.date(),
                    received_at=work.received_at,
                )
            )
    _write_memory(device, memory)
    if device.kind == DeviceKind.KIOSK:
        device.highest_sequence, device.missing_sequences = received(
            device.highest_sequence,
            device.missing_sequences,
            (answer.sequence for answer in work.answers if answer.sequence > 0),
        )


def _exclusion(
    memory: misuse.Memory, device: Device, answer: SentAnswer, date: Dated, kind: QuestionKind
) -> Exclusion:
    if date.quality == TimeQuality.UNKNOWN or date.moment_ms is None:
        return Exclusion.UNDATED
    if kind == QuestionKind.SMILEY:
        return misuse.judge(
            memory,
            DeviceKind(device.kind),
            visit=answer.visit,
            level=answer.value,
            moment_ms=date.moment_ms,
        )
    return misuse.follows(memory, answer.visit)


def _place(
    answer: SentAnswer,
    device: Device,
    touchpoints: dict[str, _Place],
    versions: dict[int, _Published],
) -> _Placed | KeptApartReason:
    """Where an answer belongs, or why it belongs nowhere."""
    is_kiosk = device.kind == DeviceKind.KIOSK
    if is_kiosk and not 1 <= answer.sequence <= device.highest_sequence + MAX_SEQUENCE_JUMP:
        return KeptApartReason.INVALID_SEQUENCE
    if not is_kiosk and answer.sequence != 0:
        return KeptApartReason.INVALID_SEQUENCE
    touchpoint = touchpoints.get(answer.touchpoint)
    if touchpoint is None or touchpoint.organisation_id != device.organisation_id:
        return KeptApartReason.UNKNOWN_TOUCHPOINT
    published = versions.get(answer.version)
    if published is None or published.organisation_id != device.organisation_id:
        return KeptApartReason.UNKNOWN_VERSION
    step = published.document.step(answer.question)
    if step is None:
        return KeptApartReason.UNKNOWN_QUESTION
    if not step.accepts(answer.value):
        return KeptApartReason.INVALID_VALUE
    return _Placed(touchpoint, published.question_ids[step.key], step.kind)


def _touchpoints(codes: Iterable[str]) -> dict[str, _Place]:
    return {
        code: _Place(pk, organisation_id, ZoneInfo(time_zone))
        for code, pk, organisation_id, time_zone in Touchpoint.objects.filter(
            code__in=set(codes)
        ).values_list("code", "pk", "organisation_id", "time_zone")
    }


def _versions(numbers: Iterable[int]) -> dict[int, _Published]:
    """The published versions of these numbers, for those that exist."""
    return {
        number: _published(number, published_at)
        for number, published_at in QuestionnaireVersion.objects.filter(
            pk__in=set(numbers)
        ).values_list("pk", "published_at")
    }


@lru_cache(maxsize=2_000)
def _published(number: int, published_at: datetime) -> _Published:
    """A version, read once: it never changes. Its date tells it from one of a former database."""
    version = QuestionnaireVersion.objects.get(pk=number, published_at=published_at)
    questions = Question.objects.filter(questionnaire=version.questionnaire_id)
    return _Published(
        organisation_id=version.organisation_id,
        document=read_document(version.document),
        question_ids=dict(questions.values_list("key", "pk")),
    )


def _kept(answer: SentAnswer, work: Work, device: Device, reason: KeptApartReason) -> KeptApart:
    return KeptApart(
        organisation_id=device.organisation_id,
        device_id=device.pk,
        answer_id=answer.id,
        content_hash=answer.content_hash,
        reason=reason,
        content={
            "visit": str(answer.visit),
            "seq": answer.sequence,
            "touchpoint": answer.touchpoint,
            "version": answer.version,
            "question": answer.question,
            "value": answer.value,
            "level": answer.level,
            "text": answer.text,
            "language": answer.language,
            "time_ms": answer.time_ms,
            "mono_ms": answer.mono_ms,
            "run": str(answer.run),
            "epoch_ms": answer.epoch_ms,
        },
        received_at=work.received_at,
    )


def _past(device: Device) -> Past:
    paired_ms = to_ms(device.created_at)
    last = device.last_visit_at if device.kind == DeviceKind.KIOSK else None
    return Past(
        paired_ms=paired_ms,
        last_ms=paired_ms if last is None else to_ms(last),
        last_sequence=device.highest_sequence,
    )


def _memory_of(device: Device) -> misuse.Memory:
    return misuse.Memory(
        last_visit_ms=to_ms(device.last_visit_at) if device.last_visit_at else None,
        last_level=device.last_level,
        streak_length=device.streak_length,
        same_level_length=device.same_level_length,
        last_visit=device.last_visit,
        last_exclusion=device.last_exclusion,
    )


def _write_memory(device: Device, memory: misuse.Memory) -> None:
    device.last_visit_at = None if memory.last_visit_ms is None else from_ms(memory.last_visit_ms)
    device.last_level = memory.last_level
    device.streak_length = memory.streak_length
    device.same_level_length = memory.same_level_length
    device.last_visit = memory.last_visit
    device.last_exclusion = memory.last_exclusion


def _remember(work: Work, device: Device) -> None:
    """What the device told of itself, even with nothing new to say."""
    device.last_seen_at = work.received_at
    if device.kind != DeviceKind.KIOSK:
        return
    device.clock_offset_ms = to_ms(work.received_at) - work.sending.time_ms
    if work.health is not None:
        device.app_version = work.health.app_version
        device.queue_length = work.health.queue_length
        device.put_aside = work.health.put_aside
        device.storage_left_bytes = work.health.storage_left_bytes
