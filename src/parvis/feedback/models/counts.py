"""Counts of answers, changed in the transaction of the events they count.

A cell is (touchpoint, period, question, level, answer, exclusion). Days and hours are those of the
touchpoint's zone. Boards read these tables only: their cost does not depend on how many answered.
The raw count of a cell sums its exclusions; the filtered one is that of `Exclusion.NONE`.

`WeekProfile` holds a week in a row instead of a cell: with many answers a month has hundreds of
cells of hours and weekdays, and those of a heat map were most of what a board of two years read.
"""

from __future__ import annotations

from django.db import models
from django_scopes import ScopedManager

from parvis.feedback.enums import Exclusion, Level
from parvis.feedback.models.touchpoints import Question, Touchpoint


class _Counted(models.Model):
    """What is counted. The database does not check the two keys: they come from events beside them.

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

    objects = ScopedManager(organisation="touchpoint__organisation")

    class Meta:
        abstract = True


class _Cell(_Counted):
    """How many answers of one kind a period has."""

    # Smiley of the visit for the other questions; NO_LEVEL for the smiley itself or when unknown.
    level = models.SmallIntegerField()
    # Smiley, note or option code; RESPONDENTS for those who answered a set question; 1 for a text.
    answer = models.SmallIntegerField()
    exclusion = models.SmallIntegerField(choices=Exclusion.choices)
    answers = models.BigIntegerField()

    class Meta(_Counted.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.question_id} {self.answer}: {self.answers}"


class HourCount(_Cell):
    """The finest cell: one hour of one day."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "day", "hour", "question_id", "level", "answer", "exclusion"
    )
    day = models.DateField()
    # 0–23; the hour lived twice in autumn is one.
    hour = models.SmallIntegerField()

    class Meta(_Cell.Meta):
        abstract = False


class DayCount(_Cell):
    """A day of a touchpoint."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "day", "question_id", "level", "answer", "exclusion"
    )
    day = models.DateField()

    class Meta(_Cell.Meta):
        abstract = False


class MonthCount(_Cell):
    """A month of a touchpoint, named by its first day."""

    pk = models.CompositePrimaryKey(
        "touchpoint_id", "month", "question_id", "level", "answer", "exclusion"
    )
    month = models.DateField()

    class Meta(_Cell.Meta):
        abstract = False


class WeekProfile(_Counted):
    """The counted smileys of an hour of the day in a month, by weekday and level: a heat map.

    Its numbers are the `WEEK_COLUMNS`. Nothing but a heat map reads hours of whole months: other
    questions and what was left out have theirs in `HourCount`.
    """

    pk = models.CompositePrimaryKey("touchpoint_id", "month", "question_id", "hour")
    month = models.DateField()
    hour = models.SmallIntegerField()

    class Meta(_Counted.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.question_id} {self.month:%Y-%m} {self.hour} h"


# Column of `WeekProfile` → weekday (0 = Monday) and level.
WEEK_COLUMNS = {
    f"answers_{weekday}_{level.value}": (weekday, level.value)
    for weekday in range(7)
    for level in Level
}
for _column in WEEK_COLUMNS:
    # The database has the default too: ingestion names the columns it adds to.
    WeekProfile.add_to_class(_column, models.IntegerField(default=0, db_default=0))
