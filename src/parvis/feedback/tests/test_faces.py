"""The four faces: each has its own shape, so that colour is never the only sign."""

from __future__ import annotations

import re

from django.template.loader import render_to_string

from parvis.feedback.enums import Level


def shape(level: int) -> str:
    drawn = render_to_string("foundation/face.html", {"level": level})
    return re.sub(r"face--\d", "", drawn)


def test_each_level_has_a_shape_of_its_own():
    assert len({shape(level) for level in Level.values}) == len(Level)


def test_a_face_is_left_to_the_word_beside_it():
    for level in Level.values:
        assert 'aria-hidden="true"' in shape(level)
