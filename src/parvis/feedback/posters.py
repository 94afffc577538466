"""What the poster of a touchpoint says, in the language its questionnaire opens in."""

from __future__ import annotations

from typing import cast

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.documents.language import Language
from parvis.documents.poster import FeedbackPoster
from parvis.feedback.addresses import to_type
from parvis.feedback.models import QuestionnaireVersion, Touchpoint
from parvis.feedback.questionnaire_document import read_document

# Those in which the words around the question are translated, and our fonts can write.
_POSTER_LANGUAGES = ("fr", "en")


def poster_of(
    touchpoint: Touchpoint, version: QuestionnaireVersion, address: str
) -> FeedbackPoster:
    """The poster for a published version; `address` is that of the public page, whole."""
    document = read_document(version.document)
    language = next((code for code in document.languages if code in _POSTER_LANGUAGES), "fr")
    question = document.smiley.text.get(language, document.smiley.text[document.languages[0]])
    with translation.override(language):
        return FeedbackPoster(
            language=cast("Language", language),
            made_at=version.published_at,
            author=touchpoint.organisation.name,
            title=_("Donnez votre avis : %(place)s") % {"place": touchpoint.name},
            place=touchpoint.name,
            question=question,
            questions=tuple(
                document.smiley.text[code]
                for code in document.languages
                if document.smiley.text[code] != question
            ),
            invitation=_("Scannez avec votre téléphone"),
            address=address,
            address_to_type=to_type(address),
            address_label=_("ou ouvrez cette adresse"),
            code_label=_("Code à scanner pour donner son avis"),
            promise=_("Anonyme, sans compte, en dix secondes"),
            simulation=_("Démonstration : organisme fictif")
            if touchpoint.organisation.is_simulated
            else "",
        )
