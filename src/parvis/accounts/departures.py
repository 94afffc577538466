"""What ends when a person leaves: each room that grants roles says so here."""

from __future__ import annotations

from collections.abc import Callable

from parvis.accounts.models import Person

# Receives the person who leaves and the person who acts; ends what the room had granted.
DepartureHandler = Callable[[Person, Person | None], None]

_handlers: list[DepartureHandler] = []


def register_departure(handler: DepartureHandler) -> None:
    if handler not in _handlers:
        _handlers.append(handler)


def end_everything(person: Person, by: Person | None) -> None:
    """End every role, mandate and profile of the person, inside the caller's transaction."""
    for handler in _handlers:
        handler(person, by)
