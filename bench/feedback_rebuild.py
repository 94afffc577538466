"""Time the loading of past answers and the rebuild of their counts.

    python -m bench.feedback_rebuild [--postgresql postgres://user@host:port/server_database]

A simulated year of 40 touchpoints, about `PARVIS_BENCH_ANSWERS` answers (a million by default);
time of ten million in proportion. Counts are compared with the answers before and after.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta

from bench.databases import analyse, on_both_databases

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
        if found := differences():
            raise SystemExit(f"{label}: {found}")
        started = time.perf_counter()
        cells = sum(rebuilt.cells for rebuilt in rebuild())
        rebuilding = time.perf_counter() - started
        if found := differences():
            raise SystemExit(f"{label}: {found}")
    ten_million = 10_000_000 / loaded.answers
    print(
        f"{label:<11} {loaded.answers:,} answers loaded in {loading:.0f} s "
        f"({loaded.answers / loading:,.0f} a second)"
    )
    print(
        f"{label:<11} rebuild of {cells:,} cells {rebuilding:.1f} s; "
        f"of ten million answers {rebuilding * ten_million:.0f} s"
    )


if __name__ == "__main__":
    on_both_databases(__doc__, measure)
