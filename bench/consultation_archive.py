"""Time the open-data archive of a large call for ideas and measure its memory, on both databases.

    python -m bench.consultation_archive [--postgresql URL]

12,000 ideas of some 600 characters and 17,000 comments, moderated and supported; the archive is
written by a process of its own, whose largest memory is that of the archive and of Django.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from pathlib import Path

from bench.databases import analyse, on_both_databases

IDEAS, COMMENTS = 12_000, 17_000
PROMISED_SECONDS, PROMISED_MEGABYTES = 10, 300
WORDS = [
    "ville",
    "rue",
    "école",
    "arbre",
    "banc",
    "vélo",
    "place",
    "marché",
    "quartier",
    "enfants",
    "sécurité",
    "propreté",
    "transport",
    "jardin",
    "éclairage",
    "accès",
    "mairie",
    "association",
    "culture",
    "sport",
    "eau",
    "énergie",
    "santé",
    "voisins",
]


def measure(label: str) -> None:
    from django_scopes import scopes_disabled

    with scopes_disabled():
        consultation = _written()
    analyse()
    child = os.fork()
    if child == 0:
        os._exit(_archive(label, consultation))
    _pid, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"{label}: the archive failed")


def _archive(label: str, consultation: int) -> int:
    from django.db import connection

    from parvis.consultations.archives.building import build

    # The parent's connection is not the child's.
    connection.connection = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        started = time.perf_counter()
        processor = time.process_time()
        written = build(consultation, path)
        seconds, computed = time.perf_counter() - started, time.process_time() - processor
        size = path.stat().st_size
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = sum(one.rows or 0 for one in written)
    print(
        f"{label:<11} {rows:>7,} rows, {size / 1e6:4.1f} MB: {seconds:5.1f} s "
        f"({computed:.1f} s of processor), {megabytes:.0f} MB at most "
        f"(promised {PROMISED_SECONDS} s, {PROMISED_MEGABYTES} MB)"
    )
    return 0


def _written() -> int:
    from parvis.accounts.tests.factories import PersonFactory
    from parvis.consultations.enums import ContributionKind, ModerationAct
    from parvis.consultations.models import Contribution, ModerationDecision
    from parvis.consultations.tests.factories import PhaseFactory

    drawn = random.Random(5)
    phase = PhaseFactory.create()
    by = PersonFactory.create()

    def text(words: int) -> str:
        return " ".join(drawn.choices(WORDS, k=words))

    def rows(kind: str, count: int, first: int, words: int, parents: list[int]) -> list[int]:
        made = Contribution.objects.bulk_create(
            (
                Contribution(
                    organisation=phase.organisation,
                    phase=phase,
                    kind=kind,
                    number=first + rank,
                    parent_id=drawn.choice(parents) if parents else None,
                    title="" if parents else text(6),
                    text=text(words),
                    state="published",
                    published_at=phase.opens_at,
                    support_count=drawn.randrange(200),
                )
                for rank in range(count)
            ),
            batch_size=1_000,
        )
        ModerationDecision.objects.bulk_create(
            (
                ModerationDecision(
                    organisation=phase.organisation,
                    contribution=one,
                    act=ModerationAct.PUBLISHED,
                    by=by,
                )
                for one in made
            ),
            batch_size=1_000,
        )
        return [one.pk for one in made]

    ideas = rows(ContributionKind.IDEA, IDEAS, 1, 90, [])
    rows(ContributionKind.COMMENT, COMMENTS, IDEAS + 1, 25, ideas)
    return int(phase.consultation_id)


if __name__ == "__main__":
    on_both_databases(__doc__ or "", measure)
