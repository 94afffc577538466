"""National figures: means and counts over bodies, of nobody."""

from __future__ import annotations

from parvis.foundation.personal_data import not_personal

not_personal(
    "feedback.NationalFigures", "document", because="means and counts over five bodies and more"
)
