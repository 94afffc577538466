"""What an accepted invitation grants: each room that grants roles says so here."""

from __future__ import annotations

from collections.abc import Callable

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Invitation, Person

InvitationHandler = Callable[[Invitation, Person], None]

_handlers: dict[RoleKind, InvitationHandler] = {}


def register_invitation(kind: RoleKind, handler: InvitationHandler) -> None:
    _handlers[kind] = handler


def grant(invitation: Invitation, person: Person) -> None:
    """Grant what the invitation promises, inside the caller's transaction."""
    _handlers[RoleKind(invitation.kind)](invitation, person)
