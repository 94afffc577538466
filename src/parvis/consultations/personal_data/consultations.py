"""What the body writes about a consultation, and who of its people works on it."""

from __future__ import annotations

from parvis.foundation.personal_data import not_personal

not_personal(
    "consultations.Consultation",
    "code",
    "title",
    "summary",
    "description",
    "plain_summary",
    "language",
    "translations",
    "proofs",
    "charter",
    "conclusion",
    "embargo_reason",
    because="what a body publishes of a consultation",
)
not_personal(
    "consultations.Phase",
    "title",
    "presentation",
    "translations",
    "settings",
    "result",
    because="what a body publishes of a phase, and counts of it",
)
