"""Signatures of the Standard Webhooks convention (https://www.standardwebhooks.com), version v1.

A secret is `whsec_` then 32 random bytes in base 64; what is signed is the message's number, the
time of the attempt and the body, joined by full stops.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one attempt; raises `ValueError` when the secret is not one."""
    if not secret.startswith(PREFIX):
        raise ValueError("a signing secret begins with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing secret is in base 64") from error
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode("ascii")


def headers(
    secret_list: list[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """What goes with the body: signed by each secret, so that a rotation loses nothing."""
    return {
        "content-type": "application/json",
        "user-agent": "Parvis-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            sign(secret, message_id=message_id, timestamp=timestamp, body=body)
            for secret in secret_list
        ),
    }
