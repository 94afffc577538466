"""Refusals: what a rule of the product says no to, in words for the person concerned."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 – a refusal is an answer, not a fault
    """A rule refused an act; nothing was changed.

    `message` is shown to the person as it is (a translated sentence); `field` names the form field
    concerned, empty when none is.
    """

    status = 422

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refusal):
    """The object changed meanwhile, or its state no longer allows the act."""

    status = 409
