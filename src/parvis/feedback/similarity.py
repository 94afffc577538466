"""Ideas that say nearly the same, found while one is being typed.

Cosine of the groups of three letters of the stems, each weighted by how rare it is among the
body's public ideas: a slip of the finger or a plural changes little. The index of a body is
kept in memory until one of its public ideas changes.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from django.db.models import Count, Max
from django_scopes import scopes_disabled

from parvis.feedback.models import Idea
from parvis.texts.themes.words import stem, telling_words

ALIKE_FROM = 0.3
SHOWN_AT_MOST = 3
# The latest public ideas; the typed text is read as far as that.
IDEAS_READ = 2_000
CHARACTERS_READ = 500
BODIES_KEPT = 64


@lru_cache(maxsize=4_000)
def grams(text: str) -> Mapping[str, int]:
    """Groups of three letters of the telling words' stems, with their ends marked.

    Remembered: an index is made again whenever one idea of the body changes.
    """
    counted: Counter[str] = Counter()
    for _written, word in telling_words(text[:CHARACTERS_READ]):
        marked = f" {stem(word)} "
        counted.update(marked[place : place + 3] for place in range(len(marked) - 2))
    return counted


@dataclass(frozen=True)
class Likeness:
    """An idea and how alike it is: 0 nothing in common, 1 the same words."""

    key: int
    likeness: float


class Index:
    """The texts that a question is compared with."""

    def __init__(self, texts: Sequence[tuple[int, str]]) -> None:
        self._keys = [key for key, _text in texts]
        counted = [grams(text) for _key, text in texts]
        said_by = Counter(gram for one in counted for gram in one)
        self._rarity = {gram: 1 + math.log(len(texts) / number) for gram, number in said_by.items()}
        # What nothing says is as rare as can be.
        self._unknown = 1 + math.log(max(1, len(texts)))
        self._places: dict[str, list[tuple[int, float]]] = {}
        for place, one in enumerate(counted):
            weights = self._weights(one)
            for gram, weight in weights.items():
                self._places.setdefault(gram, []).append((place, weight))

    def _weights(self, counted: Mapping[str, int]) -> dict[str, float]:
        weights = {
            gram: (1 + math.log(number)) * self._rarity.get(gram, self._unknown)
            for gram, number in counted.items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / norm for gram, weight in weights.items()} if norm else {}

    def nearest(self, text: str, *, at_most: int = SHOWN_AT_MOST) -> list[Likeness]:
        """The texts most like this one, the most first, none below `ALIKE_FROM`."""
        scores: dict[int, float] = {}
        for gram, weight in self._weights(grams(text)).items():
            for place, other in self._places.get(gram, ()):
                scores[place] = scores.get(place, 0.0) + weight * other
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:at_most]
        return [
            Likeness(self._keys[place], round(score, 3))
            for place, score in best
            if score >= ALIKE_FROM
        ]


_indexes: OrderedDict[int, tuple[Any, Index]] = OrderedDict()
_lock = Lock()


def _index_of(organisation_id: int) -> Index:
    with scopes_disabled():
        public = Idea.objects.public().filter(organisation=organisation_id)
        state = tuple(
            public.aggregate(
                number=Count("pk"), last=Max("pk"), decided=Max("comment__moderated_at")
            ).values()
        )
        with _lock:
            kept = _indexes.get(organisation_id)
            if kept is not None and kept[0] == state:
                _indexes.move_to_end(organisation_id)
                return kept[1]
        texts = list(public.order_by("-pk").values_list("pk", "comment__text")[:IDEAS_READ])
    index = Index(texts)
    with _lock:
        _indexes[organisation_id] = (state, index)
        while len(_indexes) > BODIES_KEPT:
            _indexes.popitem(last=False)
    return index


def similar_ideas(
    organisation_id: int, text: str, *, at_most: int = SHOWN_AT_MOST, but: int | None = None
) -> list[Idea]:
    """Public ideas of the body that say nearly this, the most alike first, with their supports.

    `but` leaves one out: the idea itself. Two queries, and one more when an idea changed.
    """
    if len(text.strip()) < 3:
        return []
    near = _index_of(organisation_id).nearest(text, at_most=at_most + (but is not None))
    keys = [one.key for one in near if one.key != but][:at_most]
    with scopes_disabled():
        rows = {
            idea.pk: idea
            for idea in Idea.objects.public()
            .filter(organisation=organisation_id, pk__in=keys)
            .with_supports()
            .select_related("comment")
        }
    return [rows[key] for key in keys if key in rows]
