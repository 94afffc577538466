"""Everything that changes an edition or a participation in it, one function for each act."""

from parvis.editions.operations.calendar import (
    close_wave,
    create_edition,
    open_edition,
    open_wave,
    rules_of,
    update_edition,
)
from parvis.editions.operations.participation import (
    AlreadyRegistered,
    amend,
    correct,
    join,
    refuse_after_fieldwork,
    refuse_outside_window,
    register,
    takes_part,
    withdraw,
)

__all__ = [
    "AlreadyRegistered",
    "amend",
    "close_wave",
    "correct",
    "create_edition",
    "join",
    "open_edition",
    "open_wave",
    "refuse_after_fieldwork",
    "refuse_outside_window",
    "register",
    "rules_of",
    "takes_part",
    "update_edition",
    "withdraw",
]
