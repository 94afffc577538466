"""What was shown to be judged, counted: of each contribution, and of each class of the rule.

A peer's routing was uniform for sixteen months and nobody knew. So each draw leaves two counts, of
no person: that of what was shown, and, by how many votes things had, what was shown beside what the
rule meant to show and what chance alone would have. `fairness` reads them.

A process gathers counts and writes them every few seconds: one that is killed forgets a few.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django_scopes import scopes_disabled

from parvis.consultations.models import Contribution, Exposure, ExposureClass, Phase

logger = logging.getLogger(__name__)

# Classes of votes: 0, 1–2, 3–5, 6–10, 11–20, 21–50, 51 and more.
CLASS_STARTS = (1, 3, 6, 11, 21, 51)
CLASSES = len(CLASS_STARTS) + 1
FLUSH_SECONDS = 10.0
MOST_GATHERED = 1_000
# What is below shows a difference that chance makes once in so many.
SUSPECT = 0.001
# A class that few draws were meant for says nothing.
FEWEST_EXPECTED = 5.0

_SHOWN = f"""
    INSERT INTO {Exposure._meta.db_table} (organisation_id, contribution_id, shown)
    VALUES (%s, %s, %s)
    ON CONFLICT (contribution_id) DO UPDATE
    SET shown = {Exposure._meta.db_table}.shown + excluded.shown
"""  # noqa: S608 – the name of our own table
_CLASS = f"""
    INSERT INTO {ExposureClass._meta.db_table}
        (organisation_id, phase_id, votes_class, shown, expected, uniform)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (phase_id, votes_class) DO UPDATE SET
        shown = {ExposureClass._meta.db_table}.shown + excluded.shown,
        expected = {ExposureClass._meta.db_table}.expected + excluded.expected,
        uniform = {ExposureClass._meta.db_table}.uniform + excluded.uniform
"""  # noqa: S608 – the name of our own table


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly, and how faithfully to the rule, contributions were shown.

    Attributes
    ----------
    shown : int
        In all.
    least, median : float
        Of a contribution; `ratio` is the first over the second, None before anything was shown.
    p_value : float or None
        Chance of a difference from the rule as large as this one, were the rule followed
        (χ² of the classes of votes); None while there are too few draws.
    is_off_rule : bool
        The rule is not followed: some contributions are shown too much, or never.
    is_uniform : bool
        The rule was to favour some classes, and what was shown does not.
    """

    shown: int
    least: float
    median: float
    ratio: float | None
    p_value: float | None
    is_off_rule: bool
    is_uniform: bool


class _Gathered:
    """Counts of this process not written yet."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.shown: Counter[int] = Counter()
        # Of each phase, rows shown, expected and uniform by class of votes.
        self.classes: dict[int, np.ndarray] = {}
        self.since = time.monotonic()

    def take(self) -> tuple[Counter[int], dict[int, np.ndarray]]:
        taken = self.shown, self.classes
        self.shown, self.classes, self.since = Counter(), {}, time.monotonic()
        return taken

    def is_due(self) -> bool:
        return (
            not settings.COMMITTER_THREADS
            or self.shown.total() >= MOST_GATHERED
            or time.monotonic() - self.since >= FLUSH_SECONDS
        )


_gathered = _Gathered()


def classes_of(votes: np.ndarray) -> np.ndarray:
    """The class of each number of votes."""
    return np.searchsorted(CLASS_STARTS, votes, side="right")


def log_shown(contribution_ids: Iterable[int]) -> None:
    """Count that these were shown once more."""
    with _gathered.lock:
        _gathered.shown.update(contribution_ids)
        due = _gathered.is_due()
    if due:
        flush()


def log_draw(phase_id: int, classes: np.ndarray, chances: np.ndarray, drawn: int) -> None:
    """Count a draw by classes: `drawn` among candidates of these classes and chances.

    To be called before `log_shown`, which may write.
    """
    meant = np.bincount(classes, weights=chances, minlength=CLASSES)
    alike = np.bincount(classes, minlength=CLASSES) / len(classes)
    with _gathered.lock:
        rows = _gathered.classes.setdefault(phase_id, np.zeros((3, CLASSES)))
        rows[0, classes[drawn]] += 1
        rows[1] += meant
        rows[2] += alike


def flush() -> None:
    """Write what was gathered; kept for the next time when the database cannot."""
    with _gathered.lock:
        shown, classes = _gathered.take()
    try:
        with scopes_disabled():
            _write(shown, classes)
    except DatabaseError:
        logger.warning("counts of what was shown wait for the database", exc_info=True)
        with _gathered.lock:
            _gathered.shown.update(shown)
            for phase, rows in classes.items():
                if phase in _gathered.classes:
                    rows = rows + _gathered.classes[phase]
                _gathered.classes[phase] = rows


def _write(shown: Counter[int], classes: dict[int, np.ndarray]) -> None:
    # In one order everywhere: two processes that count the same rows wait for each other.
    organisation_of = dict(
        Contribution.objects.filter(pk__in=list(shown)).values_list("pk", "organisation")
    )
    body_of = dict(Phase.objects.filter(pk__in=list(classes)).values_list("pk", "organisation"))
    counts = [
        (organisation_of[key], key, shown[key]) for key in sorted(shown) if key in organisation_of
    ]
    rows = [
        (body_of[phase], phase, number, int(values[0]), float(values[1]), float(values[2]))
        for phase, table in sorted(classes.items())
        if phase in body_of
        for number, values in enumerate(table.T)
        if values.any()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        if counts:
            cursor.executemany(_SHOWN, counts)
        if rows:
            cursor.executemany(_CLASS, rows)


def fairness(phase: Phase, *, kind: str) -> Fairness:
    """What was shown of the published contributions of that kind in a phase."""
    published = Contribution.objects.published().filter(phase=phase, kind=kind)
    counts = [
        shown or 0 for shown in published.values_list("exposure__shown", flat=True).order_by("pk")
    ]
    least = float(min(counts, default=0))
    median = float(np.median(counts)) if counts else 0.0
    rows = np.array(
        list(
            ExposureClass.objects.filter(phase=phase)
            .order_by("votes_class")
            .values_list("shown", "expected", "uniform")
        ),
        dtype=np.float64,
    ).reshape(-1, 3)
    p_value = _chance_of(rows[:, 0], rows[:, 1])
    from_uniform = _chance_of(rows[:, 0], rows[:, 2])
    differs = _chance_of(rows[:, 1], rows[:, 2])
    is_off_rule = p_value is not None and p_value < SUSPECT
    return Fairness(
        shown=int(sum(counts)),
        least=least,
        median=median,
        ratio=least / median if median else None,
        p_value=p_value,
        is_off_rule=is_off_rule,
        is_uniform=(
            is_off_rule
            and differs is not None
            and differs < SUSPECT
            and from_uniform is not None
            and from_uniform >= SUSPECT
        ),
    )


def _chance_of(counts: np.ndarray, expected: np.ndarray) -> float | None:
    """p of Pearson's χ² of counts against what was expected; None with too few to say.

    The draws have not all the same chances, so the true variance is a little smaller: prudent.
    """
    enough = expected >= FEWEST_EXPECTED
    if enough.sum() < 2:
        return None
    from scipy.stats import chi2

    statistic = float((((counts - expected) ** 2)[enough] / expected[enough]).sum())
    return float(chi2.sf(statistic, int(enough.sum()) - 1))
