"""Sealed boxes: only the holder of the private key reads, and only what was sealed."""

from __future__ import annotations

import pytest

from parvis.foundation.sealed_box import (
    BLOCK_BYTES,
    KEY_BYTES,
    OVERHEAD_BYTES,
    SealedBoxError,
    new_box,
    open_sealed,
    seal,
)

POLL = b"poll:1"


@pytest.fixture(scope="module")
def box() -> tuple[bytes, bytes]:
    return new_box()


def test_what_is_sealed_is_read_by_the_holder_alone(box: tuple[bytes, bytes]) -> None:
    private, public = box
    assert len(private) == len(public) == KEY_BYTES
    sealed = seal(public, "réponse".encode(), associated=POLL)
    assert "réponse".encode() not in sealed
    assert open_sealed(private, sealed, associated=POLL).decode() == "réponse"
    with pytest.raises(SealedBoxError):
        open_sealed(public, sealed, associated=POLL)
    with pytest.raises(SealedBoxError):
        open_sealed(new_box()[0], sealed, associated=POLL)


def test_two_seals_of_one_text_have_nothing_in_common(box: tuple[bytes, bytes]) -> None:
    _private, public = box
    first, second = (seal(public, b"yes", associated=POLL) for _ in range(2))
    assert first[:32] != second[:32]
    assert first[32:] != second[32:]


@pytest.mark.parametrize(
    ("length", "blocks"),
    [(0, 1), (1, 1), (1020, 1), (1021, 2), (2044, 2), (2045, 3), (1_000_000, 977)],
)
def test_a_length_tells_whole_blocks_only(
    length: int, blocks: int, box: tuple[bytes, bytes]
) -> None:
    private, public = box
    text = b"\0" * length
    sealed = seal(public, text, associated=POLL)
    assert len(sealed) == blocks * BLOCK_BYTES + OVERHEAD_BYTES
    assert open_sealed(private, sealed, associated=POLL) == text


def test_any_change_is_noticed(box: tuple[bytes, bytes]) -> None:
    private, public = box
    sealed = seal(public, b"yes", associated=POLL)
    for place in (0, 31, 32, 40, len(sealed) // 2, len(sealed) - 17, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealedBoxError):
            open_sealed(private, bytes(changed), associated=POLL)
    for cut in (b"", sealed[:10], sealed[:32], sealed[:47], sealed[:48], sealed[:-1]):
        with pytest.raises(SealedBoxError):
            open_sealed(private, cut, associated=POLL)
    with pytest.raises(SealedBoxError):
        open_sealed(private, sealed + b"\0", associated=POLL)
    with pytest.raises(SealedBoxError):
        open_sealed(private, bytes(32) + sealed[32:], associated=POLL)


def test_it_belongs_to_one_poll(box: tuple[bytes, bytes]) -> None:
    private, public = box
    sealed = seal(public, b"yes", associated=POLL)
    for other in (b"", b"poll:2", b"poll:11"):
        with pytest.raises(SealedBoxError):
            open_sealed(private, sealed, associated=other)


def test_what_is_no_key(box: tuple[bytes, bytes]) -> None:
    sealed = seal(box[1], b"yes", associated=POLL)
    for wrong in (b"", b"short", bytes(33)):
        with pytest.raises(SealedBoxError):
            seal(wrong, b"yes", associated=POLL)
        with pytest.raises(SealedBoxError):
            open_sealed(wrong, sealed, associated=POLL)
    with pytest.raises(SealedBoxError):
        seal(bytes(KEY_BYTES), b"yes", associated=POLL)


def test_a_seal_made_elsewhere_without_padding_is_refused(box: tuple[bytes, bytes]) -> None:
    from parvis.foundation import sealed_box

    private, public = box
    key = sealed_box.X25519PublicKey.from_public_bytes(public)
    context = sealed_box._CONTEXT + POLL
    for padded in (b"", b"\0\0\0\3yes", (2000).to_bytes(4, "big") + bytes(1020)):
        sealed = sealed_box._SUITE.encrypt(padded, key, info=context)
        with pytest.raises(SealedBoxError):
            open_sealed(private, sealed, associated=POLL)
