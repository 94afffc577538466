"""The private link by which a citizen sees what became of their idea, without any account.

The link holds the idea's identifier, signed: nobody makes one up, and it never expires by itself.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.core import signing

_SIGNER = signing.Signer(salt="parvis.feedback.idea_links")


def token_of(answer_id: UUID) -> str:
    """What the link of this idea ends with."""
    return _SIGNER.sign(urlsafe_b64encode(answer_id.bytes).rstrip(b"=").decode())


def answer_of(token: str) -> UUID | None:
    """The idea that a link shows; None when the link was not made here."""
    try:
        identifier = _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return UUID(bytes=urlsafe_b64decode(f"{identifier}=="))
