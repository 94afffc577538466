"""Counts of answers, changed in the transaction of the events they count.

A cell is (touchpoint, period, question, level, answer, exclusion). Days and hours are those of the
touchpoint's zone. Boards read these tables only: their cost does not depend on how many answered.
The raw count of a cell sums its exclusions; the filtered one is that of `Exclusion.NONE`.
"""

from __future__ import annotations

from django.db import models
from django_scopes import ScopedManager

from parvis.feedback.enums import Exclusion
from parvis.feedback.models.touchpoints import Question, Touchpoint


class _Count(models.Model):
    """A cell. The database does not check its two keys: they come from events read beside them.

    Nothing deletes touchpoints nor questions: a touchpoint closes, a question leaves the next
    version. `PROTECT` still refuses it to whoever would. The check of two keys a cell took half of
    a rebuild on PostgreSQL, and a part of each batch.
    """

    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # Smiley of the visit for the other questions; NO_LEVEL for the smiley itself or when unknown.
    level = models.SmallIntegerField()
    # Smiley, note or option code; RESPONDENTS for those who answered a set question; 1 for a text.
    answer = models.SmallIntegerField()
    exclusion = models.SmallIntegerField(choices=Exclusion.choices)
    answers = models.BigIntegerField()

    objects = ScopedManager(organisation="touchpoint__organisation")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.question_id} {self.answer}: {self.answers}"


class HourCount(_Count):
    """The finest cell: one hour of one day."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "day", "hour", "question_id", "level", "answer", "exclusion"
    )
    day = models.DateField()
    # 0–23; the hour lived twice in autumn is one.
    hour = models.SmallIntegerField()

    class Meta(_Count.Meta):
        abstract = False


class DayCount(_Count):
    """A day of a touchpoint."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "day", "question_id", "level", "answer", "exclusion"
    )
    day = models.DateField()

    class Meta(_Count.Meta):
        abstract = False


class MonthCount(_Count):
    """A month of a touchpoint, named by its first day."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "month", "question_id", "level", "answer", "exclusion"
    )
    month = models.DateField()

    class Meta(_Count.Meta):
        abstract = False


class WeekProfileCount(_Count):
    """Hours × weekdays of a month: what a heat map reads instead of each hour of a year."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "month", "weekday", "hour", "question_id", "level", "answer", "exclusion"
    )
    month = models.DateField()
    # 0 = Monday.
    weekday = models.SmallIntegerField()
    hour = models.SmallIntegerField()

    class Meta(_Count.Meta):
        abstract = False
