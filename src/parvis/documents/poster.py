"""The poster of a place where people give their opinion: a question, a code to scan, an address.

Read from three metres on a wall (A4) or from a counter (A6): few words, as large as they fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parvis.documents.language import Language
from parvis.documents.pdf import DocumentIdentity, compile_pdf, printable
from parvis.documents.qr import qr_svg


class PosterSize(StrEnum):
    A4 = "a4"
    A6 = "a6"


@dataclass(frozen=True)
class FeedbackPoster:
    """Texts already translated; `made_at` is that of the content, so that the same gives the same.

    `address` is what the code holds, `address_to_type` what is written below it. `questions` are
    the same question in other languages: those our fonts cannot write are left out.
    """

    language: Language
    made_at: datetime
    author: str
    title: str
    place: str
    question: str
    questions: tuple[str, ...]
    invitation: str
    address: str
    address_to_type: str
    address_label: str
    code_label: str
    promise: str
    simulation: str = ""


def render_poster(poster: FeedbackPoster, size: PosterSize) -> bytes:
    """Return the poster as a tagged, archivable PDF of one page; equal posters give equal bytes.

    Raises DocumentError when it cannot be made.
    """
    return compile_pdf(
        "feedback_poster.typ",
        identity=DocumentIdentity(
            title=poster.title,
            author=poster.author,
            language=poster.language,
            made_at=poster.made_at,
        ),
        data={
            "size": size.value,
            "author": poster.author,
            "place": poster.place,
            "question": poster.question,
            "questions": [text for text in poster.questions if printable(text) == text],
            "invitation": poster.invitation,
            "address": poster.address_to_type,
            "address_label": poster.address_label,
            "code_label": poster.code_label,
            "promise": poster.promise,
            "simulation": poster.simulation,
        },
        images={"code": qr_svg(poster.address, label=poster.code_label).encode()},
    )
