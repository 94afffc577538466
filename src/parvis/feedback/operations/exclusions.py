"""Setting answers apart by hand, and taking them back: the counts move with them."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from parvis.accounts.models import Person
from parvis.feedback.enums import Exclusion, QuestionKind
from parvis.feedback.ingestion.counting import Changes, change_counts
from parvis.feedback.models import Answer, Device, Touchpoint
from parvis.journal.operations import record


@transaction.atomic
def set_apart(*, touchpoint: Touchpoint, first: date, last: date, by: Person) -> int:
    """Take out of the counts what was counted there on these days, both included; how many."""
    return _move(touchpoint, first, last, Exclusion.NONE, Exclusion.MANUAL, by)


@transaction.atomic
def take_back(*, touchpoint: Touchpoint, first: date, last: date, by: Person) -> int:
    """Count again what had been set apart by hand on these days, both included; how many."""
    return _move(touchpoint, first, last, Exclusion.MANUAL, Exclusion.NONE, by)


def _move(
    touchpoint: Touchpoint,
    first: date,
    last: date,
    before: Exclusion,
    after: Exclusion,
    by: Person,
) -> int:
    # Ingestion locks its devices first: holding them all, no answer comes between.
    list(
        Device.objects.select_for_update()
        .filter(organisation=touchpoint.organisation_id)
        .order_by("pk")
        .values_list("pk")
    )
    concerned = Answer.objects.filter(
        organisation=touchpoint.organisation_id,
        touchpoint=touchpoint,
        day__range=(first, last),
        exclusion=before,
    )
    changes = Changes()
    moved = 0
    for day, hour, question, kind, level, value in concerned.values_list(
        "day", "hour", "question_id", "question__kind", "level", "value"
    ).iterator(chunk_size=5_000):
        moved += 1
        for exclusion, times in ((before, -1), (after, 1)):
            changes.add(
                QuestionKind(kind),
                touchpoint_id=touchpoint.pk,
                day=day,
                hour=hour,
                question_id=question,
                level=level,
                value=value,
                exclusion=exclusion,
                times=times,
            )
    concerned.update(exclusion=after)
    change_counts(changes)
    record(
        action="feedback.set_apart" if after == Exclusion.MANUAL else "feedback.taken_back",
        actor_id=by.pk,
        organisation_id=touchpoint.organisation_id,
        subject=touchpoint,
        first=first.isoformat(),
        last=last.isoformat(),
        answers=moved,
    )
    return moved
