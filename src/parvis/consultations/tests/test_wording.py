"""The words of the pages in another language: no French punctuation, no French theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parvis.consultations import starts
from parvis.consultations.models import Contribution
from parvis.consultations.phase_settings import Choice, IdeasSettings
from parvis.consultations.project_labels import themes_of
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from parvis.consultations.tests.visitors import Visitor

TEMPLATES = sorted((Path(starts.__file__).parent / "templates").rglob("*.*"))
# Texts that gettext takes, tags, comments: what is left is the same in every language.
_TRANSLATED = re.compile(
    r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", re.DOTALL
)
_FRENCH = re.compile(r"[ \u00a0\u202f][:;?!](?!\w)|[«»]")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_french_punctuation_is_written_outside_translated_texts(file: Path):
    left = _TRANSLATED.sub("@", file.read_text(encoding="utf-8"))
    assert [line for line in left.splitlines() if _FRENCH.search(line)] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("without_scope")
def test_usual_themes_are_told_in_the_language_of_the_page_and_others_as_they_were_written():
    own = Choice("marais", "Le marais")
    phase = running_phase(settings=IdeasSettings(themes=(*starts.themes(), own)))
    idea = ContributionFactory.create(phase=phase, theme="mobilites", title="Bus lane")
    wet = ContributionFactory.create(phase=phase, theme="marais", title="Boardwalk")
    assert themes_of(phase.consultation)["mobilites"] == "Déplacements"
    visitor = Visitor(phase.consultation)
    assert "Déplacements" in shown(visitor, idea, "fr")
    page = shown(visitor, idea, "en")
    assert "Déplacements" not in page
    assert "Getting around" in page
    assert "Le marais" in shown(visitor, wet, "en")
    index = visitor.client.get(
        visitor.address("phase", phase.position), headers={"Accept-Language": "en"}
    ).content.decode()
    assert "Solidarités et santé" not in index
    assert "Le marais" in index


def shown(visitor: Visitor, idea: Contribution, language: str) -> str:
    where = visitor.address("idea", idea.phase.position, idea.number)
    return visitor.client.get(where, headers={"Accept-Language": language}).content.decode()
