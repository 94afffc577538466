"""What citizens read around a questionnaire exists in every language a questionnaire may have."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.template.loader import get_template

from parvis.feedback.citizen_words import FILE, words_in
from parvis.feedback.questionnaire_document import LANGUAGES, RIGHT_TO_LEFT

SCRIPTS = FILE.parent / "kiosk"


def test_every_language_says_everything():
    table = json.loads(FILE.read_text(encoding="utf-8"))
    assert list(table) == list(LANGUAGES)
    assert {code for code, words in table.items() if set(words) != set(table["fr"])} == set()
    assert [(c, n) for c, words in table.items() for n, text in words.items() if not text] == []


def test_places_are_the_same_in_every_language():
    places = {name: set(re.findall(r"\{\w+\}", text)) for name, text in words_in("fr").items()}
    wrong = [
        (code, name)
        for code in LANGUAGES
        for name, text in words_in(code).items()
        if set(re.findall(r"\{\w+\}", text)) != places[name]
    ]
    assert wrong == []


def test_no_word_is_said_that_does_not_exist_nor_kept_unsaid():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js"))
    said = set(re.findall(r'\bsay\("(\w+)"', scripts))
    for name in ("base", "step", "thanks"):
        source = Path(get_template(f"feedback/citizen/{name}.html").origin.name).read_text()
        said |= set(re.findall(r"\bwords\.(\w+)", source))
    view = (FILE.parents[2] / "views" / "citizen.py").read_text(encoding="utf-8")
    said |= set(re.findall(r'words\["(\w+)"\]', view)) | set(
        re.findall(r'problem ?= ?"(\w+)"', view)
    )
    assert said - set(words_in("fr")) == set()
    assert set(words_in("fr")) - said == set()


def test_kiosk_and_page_turn_for_the_same_languages():
    source = (SCRIPTS / "dom.js").read_text(encoding="utf-8")
    found = re.search(r"RIGHT_TO_LEFT = new Set\(\[(.*?)\]\)", source)
    assert found
    assert set(re.findall(r'"(\w+)"', found[1])) == RIGHT_TO_LEFT
