"""What the masking hides, what it leaves, how sure it is of it, and what it costs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.texts.masking import mask, mask_words, spans
from parvis.texts.tests.masking_corpus import KNOWN_NAMES, labelled

# What the masking reaches on the corpus: 98 of 101 found, 98 rightly of 98 hidden. The three names
# it misses are announced by nothing. Real texts are more varied than ours: a moderator reads all.
RECALL_AT_LEAST = 0.97
PRECISION_AT_LEAST = 0.99


def test_the_corpus_is_large_enough_to_say_something() -> None:
    corpus = labelled()
    assert len(corpus) >= 120
    assert sum(len(wanted) for _text, wanted in corpus) >= 80
    assert sum(1 for _text, wanted in corpus if not wanted) >= 50


def test_recall_and_precision_on_the_corpus() -> None:
    wanted_count = found_count = hidden = right = 0
    missed, wrong = [], []
    for text, wanted in labelled():
        found = spans(text, names=KNOWN_NAMES)
        wanted_count += len(wanted)
        found_count += len(found)
        for start, end in wanted:
            if any(span.start <= start and end <= span.end for span in found):
                hidden += 1
            else:
                missed.append(text)
        for span in found:
            # Not a character more than what was to be hidden.
            if any(start <= span.start and span.end <= end for start, end in wanted):
                right += 1
            else:
                wrong.append((text, text[span.start : span.end]))
    recall, precision = hidden / wanted_count, right / found_count
    assert recall >= RECALL_AT_LEAST, missed
    assert precision >= PRECISION_AT_LEAST, wrong


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Écrivez à jean@exemple.fr.", "Écrivez à [courriel masqué]."),
        ("M. Dupont, guichet 3", "M. [nom masqué], guichet 3"),
        ("Mme Dupont et Mme de La Tour", "Mme [nom masqué] et Mme [nom masqué]"),
        ("au 06 12 34 56 78 svp", "au [téléphone masqué] svp"),
        ("AB-123-CD gêne", "[plaque masquée] gêne"),
        ("12 rue de la Paix, 59000 Lille !", "[adresse masquée] !"),
        ("fini.M. Dupont est parti", "fini.M. [nom masqué] est parti"),
        ("Mme\nDupont\nAttente longue", "Mme\n[nom masqué]\nAttente longue"),
        ("06\t12\t34\t56\t78", "[téléphone masqué]"),
        ("", ""),
        ("M.", "M."),
    ],
)
def test_what_replaces_what_is_hidden(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # full-width signs and digits, other digits
        ("ｊｅａｎ＠ｅｘｅｍｐｌｅ．ｆｒ", "[courriel masqué]"),
        ("０６ １２ ３４ ５６ ７８", "[téléphone masqué]"),
        ("٠٦ ١٢ ٣٤ ٥٦ ٧٨", "[téléphone masqué]"),
        ("𝟎𝟔 𝟏𝟐 𝟑𝟒 𝟓𝟔 𝟕𝟖", "[téléphone masqué]"),
        # what cannot be seen, inside
        ("je\u200ban@ex\u2060emple.fr", "[courriel masqué]"),
        ("06\u200b12\u200b34\u200b56\u200b78", "[téléphone masqué]"),
        ("\u202e06 12 34 56 78\u202c", "\u202e[téléphone masqué]"),
        ("A\u00adB-123-C\u00adD", "[plaque masquée]"),
        # spaces and dashes of typography
        ("06\u202f12\u202f34\u202f56\u202f78", "[téléphone masqué]"),
        ("06\u201112\u201134\u201156\u201178", "[téléphone masqué]"),
        # accents apart from their letter, and one left over at the end
        ("Mme Lefe\u0301vre sourit", "Mme [nom masqué] sourit"),
        ("Mme Dube\u0301 !", "Mme [nom masqué] !"),
        # pictures around, and flags
        ("😡jean@exemple.fr😡", "😡[courriel masqué]😡"),
        ("🇫🇷 06 12 34 56 78 👍🏽", "🇫🇷 [téléphone masqué] 👍🏽"),
        ("📞0612345678", "📞[téléphone masqué]"),
        # two of them touching
        ("a@b.fr,c@d.fr", "[courriel masqué],[courriel masqué]"),
        # markup and formulas stay text
        ("<b>jean@exemple.fr</b>", "<b>[courriel masqué]</b>"),
        ('=HYPERLINK("mailto:jean@exemple.fr")', '=HYPERLINK("[lien masqué]")'),
    ],
)
def test_disguises_do_not_help(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_masking_again_changes_nothing() -> None:
    for text, _wanted in labelled():
        once = mask(text, names=KNOWN_NAMES)
        assert mask(once, names=(*KNOWN_NAMES, "Nom", "Masqué")) == once


def test_a_known_name_is_hidden_whatever_its_case_accents_and_order() -> None:
    names = ("Zoé Le Bihan-Roux",)
    assert mask("ZOE LE BIHAN ROUX est là", names=names) == "[nom masqué] est là"
    assert mask("demandez zoé, ou bihan-roux", names=names) == (
        "demandez [nom masqué], ou [nom masqué]"
    )
    assert mask("Le Bihan-Roux", names=("Zoé Bihan-Roux",)) == "Le [nom masqué]"
    # not inside another word
    assert mask("les zoés", names=names) == "les zoés"


def test_a_known_name_that_is_a_common_word_needs_a_capital() -> None:
    assert mask("le petit guichet de Petit", names=["Petit"]) == "le petit guichet de [nom masqué]"


def test_words_chosen_by_a_moderator_are_hidden_everywhere() -> None:
    text = "La grande rousse du fond. Oui, la  GRANDE ROUSSE !"
    assert mask_words(text, "grande rousse") == (
        "La [passage masqué] du fond. Oui, la  [passage masqué] !"
    )
    assert mask_words(text, "  ") == text
    assert mask_words("M. [nom masqué]", "nom masque") == "M. [nom masqué]"
    assert mask_words("a.c abc", "a.c") == "[passage masqué] abc"


HOSTILE = [
    *("a", "@", "0", "0 ", "M. ", "M. A ", "zéro ", "1 rue de ", "AA", "a.a@", "(at)", "https://"),
    *("FR76 ", "\u200b", "Ａ", "[nom masqué", "Mme de la ", "12 rue D'A-A'A-A ", "tel ", "plaque "),
    *(
        "www.",
        "A-",
        "A'",
        "l’agent A ",
        "'",
        "1 ",
        "a@a.",
        "é",
        "👍🏽",
        "\u202e",
        "zéro un-",
        "1-a-1",
    ),
    *("S'appelle ", "0\u200b6 ", "plaque 1 ab ", "tél 1 ", "-", ".", "a (a) ", "mme a", "e\u0301"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_cost_no_more_than_long_ones(piece: str) -> None:
    """Linear: ten times the length costs about ten times, never a hundred."""

    def cost(length: int) -> float:
        text = (piece * length)[:length]
        best = 1.0
        for _turn in range(3):
            began = time.process_time()
            mask(text, names=KNOWN_NAMES)
            best = min(best, time.process_time() - began)
        return best

    assert cost(2_000) < 0.05
    assert cost(20_000) < 0.05 + 30 * cost(2_000)


PIECES = [
    *(text for text, _wanted in labelled()),
    *("M. ", "Mme ", "@", "06 12", "\u200b", "\u202e", "e\u0301", "[", "]", "[nom masqué]", "(at)"),
    *(" arobase ", "https://", "?", "12 rue ", "de ", "la ", "A", "a.", "\n", "\t", "🇫🇷", "0", "-"),
    *(
        "’",
        "zéro ",
        "six ",
        "FR76",
        "AB-",
        "\x00",
        "\ud83d",
        "ß",
        "İ",
        "ŉ",
        "ﬁ",
        "½",
        "①",
        "٣",
        "㏇",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=12))
def test_whatever_the_text_what_is_hidden_is_in_order_and_gone(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = spans(text, names=KNOWN_NAMES)
    ends = 0
    for span in found:
        assert ends <= span.start < span.end <= len(text)
        ends = span.end
    masked = mask(text, names=KNOWN_NAMES)
    hidden = sum(span.end - span.start for span in found)
    assert len(masked) == len(text) - hidden + sum(len(span.label) for span in found)
