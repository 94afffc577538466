"""Near-duplicates: what is found on the labelled pairs, and an index that changes by parts."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.texts.similarity import NEAR_FROM, TextIndex
from parvis.texts.tests.near_pairs import (
    figures,
    labelled_pairs,
    near_by_chance,
    whole_index,
)

TEXTS = {
    1: "Installer un banc devant la mairie",
    2: "Ouvrir la mairie le samedi matin",
    3: "Un distributeur d’eau fraîche dans la salle d’attente",
}


def test_ideas_written_twice_are_found_and_traps_mostly_left_out():
    pairs = labelled_pairs()
    index, places = whole_index(pairs)
    whole = figures([pair for pair in pairs if pair.part == "whole"], index, places)
    assert whole.pairs >= 100
    assert whole.recall >= 0.95
    assert whole.precision >= 0.75
    assert whole.found >= 0.95
    assert near_by_chance(pairs, index, places) < 0.005


def test_a_paraphrase_without_a_common_word_is_found_by_few():
    """The limit of words and letters, written down: `docs/consultations.md`."""
    pairs = [pair for pair in labelled_pairs() if pair.part == "title"]
    assert len(pairs) >= 200
    told = figures(pairs, *whole_index(labelled_pairs()))
    assert 0.4 <= told.found <= 0.8


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("mettre des bancs devant la mairie", 1),
        ("MAIRIE OUVERTE LE SAMEDI", 2),
        ("distributteur d'eau fraiche", 3),
    ],
)
def test_slips_capitals_and_plurals_change_little(typed: str, best: int):
    near = TextIndex(TEXTS.items()).nearest(typed, at_most=3, at_least=NEAR_FROM)
    assert near[0].key == best


@pytest.mark.parametrize("typed", ["", "le la les", "😀", "x" * 2_000, "\x00", "123 456"])
def test_what_says_nothing_is_like_nothing(typed: str):
    assert TextIndex(TEXTS.items()).nearest(typed, at_most=3, at_least=NEAR_FROM) == []
    assert TextIndex().nearest("un banc", at_most=3, at_least=0.0) == []


def test_a_text_is_entirely_like_itself():
    index = TextIndex(TEXTS.items())
    for key, text in TEXTS.items():
        (best,) = index.nearest(text, at_most=1, at_least=0.5)
        assert (best.key, best.likeness) == (key, pytest.approx(1, abs=1e-3))


def test_an_index_changed_by_parts_is_the_one_made_whole():
    changed = {2: "Fermer la mairie le lundi", 4: "Planter des arbres"}
    whole = TextIndex([*((key, text) for key, text in TEXTS.items() if key == 1), *changed.items()])
    parts = TextIndex(TEXTS.items()).updated(changed.items(), gone={3})
    question = "des arbres et un banc devant la mairie lundi"
    assert len(parts) == len(whole) == 3
    assert np.sort(parts.scores(question)) == pytest.approx(np.sort(whole.scores(question)), 1e-5)


def test_questions_teach_the_index_nothing():
    index = TextIndex(TEXTS.items())
    before = len(index.vocabulary)
    index.nearest("mille mots inconnus anticonstitutionnellement", at_most=1, at_least=0)
    assert len(index.vocabulary) == before
