"""PDF documents by Typst: tagged and archivable (PDF/UA-1 with PDF/A-2a), the same bytes each time.

What varies reaches a template as JSON, never as markup, so a hostile text comes out as it was
written. Only the fonts of this package are used, on every machine; a character that they lack is
replaced beforehand, because PDF/A refuses a text that has no glyph.
"""

import json
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from parvis.documents.language import Language

FONT_FOLDER = Path(__file__).parent / "fonts"
TEMPLATE_FOLDER = Path(__file__).parent / "templates" / "typst"

# Controls, joiners, marks and skin tones: what changes its neighbour and is nothing alone.
_INVISIBLE = ("Cc", "Cf", "Mn", "Me", "Sk")

_compilers = threading.local()


class DocumentError(Exception):
    """A document could not be made; the message says where in the template and why."""


@dataclass(frozen=True)
class DocumentIdentity:
    """What a document says of itself: a reader's tab, a library's catalogue, an archive.

    `made_at` is an instant with its time zone; it is the only clock of the document.
    """

    title: str
    author: str
    language: Language
    made_at: datetime
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise DocumentError("a document needs a title: PDF/UA readers announce it")
        if self.made_at.tzinfo is None:
            raise DocumentError("the instant at which a document is made needs a time zone")


def compile_pdf(
    template: str,
    *,
    identity: DocumentIdentity,
    data: Mapping[str, Any],
    images: Mapping[str, bytes] | None = None,
) -> bytes:
    """Fill a template of `templates/typst/` and return the PDF.

    `data` holds what JSON can hold. `images` are SVG, PNG or JPEG files that the template places
    with `picture(name, alt)` of `page.typ`. Equal arguments give equal bytes.

    Raises DocumentError when the template is missing or faulty, or when the document would not be
    accessible: an image without an alternative text, a heading level skipped.
    """
    source = TEMPLATE_FOLDER / template
    if not source.is_file():
        raise DocumentError(f"there is no document template {template!r}")
    inputs = {
        "identity": _json(
            {
                "title": identity.title,
                "author": identity.author,
                "language": identity.language,
                "keywords": identity.keywords,
            }
        ),
        "data": _json(data),
        "images": _json({name: _image(content) for name, content in (images or {}).items()}),
    }
    try:
        produced = _compiler().compile(
            input=source,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["ua-1", "a-2a"],
            timestamp=int(identity.made_at.timestamp()),
        )
    except typst.TypstError as error:
        where = error.diagnostic or error.message
        raise DocumentError(f"{template}: {where}") from error
    if not isinstance(produced, bytes):
        raise DocumentError(f"{template}: Typst returned no document")
    return produced


def printable(text: str) -> str:
    """Return `text` with each character that our fonts cannot write replaced.

    What has a plainer equivalent takes it (a superscript e becomes e, a letter loses the one accent
    that is missing); anything else becomes U+FFFD, a run of it only once, as for a joined emoji.
    Line ends and tabs stay, other invisible controls go.
    """
    covered = _covered_characters()
    written: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        covered_alone = ord(character) in covered and not unicodedata.combining(character)
        if character in "\n\t" or covered_alone:
            written.append(character)
            continue
        # Marks are left out: the font cannot place one above a letter it was not drawn with.
        plainer = "".join(
            part
            for part in unicodedata.normalize("NFKD", character)
            if ord(part) in covered and not unicodedata.combining(part)
        )
        if plainer.strip():
            written.append(plainer)
        elif unicodedata.category(character) in _INVISIBLE:
            continue
        elif not (written and written[-1] == "\ufffd"):
            written.append("\ufffd")
    return "".join(written)


@cache
def _covered_characters() -> frozenset[int]:
    ranges = json.loads((FONT_FOLDER / "coverage.json").read_text(encoding="utf-8"))
    return frozenset(code for first, last in ranges for code in range(first, last + 1))


def _compiler() -> typst.Compiler:
    """Return this thread's compiler: reading the fonts once makes a report several times faster."""
    if not hasattr(_compilers, "current"):
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER]
        )
        _compilers.current = typst.Compiler(root=TEMPLATE_FOLDER, font_paths=fonts)
    compiler: typst.Compiler = _compilers.current
    return compiler


def _json(value: Any) -> str:
    return json.dumps(_printable_tree(value), ensure_ascii=False, allow_nan=False)


def _printable_tree(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _printable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable_tree(item) for item in value]
    return value


def _image(content: bytes) -> str | list[int]:
    """Return an image as JSON can carry it: an SVG as text, other formats byte by byte."""
    if content.lstrip().startswith((b"<svg", b"<?xml")):
        return content.decode("utf-8")
    return list(content)
