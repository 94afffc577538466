"""The library: whole cards, of every kind and about everything, in plain typographic French."""

from __future__ import annotations

import re

from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.card_library import cards_named, library, matching, proposed_document
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.poll_document import read_document


def test_it_has_cards_of_every_kind_stage_channel_and_determinant() -> None:
    cards = library()
    assert len(cards) >= 40
    assert {card.kind for card in cards} == set(CardKind)
    assert {card.stage for card in cards} >= set(JourneyStage.values)
    # Social networks are no channel that every body has.
    assert {card.channel for card in cards} >= set(Channel.values) - {Channel.SOCIAL}
    assert {card.determinant for card in cards} >= set(Determinant.values)
    assert len({card.key for card in cards}) == len(cards)


def test_guess_cards_read_measures_that_exist() -> None:
    """A measure is of one stage, one channel or one determinant, never of two at once."""
    tied = [card for card in library() if card.source]
    assert {card.source for card in tied} == {"mystery_audits", "feedback"}
    for card in tied:
        links = [card.stage, card.channel, card.determinant]
        assert sum(bool(link) for link in links) <= 1, card.key


def test_texts_keep_their_punctuation_and_apostrophes() -> None:
    texts = [text for card in library() for text in (card.text, card.low, card.high)]
    texts += [option.text for card in library() for option in card.options]
    assert [text for text in texts if re.search(r"'| [?!:;»]|« ", text)] == []


def test_cards_are_found_by_what_they_speak_of() -> None:
    found = matching(stage="access", channel="phone", determinant="", kind="slider")
    assert [card.key for card in found] == ["attente-telephone"]
    assert matching(stage="", channel="", determinant="", kind="") == list(library())


def test_the_proposed_poll_is_whole() -> None:
    document = read_document(proposed_document())
    assert 8 <= len(document.cards) <= 12
    assert cards_named(["fierte", "inconnue"])[0]["key"] == "fierte"


def test_what_is_taken_is_a_copy() -> None:
    cards_named(["canal-ameliorer"])[0]["options"].clear()
    assert cards_named(["canal-ameliorer"])[0]["options"]
