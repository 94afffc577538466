"""Which texts of a questionnaire are spoken, and where a device finds the sound of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.urls import reverse

from parvis.feedback.models import SpokenLabel
from parvis.feedback.questionnaire_document import Document, Texts
from parvis.feedback.speech.phrases import PHRASES


def text_hash(language: str, text: str) -> str:
    """SHA-256, in hexadecimal, of the language code, U+000A and the text, UTF-8."""
    return hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()


def spoken_texts(document: Document) -> list[tuple[str, str]]:
    """(language, text) of all that a kiosk says, each once, in the order of its screens."""
    return list(
        dict.fromkeys(
            (language, texts[language])
            for language in document.languages
            for texts in [*_texts(document), *PHRASES.values()]
        )
    )


def _texts(document: Document) -> Iterator[Texts]:
    for step in document.steps:
        yield step.text
        yield from step.labels
        for option in step.options:
            yield option.text
        if step.low is not None and step.high is not None:
            yield step.low
            yield step.high
    yield document.thanks


def sound_addresses(organisation_id: int, document: Document) -> dict[str, str]:
    """Address of the sound of each text that has one, by `text_hash`; one query."""
    hashes = [text_hash(language, text) for language, text in spoken_texts(document)]
    found = SpokenLabel.objects.filter(organisation=organisation_id, text_hash__in=hashes)
    return {
        spoken: sound_address(sound)
        for spoken, sound in found.order_by("pk").values_list("text_hash", "sound_hash")
    }


def sound_address(sound_hash: str) -> str:
    return reverse("feedback:sound", args=[sound_hash])
