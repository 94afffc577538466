"""A line of the access table, and the people it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.world import ROLES, World

Roles = frozenset[str]
Body = Callable[[World, str], dict[str, Any]]

NOBODY: Roles = frozenset()
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
OPERATOR = frozenset({"operator"})
STAFF = frozenset({"operator", "reviewer"})
COORDINATORS = frozenset({"coordinator_a", "coordinator_b"})
# Also those whose mandate waits for the operator's confirmation.
CLAIMANTS = COORDINATORS | {"pending_a"}
COORDINATOR_OF_A = frozenset({"coordinator_a"})
MODERATOR_OF_A = frozenset({"moderator_a"})
# Who works on the consultations of A.
TEAM_OF_A = COORDINATOR_OF_A | MODERATOR_OF_A
CITIZENS = frozenset({"citizen_a", "citizen_b"})
CITIZEN_OF_A = frozenset({"citizen_a"})


@dataclass(frozen=True)
class Route:
    """One line: who may GET, who may POST, the address and the form of a POST that succeeds."""

    get: Roles = NOBODY
    post: Roles = NOBODY
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    query: Callable[[World], dict[str, Any]] = lambda world: {}
    body: Body = lambda world, role: {}
    # False where an accepted form changes no row: the session, a cookie, a question asked again.
    writes: bool = True
    # A view of django-allauth: its own rules for verbs, and redirections of its own.
    theirs: bool = False
    # The verb of a route for programs and kiosks, which a secret opens and no session does: 401 for
    # everybody here. `test_feedback_machines.py` tries the secrets.
    machine: str = ""

    @property
    def anybody(self) -> Roles:
        return self.get | self.post


def fixed(**values: Any) -> Body:
    return lambda world, role: dict(values)
