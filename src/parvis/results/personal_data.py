"""What this room holds that could name a person: who launched and who published; scores do not."""

from __future__ import annotations

from parvis.foundation.personal_data import Controller, declare, not_personal

_DECISIONS = "kept: a number, turned into a pseudonym when the person is erased"
_NUMBERS = "scores of an organisation and numbers of rows; the contacts' comments are left out"

declare(
    "results.Run",
    "created_by",
    purpose="who computed scores",
    controller=Controller.OPERATOR,
    retention=_DECISIONS,
)
declare(
    "results.Publication",
    "published_by",
    purpose="who opened results to the participants",
    controller=Controller.OPERATOR,
    retention=_DECISIONS,
)
not_personal(
    "results.Run",
    "software_version",
    "input_document",
    "input_sha256",
    "result_document",
    "result_sha256",
    "overview",
    because=_NUMBERS,
)
not_personal("results.ScoreSheet", "sheet", because=_NUMBERS)
not_personal("results.Publication", "comparisons", because="means of groups of organisations")
