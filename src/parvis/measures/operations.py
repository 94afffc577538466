"""Publishing measures on the one scale, and taking back what an instrument replaces.

An instrument calls these from its own `measures.py`, in the transaction of its publication, with
scopes disabled: a publication concerns every tenant. Suppression is the instrument's duty, before.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from parvis.measures.models import Measure

BATCH = 1000


@transaction.atomic
def publish(measures: Iterable[Measure], *, source: str, reference: str) -> int:
    """Write what an instrument measured, in place of what it wrote under the same reference.

    Every measure bears that source and reference; returns how many were written. Publishing the
    same rows twice leaves one of each.
    """
    rows = list(measures)
    for row in rows:
        if (row.source, row.source_reference) != (source, reference):
            raise ValueError(f"a measure of {row.source} {row.source_reference} among others")
    withdraw(source=source, reference=reference)
    Measure.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


@transaction.atomic
def withdraw(*, source: str, reference: str) -> int:
    """Take back what was published under a reference; returns how many rows."""
    found = Measure.objects.of_source(source, reference)
    count = found.count()
    found.delete()
    return count
