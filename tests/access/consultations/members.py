"""Lines of the access table: the team of a consultation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parvis.consultations.enums import TeamRole
from tests.access.consultations.addresses import OPEN
from tests.access.consultations_world import ConsultationRows
from tests.access.route import COORDINATOR_OF_A, MODERATOR_OF_A, Route, fixed
from tests.access.world import World


def _of(name: str, read: Callable[[ConsultationRows], Any]) -> Callable[[World], dict[str, Any]]:
    return lambda world: {
        "pk": world.a.consultations.open.pk,
        name: read(world.a.consultations).pk,
    }


_MEMBER = _of("member", lambda rows: rows.member)

LINES: Mapping[str, Route] = {
    "consultations:team_home": Route(MODERATOR_OF_A),
    "consultations:members": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=OPEN,
        body=fixed(email="moderatrice@exemple.invalid", role=TeamRole.MODERATOR),
    ),
    "consultations:change_member": Route(
        post=COORDINATOR_OF_A, kwargs=_MEMBER, body=fixed(role=TeamRole.MODERATOR), writes=False
    ),
    "consultations:remove_member": Route(post=COORDINATOR_OF_A, kwargs=_MEMBER),
    "consultations:withdraw_invitation": Route(
        post=COORDINATOR_OF_A, kwargs=_of("invitation", lambda rows: rows.invitation)
    ),
}
