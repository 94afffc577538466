"""Cards being written: nothing typed is lost, a button that names nothing changes nothing."""

from __future__ import annotations

import copy
import json

import pytest
from django.http import QueryDict

from parvis.staff_polls.composer import composer_of
from parvis.staff_polls.drafts import (
    FormerCards,
    add_from_library,
    apply,
    problems_of,
    read_form,
)
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.poll_document import MAX_CARDS, read_document
from parvis.staff_polls.tests.factories import every_kind
from parvis.staff_polls.tests.preparing import as_form

NONE = FormerCards([])


def whole():
    """Every field that the form sends, empty ones included."""
    document = every_kind()
    for card in document["cards"]:
        for name in ("stage", "channel", "determinant"):
            card.setdefault(name, "")
    return document


def read(document, former=NONE):
    return read_form(QueryDict(as_form(document)), former)


def test_a_form_gives_back_the_document_it_was_drawn_from():
    assert read(whole()) == whole()


def test_hostile_fields_are_read_as_text_or_left_out():
    query = QueryDict(mutable=True)
    query["cards.0.key"] = "a\x00b \ud800"
    query["cards.0.kind"] = "nonsense"
    query["cards.0.text"] = "<script>‮ " + "x" * 9000
    query["cards.1.key"] = "single"
    query["cards.1.kind"] = "single"
    query["cards.1.options.0.code"] = "-4e99"
    draft = read_form(query, NONE)
    assert draft["cards"][0]["key"] == "ab ?"
    assert len(draft["cards"][0]["text"]) == 600
    assert draft["cards"][1]["options"] == [{"code": -1, "text": ""}]
    assert problems_of(draft)
    json.dumps(draft)
    composer_of(draft, NONE, problems_of(draft))


@pytest.mark.parametrize("kind", CardKind.values)
def test_a_card_of_each_kind_is_added_and_becomes_right(kind):
    draft = {"cards": []}
    assert apply(f"add-card:{kind}", draft, NONE) == "cards.0"
    assert "cards.0.text" in problems_of(draft)
    for name in ("text", "low", "high"):
        if name in draft["cards"][0]:
            draft["cards"][0][name] = "Un texte"
    for rank, option in enumerate(draft["cards"][0].get("options", [])):
        option["text"] = f"Réponse {rank}"
    assert problems_of(draft) == {}
    assert read_document(draft).cards[0].kind == kind


def test_buttons_add_remove_and_move():
    draft = whole()
    keys = [card["key"] for card in draft["cards"]]
    assert apply("up-card:1", draft, NONE) == "cards.0"
    assert [card["key"] for card in draft["cards"]][:2] == [keys[1], keys[0]]
    assert apply("down-card:0", draft, NONE) == "cards.1"
    assert apply("remove-card:0", draft, NONE) == ""
    assert len(draft["cards"]) == len(keys) - 1
    assert apply("add-option:2", draft, NONE) == "cards.2.options.3"
    assert draft["cards"][2]["options"][3] == {"code": 3, "text": ""}
    assert apply("down-option:2:0", draft, NONE) == "cards.2.options.1"
    assert apply("remove-option:2:3", draft, NONE) == "cards.2"
    assert [option["code"] for option in draft["cards"][2]["options"]] == [1, 0, 2]


@pytest.mark.parametrize(
    "action",
    ["", "x", "add-card", "add-card:x", "remove-card:99", "remove-card:-1", "up-card:0",
     "down-card:7", "add-option:0", "add-option:x", "remove-option:3", "remove-option:3:99",
     "up-option:3:0", "rewrite-card:0", "up-card:" + "9" * 400],
)  # fmt: skip
def test_a_button_that_names_nothing_changes_nothing(action):
    draft = whole()
    apply(action, draft, NONE)
    assert draft == whole()


def test_no_more_cards_than_a_poll_may_have():
    draft = {"cards": []}
    for _rank in range(MAX_CARDS + 5):
        apply("add-card:agree", draft, NONE)
    assert len(draft["cards"]) == MAX_CARDS
    assert add_from_library(draft, ["fierte"], NONE) == 0


def test_a_card_of_the_library_comes_once():
    draft = {"cards": []}
    assert add_from_library(draft, ["fierte", "fierte", "inconnue", "atouts"], NONE) == 2
    assert add_from_library(draft, ["fierte"], NONE) == 0
    assert problems_of(draft) == {}


def test_every_problem_is_found_not_the_first_alone():
    draft = whole()
    draft["cards"][0]["text"] = ""
    draft["cards"][1]["text"] = "x" * 201
    draft["cards"][2]["low"] = ""
    draft["cards"][3]["options"][1]["text"] = ""
    draft["cards"][4]["options"] = []
    draft["cards"][6]["channel"] = "pigeon"
    assert set(problems_of(draft)) == {
        "cards.0.text",
        "cards.1.text",
        "cards.2.low",
        "cards.3.options.1.text",
        "cards.4.options",
        "cards.6.channel",
    }
    assert problems_of(whole()) == {}


@pytest.mark.parametrize("junk", [{}, {"cards": []}, {"cards": [{}]}, {"cards": [{"key": "a"}]}])
def test_a_draft_that_is_nothing_has_problems_and_no_crash(junk):
    assert problems_of(junk)


# --- Repeating a poll -----------------------------------------------------------------------------


def test_a_repeated_card_is_put_in_the_same_words():
    """What a form sends for it is not read: the two answers could not be compared."""
    former = FormerCards([whole()])
    typed = whole()
    typed["cards"][0]["text"] = "Tout autre chose"
    typed["cards"][3]["options"][0]["text"] = "Tout autre chose"
    assert read(typed, former) == whole()
    assert apply("add-option:3", typed, former) == ""
    assert apply("remove-option:3:0", typed, former) == ""


def test_a_repeated_card_written_otherwise_takes_another_key():
    former = FormerCards([whole()])
    draft = whole()
    assert apply("rewrite-card:0", draft, former) == "cards.0"
    assert draft["cards"][0]["key"] == "fierte-2"
    draft["cards"][0]["text"] = "Tout autre chose"
    assert read(draft, former)["cards"][0]["text"] == "Tout autre chose"


def test_a_new_card_never_takes_the_key_of_a_former_one():
    older = {"cards": [{"key": "agree", "kind": "agree", "text": "x"}]}
    former = FormerCards([{"cards": []}, older])
    draft = {"cards": []}
    apply("add-card:agree", draft, former)
    assert draft["cards"][0]["key"] == "agree-2"


def test_a_card_of_the_library_that_was_put_otherwise_comes_as_it_was_put():
    put = {"key": "fierte", "kind": "agree", "text": "Je suis fière de mon service."}
    draft = {"cards": []}
    add_from_library(draft, ["fierte"], FormerCards([{"cards": [put]}]))
    assert draft["cards"] == [put]


def test_the_nearest_former_poll_has_the_last_word():
    near = {"cards": [{"key": "fierte", "kind": "agree", "text": "proche"}]}
    far = {"cards": [{"key": "fierte", "kind": "agree", "text": "ancien"}]}
    draft = copy.deepcopy(far)
    FormerCards([near, far]).settle(draft)
    assert draft == near


def test_the_page_says_which_cards_are_compared():
    rows = composer_of(whole(), FormerCards([{"cards": whole()["cards"][:2]}]), {}).cards
    assert [row.is_repeated for row in rows] == [True, True, *[False] * 6]
