"""What programs of a body read: touchpoints, answers, counts, devices. Nothing is written here.

The description of an operation is for those who call it: in French, like the pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AwareDatetime

from parvis.feedback.api import cursors
from parvis.feedback.api.keys import ApiKeyBearer, opened_by
from parvis.feedback.api.problems import Problem, RefusedRequestError
from parvis.feedback.api.schemas import AnswerPage, CountPage, DevicePage, TouchpointPage
from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, Exclusion, TimeQuality
from parvis.feedback.exchange_enums import ApiScope
from parvis.feedback.exchange_labels import Wording, wordings, words_of
from parvis.feedback.exports.counts import answered
from parvis.feedback.exports.rows import Cursor, Line, RowMaker, flat, page_after
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    DayCount,
    Device,
    MonthCount,
    Question,
    Touchpoint,
)
from parvis.feedback.operations.exports import SETTLED_AFTER

router = Router(auth=ApiKeyBearer(), tags=["écoute"])

ERRORS = dict.fromkeys((401, 403, 422, 429, 503), Problem)
MOST_DAYS = 31
MOST_MONTHS = 36
# Answers looked at for one page of them, whatever the filters leave.
MOST_WALKED = 5000

_A_PAGE = "Nombre d’éléments par page, au plus."
_CODE = r"^[0-9A-Za-z]{1,8}$"
Cursored = Annotated[
    str, Query(description="Curseur donné par la page d’avant.", max_length=100, min_length=1)
]
Code = Annotated[str, Query(description="Code d’un seul point d’écoute.", pattern=_CODE)]

Row = TypeVar("Row", bound=models.Model)


def _organisation(request: HttpRequest) -> int:
    number: int = request.auth.organisation_id  # type: ignore[attr-defined]
    return number


def _page(
    rows: models.QuerySet[Row], cursor: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """Rows after the cursor in the order of their numbers, and the cursor that follows."""
    if cursor is not None:
        rows = rows.filter(pk__gt=cursors.read_number(cursor))
    found = list(rows.order_by("pk")[: limit + 1])
    following = cursors.of_number(found[limit - 1].pk) if len(found) > limit else None
    return found[:limit], following


@router.get(
    "touchpoints",
    response={200: TouchpointPage, **ERRORS},
    summary="Points d’écoute et leurs questions",
    operation_id="list_touchpoints",
)
@opened_by(ApiScope.TOUCHPOINTS)
def touchpoints(
    request: HttpRequest,
    cursor: Cursored | None = None,
    limit: Annotated[int, Query(ge=1, le=200, description=_A_PAGE)] = 50,
) -> dict[str, Any]:
    """Tous les points d’écoute de l’organisme, fermés compris, dans un ordre stable."""
    organisation = _organisation(request)
    rows, following = _page(Touchpoint.objects.filter(organisation=organisation), cursor, limit)
    words = wordings(organisation)
    by_questionnaire: dict[int, list[Wording]] = defaultdict(list)
    for question in Question.objects.filter(organisation=organisation).order_by("pk"):
        by_questionnaire[question.questionnaire_id].append(words[question.pk])
    return {
        "items": [
            {
                "code": point.code,
                "name": point.name,
                "service": point.service,
                "stage": point.stage,
                "channel": point.channel,
                "staffing": point.staffing,
                "one_by_one": not point.could_follow_an_agent,
                "time_zone": point.time_zone,
                "created_at": point.created_at,
                "closed_at": point.closed_at,
                "questions": [
                    {
                        "key": wording.key,
                        "kind": wording.kind,
                        "text": wording.text,
                        "answers": [
                            {"answer": answer, "label": label}
                            for answer, label in sorted(wording.answers.items())
                        ],
                    }
                    for wording in by_questionnaire[point.questionnaire_id]
                ],
            }
            for point in rows
        ],
        "next": following,
    }


@router.get(
    "answers",
    response={200: AnswerPage, **ERRORS},
    summary="Réponses une à une, dans l’ordre où elles sont reçues",
    operation_id="list_answers",
)
@opened_by(ApiScope.ANSWERS)
def answers(
    request: HttpRequest,
    cursor: Cursored | None = None,
    limit: Annotated[int, Query(ge=1, le=1000, description=_A_PAGE)] = 200,
    touchpoint: Code | None = None,
    since: Annotated[
        AwareDatetime | None, Query(description="Reçues à partir de cet instant.")
    ] = None,
) -> dict[str, Any]:
    """Réponses et textes masqués ; celles que le filtre écarte disent pourquoi.

    Une réponse paraît une minute après sa réception : reprendre au dernier curseur n’en manque
    aucune. Une page peut en donner moins que demandé, voire aucune, tant que has_more est vrai.
    Les points d’écoute de moins de cinq agents ne se lisent pas ici.
    """
    organisation = _organisation(request)
    maker = RowMaker(organisation, tuple)
    codes = dict(Touchpoint.objects.filter(organisation=organisation).values_list("pk", "code"))
    before = timezone.now() - SETTLED_AFTER
    position = cursors.read_answer(cursor) if cursor is not None else None
    if position is None and since is not None:
        position = _just_before(since)
    kept: list[Line] = []
    last: Line | None = None
    walked, has_more = 0, True
    while has_more and len(kept) < limit and walked < MOST_WALKED:
        lines = page_after(organisation, position, before=before, size=limit)
        has_more = len(lines) == limit
        walked += len(lines)
        for line in lines:
            if len(kept) == limit:
                has_more = True
                break
            last = line
            if maker.may_leave(line) and (
                touchpoint is None or codes[line.touchpoint_id] == touchpoint
            ):
                kept.append(line)
        position = last.cursor if last is not None else position
    rows = map(flat, maker.pieces(kept))
    return {
        "items": [_answer(line, row) for line, row in zip(kept, rows, strict=True)],
        "next": cursors.of_answer(position) if position is not None else None,
        "has_more": has_more,
    }


def _just_before(since: datetime) -> Cursor:
    try:
        return Cursor(since - timedelta(microseconds=1), UUID(int=2**128 - 1))
    except OverflowError:
        raise RefusedRequestError(
            422,
            _("La demande n’est pas valable."),
            errors=[("since", _("Cette date est hors du temps."))],
        ) from None


def _answer(line: Line, row: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": row[0],
        "visit": row[1],
        "received_at": row[2],
        "occurred_at": row[3],
        "time_quality": TimeQuality(line.time_quality).name.lower(),
        "day": line.day,
        "hour": line.hour,
        "touchpoint": row[7],
        "device": line.device_id,
        "version": line.version_id,
        "question": row[15],
        "kind": row[16],
        "value": line.value,
        "label": row[18],
        "level": row[19],
        "language": line.language,
        "sequence": row[12],
        "exclusion": None if line.exclusion == Exclusion.NONE else _reason(line.exclusion),
        "text": row[22],
    }


def _reason(exclusion: int) -> str:
    return Exclusion(exclusion).name.lower()


@router.get(
    "counts",
    response={200: CountPage, **ERRORS},
    summary="Comptes par jour ou par mois, bruts et retenus",
    operation_id="list_counts",
)
@opened_by(ApiScope.COUNTS)
def counts(
    request: HttpRequest,
    period: Annotated[Literal["day", "month"], Query(description="Par jour ou par mois.")],
    first: Annotated[date, Query(description="Premier jour, ou un jour du premier mois.")],
    last: Annotated[date, Query(description="Dernier jour, ou un jour du dernier mois.")],
    touchpoint: Code | None = None,
    cursor: Cursored | None = None,
    limit: Annotated[int, Query(ge=1, le=20, description="Points d’écoute par page.")] = 10,
) -> dict[str, Any]:
    """Comptes de points d’écoute entiers : 31 jours ou 36 mois au plus, quelques points par page.

    Au-dessous de cinq agents, un point d’écoute n’a pas de jours, et seulement les mois où trente
    personnes au moins ont répondu à la question.
    """
    if period == "month":
        first, last = first.replace(day=1), last.replace(day=1)
    span = (last.year - first.year) * 12 + last.month - first.month
    if last < first:
        raise _span(_("La fin précède le début."))
    if (period == "day" and (last - first).days >= MOST_DAYS) or span >= MOST_MONTHS:
        raise _span(_("Demandez 31 jours, ou 36 mois, au plus à la fois."))
    organisation = _organisation(request)
    points = Touchpoint.objects.filter(organisation=organisation).select_related("watch")
    if touchpoint is not None:
        points = points.filter(code=touchpoint)
    rows, following = _page(points, cursor, limit)
    return {"items": _counts(organisation, rows, period, first, last), "next": following}


def _span(message: str) -> RefusedRequestError:
    return RefusedRequestError(422, _("La demande n’est pas valable."), errors=[("last", message)])


def _counts(
    organisation: int, points: list[Touchpoint], period: str, first: date, last: date
) -> list[dict[str, Any]]:
    words = wordings(organisation)
    by_number = {point.pk: point for point in points}
    model, field = (DayCount, "day") if period == "day" else (MonthCount, "month")
    order = ("touchpoint_id", field, "question_id", "level", "answer", "exclusion")
    cells = (
        model._default_manager.filter(
            touchpoint__in=points, **{f"{field}__gte": first, f"{field}__lte": last}
        )
        .order_by(*order)
        .values_list(*order, "answers")
    )
    items = []
    for (number, when, question), group in groupby(cells.iterator(), key=lambda row: row[:3]):
        found = [(question, *row[3:]) for row in group]
        point, wording = by_number[number], words[question]
        if period == "day":
            hidden = point.hides_day(when)
        else:
            hidden = point.could_follow_an_agent and (
                answered(found, wording.kind) < MINIMUM_ANSWERS_WITH_FEW_AGENTS
            )
        if hidden:
            continue
        for (level, answer), cell in groupby(found, key=lambda row: row[1:3]):
            by_reason = {row[3]: row[4] for row in cell}
            items.append(
                {
                    "touchpoint": point.code,
                    "period": f"{when:%Y-%m-%d}" if period == "day" else f"{when:%Y-%m}",
                    "question": wording.key,
                    "level": None if level == NO_LEVEL else level,
                    "answer": None if answer == RESPONDENTS else answer,
                    "label": words_of(wording, answer) if answer != RESPONDENTS else "",
                    "raw": sum(by_reason.values()),
                    "kept": by_reason.get(Exclusion.NONE, 0),
                    "excluded": {
                        _reason(reason): count
                        for reason, count in by_reason.items()
                        if reason != Exclusion.NONE
                    },
                }
            )
    return items


@router.get(
    "devices",
    response={200: DevicePage, **ERRORS},
    summary="Appareils et leur état",
    operation_id="list_devices",
)
@opened_by(ApiScope.DEVICES)
def devices(
    request: HttpRequest,
    cursor: Cursored | None = None,
    limit: Annotated[int, Query(ge=1, le=200, description=_A_PAGE)] = 100,
) -> dict[str, Any]:
    """Bornes et pages publiques de l’organisme, d’après leur dernier message."""
    rows, following = _page(
        Device.objects.filter(organisation=_organisation(request)).select_related("touchpoint"),
        cursor,
        limit,
    )
    return {"items": [_device(device) for device in rows], "next": following}


def _device(device: Device) -> dict[str, Any]:
    # Its count asked for every minute would tell who serves, where so few do.
    hides = device.touchpoint.could_follow_an_agent
    return {
        "id": device.pk,
        "name": device.name,
        "kind": device.kind,
        "touchpoint": device.touchpoint.code,
        "created_at": device.created_at,
        "revoked_at": device.revoked_at,
        "last_seen_at": device.last_seen_at,
        "app_version": device.app_version,
        "queue_length": device.queue_length,
        "storage_left_bytes": device.storage_left_bytes,
        "clock_offset_ms": device.clock_offset_ms,
        "highest_sequence": None if hides else device.highest_sequence,
        "missing_sequences": [] if hides else device.missing_sequences,
    }
