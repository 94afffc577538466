"""Periods of a board, cut into whole months and the days at their edges.

Whole months are read from the monthly counts and only the edges from the daily ones: the number of
rows read does not depend on how many answered, and hardly on how long the period is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_BY_DAY = 92
LONGEST_DAYS = 3700

ONE_DAY = timedelta(days=1)


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    """First day of the month after the one of `day`."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_before(day: date, count: int) -> date:
    """First day of the month `count` months before the one of `day`."""
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends after it begins")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def by_day(self) -> bool:
        """Whether its trend has a point a day, rather than a month."""
        return self.days <= LONGEST_BY_DAY

    def each_day(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.days)]

    def each_month(self) -> list[date]:
        """First day of each month the period touches."""
        months, month = [], first_of_month(self.first)
        while month <= self.last:
            months.append(month)
            month = next_month(month)
        return months

    def whole_months(self) -> tuple[date, date] | None:
        """First days of the first and the last month that lie wholly within; None without any."""
        whole = [
            month
            for month in self.each_month()
            if month >= self.first and next_month(month) - ONE_DAY <= self.last
        ]
        return (whole[0], whole[-1]) if whole else None

    def edges(self) -> list[tuple[date, date]]:
        """The days outside of the whole months, as one or two ranges, both ends included."""
        whole = self.whole_months()
        if whole is None:
            return [(self.first, self.last)]
        ranges = [
            (self.first, whole[0] - ONE_DAY),
            (next_month(whole[1]), self.last),
        ]
        return [(start, end) for start, end in ranges if start <= end]
