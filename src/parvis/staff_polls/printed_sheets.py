"""Codes drawn from a hat by agents without mail: drawn from a seed that only the page's form holds.

The seed is in the form, the codes in the PDF that the form gives: the database has hashes alone.
The same form sent again, after a cut or by a double click, draws the same codes and gives the same
PDF. A sheet that is lost is never replaced, and that is a rule of the ballot: codes given in its
place would let both be used, more ballots than agents; and cancelling those "not used yet" would
tell, by their number, how many agents of the group have voted. What is drawn therefore never
exceeds the number of agents declared without mail, frozen at the launch.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator

from parvis.foundation.readable_codes import ALPHABET
from parvis.staff_polls.codes import BALLOT_LENGTH
from parvis.staff_polls.models import PollGroup, StaffPoll

SEED_BYTES = 32
# Thirty pages, made in about two seconds.
MOST_AT_ONCE = 300


def new_seed() -> str:
    return secrets.token_hex(SEED_BYTES)


def read_seed(sent: str) -> bytes | None:
    """The seed in what a form sent; None when it is none of ours."""
    if not sent.isascii():
        return None
    try:
        seed = bytes.fromhex(sent)
    except ValueError:
        return None
    # Blanks are read as no byte: a short seed would draw codes that anybody may draw.
    return seed if len(seed) == SEED_BYTES else None


def codes_of(seed: bytes, poll: StaffPoll, group: PollGroup, count: int) -> list[str]:
    """`count` different codes, in the order of the slips; the same for the same arguments."""
    name = b"parvis printed codes %b\n%d" % (poll.reference.bytes, group.number)
    key = hmac.digest(seed, name, hashlib.sha256)
    codes: dict[str, None] = {}
    letters = _letters(key)
    while len(codes) < count:
        codes["".join(next(letters) for _rank in range(BALLOT_LENGTH))] = None
    return list(codes)


def _letters(key: bytes) -> Iterator[str]:
    """Letters of the alphabet, each as likely as any other."""
    fair = 256 - 256 % len(ALPHABET)
    block = 0
    while True:
        for byte in hmac.digest(key, block.to_bytes(8), hashlib.sha256):
            if byte < fair:
                yield ALPHABET[byte % len(ALPHABET)]
        block += 1
