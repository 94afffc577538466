"""Votes name nobody: they lead to a participant until the close, and to a drawn number after it."""

from __future__ import annotations

from parvis.foundation.personal_data import not_personal

not_personal(
    "consultations.PhaseFigures",
    "document",
    "state",
    because="counts and groups of a running phase, whose state the close empties",
)
