"""Slips to cut out and draw from a hat, each with a code to vote with: ten to a page of A4.

The first page tells whoever cuts them how to hand them out, so that nobody knows who drew which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parvis.documents.language import Language
from parvis.documents.pdf import DocumentIdentity, compile_pdf
from parvis.documents.qr import qr_svg


@dataclass(frozen=True)
class BallotSlips:
    """Texts already translated; `codes` as they are to be read, in the order of the slips.

    `address` is what the QR code holds, `address_to_type` what is written beside it; `made_at` is
    that of the poll, so that the same codes give the same bytes.
    """

    language: Language
    made_at: datetime
    author: str
    title: str
    poll: str
    group: str
    count: str
    how_to: tuple[str, ...]
    how_to_title: str
    address: str
    address_to_type: str
    address_label: str
    code_label: str
    qr_label: str
    promise: str
    closes: str
    codes: tuple[str, ...]
    simulation: str = ""


def render_slips(slips: BallotSlips) -> bytes:
    """Return the slips as a tagged, archivable PDF; equal slips give equal bytes.

    Raises DocumentError when it cannot be made.
    """
    return compile_pdf(
        "ballot_slips.typ",
        identity=DocumentIdentity(
            title=slips.title,
            author=slips.author,
            language=slips.language,
            made_at=slips.made_at,
        ),
        data={
            "author": slips.author,
            "title": slips.title,
            "poll": slips.poll,
            "group": slips.group,
            "count": slips.count,
            "how_to": slips.how_to,
            "how_to_title": slips.how_to_title,
            "address": slips.address_to_type,
            "address_label": slips.address_label,
            "code_label": slips.code_label,
            "qr_label": slips.qr_label,
            "promise": slips.promise,
            "closes": slips.closes,
            "codes": slips.codes,
            "simulation": slips.simulation,
        },
        images={"code": qr_svg(slips.address, label=slips.qr_label).encode()},
    )
