"""Answers of every kind as the columns that are counted."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.staff_polls.columns import columns_of
from parvis.staff_polls.poll_document import Answers, read_document
from parvis.staff_polls.tests.factories import every_kind

WHOLE: Answers = {
    "fierte": 2,
    "accueil": 3,
    "attente": 10,
    "canal": 1,
    "outils": [0, 2],
    "ordre": [2, 0, 1],
    "devinette": 0,
    "souhait": "Rien",
}


def test_each_kind_fills_its_columns_and_a_card_passed_leaves_them_empty() -> None:
    columns = columns_of(read_document(every_kind()))
    table = columns.tabulated([{}, WHOLE, {"outils": [], "devinette": 4}])

    # Three columns for the several choices (ticked or not), three for the places of the ranking.
    assert table.tolist() == [
        [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
        [2, 3, 10, 1, 1, 0, 1, 1, 2, 0, 0],
        [-1, -1, -1, -1, 0, 0, 0, -1, -1, -1, 4],
    ]
    assert table.dtype == np.int64


def test_codes_of_options_need_not_be_their_places() -> None:
    options = [{"code": code, "text": f"Proposition {code}"} for code in (7, 3)]
    cards = [
        {"key": kind, "kind": kind, "text": "…", "options": options}
        for kind in ("single", "multiple", "ranking")
    ]
    columns = columns_of(read_document({"cards": cards}))

    table = columns.tabulated([{"single": 3, "multiple": [3], "ranking": [3, 7]}])
    assert table.tolist() == [[1, 0, 1, 1, 0]]


def test_ballots_may_come_one_at_a_time() -> None:
    columns = columns_of(read_document(every_kind()))
    many = [WHOLE, {}, {"outils": [], "ordre": [0, 1, 2]}, WHOLE]

    assert columns.tabulated(iter(many)).tolist() == columns.tabulated(many).tolist()
    assert columns.tabulated(iter([])).shape == (0, 11)


def test_sentences_alone_have_no_column() -> None:
    columns = columns_of(
        read_document({"cards": [{"key": "mot", "kind": "sentence", "text": "Un mot ?"}]})
    )

    assert columns.tabulated([{"mot": "Bonjour"}, {}]).shape == (2, 0)


def test_an_answer_that_the_card_does_not_offer_is_never_counted_as_another() -> None:
    columns = columns_of(read_document(every_kind()))
    with pytest.raises(LookupError):
        columns.tabulated([{"canal": 9}])
