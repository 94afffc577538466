"""Lines of the access table: moderation, merges and splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parvis.consultations.enums import ModerationReason
from parvis.consultations.models import Contribution
from parvis.consultations.operations.moderating import version_of
from tests.access.consultations.addresses import OPEN, code
from tests.access.consultations_world import ConsultationRows
from tests.access.route import EVERYBODY, TEAM_OF_A, Body, Route, fixed
from tests.access.world import World


def _of(read: Callable[[ConsultationRows], Contribution]) -> Callable[[World], dict[str, Any]]:
    """A contribution of A's open consultation, by its key, for its team."""
    return lambda world: {
        "pk": world.a.consultations.open.pk,
        "contribution": read(world.a.consultations).pk,
    }


def _public(read: Callable[[ConsultationRows], Contribution]) -> Callable[[World], dict[str, Any]]:
    """A contribution of A's open consultation, by its number, for everybody."""

    def kwargs(world: World) -> dict[str, Any]:
        found = read(world.a.consultations)
        return {
            "code": world.a.consultations.open.code,
            "position": found.phase.position,
            "number": found.number,
        }

    return kwargs


def _seen(**more: Any) -> Body:
    return lambda world, role: {"seen": version_of(world.a.consultations.waiting), **more}


def _ticked(world: World, role: str) -> dict[str, Any]:
    waiting = world.a.consultations.waiting
    return {"contribution": [f"{waiting.pk}:{version_of(waiting)}"], "confirm": "1"}


_WAITING = _of(lambda rows: rows.waiting)
_IDEA = _of(lambda rows: rows.idea)

LINES: Mapping[str, Route] = {
    "consultations:moderation": Route(TEAM_OF_A, kwargs=OPEN),
    "consultations:moderation_all": Route(TEAM_OF_A, kwargs=OPEN),
    "consultations:moderation_bulk": Route(post=TEAM_OF_A, kwargs=OPEN, body=_ticked),
    "consultations:moderated": Route(TEAM_OF_A, kwargs=_WAITING),
    "consultations:moderation_decide": Route(
        post=TEAM_OF_A, kwargs=_WAITING, body=_seen(decision="published")
    ),
    "consultations:merge": Route(
        TEAM_OF_A,
        TEAM_OF_A,
        kwargs=_IDEA,
        body=lambda world, role: {
            "sources": [world.a.consultations.more["idea_beside"].pk],  # type: ignore[attr-defined]
            "kept": "keep",
            "confirm": "1",
        },
    ),
    "consultations:split": Route(
        TEAM_OF_A, TEAM_OF_A, kwargs=_IDEA, body=fixed(title_1="Une partie", title_2="Une autre")
    ),
    "consultations:restore": Route(post=TEAM_OF_A, kwargs=_of(lambda rows: rows.merged)),
    "consultations:charter": Route(EVERYBODY, kwargs=code),
    # Whoever has no browser that takes part is told so; nothing is written for them.
    "consultations:moves": Route(EVERYBODY, kwargs=code),
    "consultations:answer_move": Route(
        post=EVERYBODY,
        kwargs=lambda world: {**code(world), "move": 1},
        body=fixed(answer="yes"),
        writes=False,
    ),
    # Its author's alone, by the cookie of their browser, which no role of the table holds.
    "consultations:appeal": Route(kwargs=_public(lambda rows: rows.refused)),
    "consultations:report": Route(
        EVERYBODY,
        EVERYBODY,
        kwargs=_public(lambda rows: rows.idea),
        body=fixed(reason=ModerationReason.ABUSE),
    ),
}
