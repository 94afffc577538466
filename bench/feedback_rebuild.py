"""Time the loading of past answers and the rebuild of their counts.

    python -m bench.feedback_rebuild [--postgresql postgres://user@host:port/server_database]

A simulated year of 40 touchpoints, about `PARVIS_BENCH_ANSWERS` answers (a million by default);
time of ten million in proportion. The counts are compared with the answers, rebuilt when all are
right, then when none is left.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from bench.databases import analyse, on_both_databases

Made = TypeVar("Made")

ANSWERS = int(os.environ.get("PARVIS_BENCH_ANSWERS", "1000000"))
TOUCHPOINTS = 40
DAYS = 365
# Answers that a visit gives, on average: the smiley, a reason for one in two, few texts.
ANSWERS_A_VISIT = 1.6
OPEN = dict.fromkeys(range(6), ((8.0, 19.0),))


def measure(label: str) -> None:
    import numpy as np
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from parvis.feedback.bulk import Source, load
    from parvis.feedback.ingestion.rebuild import differences, rebuild
    from parvis.feedback.models import DayCount, HourCount, MonthCount, WeekProfile
    from parvis.feedback.simulation import Behaviour, simulate
    from parvis.feedback.tests.factories import (
        KioskFactory,
        QuestionnaireFactory,
        TouchpointFactory,
        the_version,
    )

    rng = np.random.default_rng(7)
    monthly = ANSWERS / ANSWERS_A_VISIT / TOUCHPOINTS / 12
    until = timezone.now()
    first = (until - timedelta(days=DAYS)).date()
    with scopes_disabled():
        questionnaire = QuestionnaireFactory()
        version = the_version(questionnaire)
        sources = [
            Source(
                KioskFactory(
                    touchpoint=TouchpointFactory(
                        organisation=questionnaire.organisation, questionnaire=questionnaire
                    )
                ),
                version,
            )
            for _number in range(TOUCHPOINTS)
        ]
        behaviour = Behaviour(visits_a_month=monthly, hours=OPEN)
        started = time.perf_counter()
        loaded = load(
            (
                simulate(source, behaviour, first=first, until=until, rng=rng).visits
                for source in sources
            ),
            rng,
        )
        loading = time.perf_counter() - started
        analyse()
        checking, found = seconds(differences)
        if found:
            raise SystemExit(f"{label}: {found}")
        comparing, rebuilt = seconds(rebuild)
        for model in (HourCount, DayCount, MonthCount, WeekProfile):
            model.objects.all().delete()
        writing, _rebuilt = seconds(rebuild)
        if found := differences():
            raise SystemExit(f"{label}: {found}")
    cells = sum(table.cells for table in rebuilt)
    ten_million = 10_000_000 / loaded.answers
    print(
        f"{label:<11} {loaded.answers:,} answers loaded in {loading:.0f} s "
        f"({loaded.answers / loading:,.0f} a second)"
    )
    for name, spent in (
        ("check", checking),
        ("rebuild, counts right", comparing),
        ("rebuild, no counts", writing),
    ):
        print(
            f"{label:<11} {name} ({cells:,} cells) {spent:.1f} s; "
            f"of ten million answers {spent * ten_million:.0f} s"
        )


def seconds(act: Callable[[], Made]) -> tuple[float, Made]:
    started = time.perf_counter()
    made = act()
    return time.perf_counter() - started, made


if __name__ == "__main__":
    on_both_databases(__doc__, measure)
