"""This room holds scores of organisations: nothing about people."""

from __future__ import annotations

from parvis.foundation.personal_data import not_personal

not_personal(
    "measures.Measure",
    "source",
    "source_reference",
    because="name of the instrument and number of one of its rows",
)
