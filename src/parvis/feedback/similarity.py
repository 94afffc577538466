"""Ideas that say nearly the same, found while one is being typed.

Words and groups of letters weighted by how rare they are among the body's public ideas
(`texts.similarity`). The index of a body is kept in memory until one of its public ideas changes.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from django.db.models import Count, Max
from django_scopes import scopes_disabled

from parvis.feedback.models import Idea
from parvis.texts.similarity import NEAR_FROM, TextIndex

SHOWN_AT_MOST = 3
# The latest public ideas.
IDEAS_READ = 2_000
BODIES_KEPT = 64


_indexes: OrderedDict[int, tuple[Any, TextIndex]] = OrderedDict()
_lock = Lock()


def _index_of(organisation_id: int) -> TextIndex:
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
    index = TextIndex(texts)
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
    near = _index_of(organisation_id).nearest(
        text, at_most=at_most + (but is not None), at_least=NEAR_FROM
    )
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
