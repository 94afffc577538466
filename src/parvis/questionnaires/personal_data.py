"""This room holds no personal data: grids are published documents."""

from __future__ import annotations

from parvis.foundation.personal_data import not_personal

not_personal(
    "questionnaires.Grid",
    "code",
    "title_fr",
    "title_en",
    "document",
    "sha256",
    because="a grid of criteria is written by the operator and published",
)
