"""Ideas, statements or subjects that say nearly what somebody is writing, found while they write.

The index of a kind in a phase is kept in memory; what was published or changed since is read when
next asked for, and nothing else is.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db.models import Count, Max, Sum

from parvis.consultations.enums import ContributionKind
from parvis.consultations.models import Contribution, Phase
from parvis.texts.similarity import NEAR_FROM, TextIndex

SHOWN_AT_MOST = 5
SHORTEST = 8
INDEXES_KEPT = 16


@dataclass(frozen=True, slots=True)
class _Kept:
    state: tuple[Any, ...]
    # {key: revision} of the texts of the index.
    revisions: dict[int, int]
    index: TextIndex


# By phase and kind.
_indexes: OrderedDict[tuple[int, str], _Kept] = OrderedDict()
_lock = Lock()
_reading = Lock()


def near_texts(
    phase: Phase,
    kind: ContributionKind,
    text: str,
    *,
    at_most: int = SHOWN_AT_MOST,
    but: int | None = None,
) -> list[Contribution]:
    """What is published there of that kind and says nearly this, the most alike first.

    `but` is left out. To be called with scopes disabled. Two queries, two more when one changed.
    """
    if len(text.strip()) < SHORTEST:
        return []
    near = index_of(phase, kind).nearest(
        text, at_most=at_most + (but is not None), at_least=NEAR_FROM
    )
    keys = [one.key for one in near if one.key != but][:at_most]
    rows = {row.pk: row for row in _published(phase, kind).filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]


def compared_text(title: str, text: str) -> str:
    """What of an idea is compared: its title counts twice, being what it asks for."""
    return f"{title} {title} {text}"


def index_of(phase: Phase, kind: ContributionKind) -> TextIndex:
    """The index of what is published of a kind in a phase, as it is now."""
    rows = _published(phase, kind)
    state = tuple(
        rows.aggregate(number=Count("pk"), last=Max("pk"), revisions=Sum("revision")).values()
    )
    kept = _kept(phase, kind)
    if kept is not None and kept.state == state:
        return kept.index
    # One request reads what changed; the others find with what there is, or wait for the first.
    if kept is None:
        _reading.acquire()
    elif not _reading.acquire(blocking=False):
        return kept.index
    try:
        former = _kept(phase, kind) or _Kept((), {}, TextIndex())
        if former.state == state:
            return former.index
        return _read(phase, kind, state, former)
    finally:
        _reading.release()


def _kept(phase: Phase, kind: ContributionKind) -> _Kept | None:
    name = phase.pk, str(kind)
    with _lock:
        if name in _indexes:
            _indexes.move_to_end(name)
        return _indexes.get(name)


def _read(phase: Phase, kind: ContributionKind, state: tuple[Any, ...], former: _Kept) -> TextIndex:
    """The index brought up to date, and kept."""
    revisions = dict(_published(phase, kind).values_list("pk", "revision"))
    changed = [key for key, revision in revisions.items() if former.revisions.get(key) != revision]
    gone = former.revisions.keys() - revisions.keys()
    texts = _texts(phase, kind, changed, whole=not former.revisions)
    index = former.index.updated(texts, gone)
    with _lock:
        _indexes[phase.pk, str(kind)] = _Kept(state, revisions, index)
        while len(_indexes) > INDEXES_KEPT:
            _indexes.popitem(last=False)
    return index


def _texts(
    phase: Phase, kind: ContributionKind, keys: list[int], *, whole: bool
) -> list[tuple[int, str]]:
    rows = _published(phase, kind)
    rows = rows if whole else rows.filter(pk__in=keys)
    return [
        (key, compared_text(title, text))
        for key, title, text in rows.values_list("pk", "title", "text")
    ]


def _published(phase: Phase, kind: ContributionKind) -> Any:
    return Contribution.objects.published().filter(phase=phase, kind=kind)
