"""Blind signatures: the RFC's own vector, what a hostile client sends, what a faulty machine does.

`rfc9474.json` is the vector of RFC 9474, appendix A.1 (n is p × q, d follows from p, q and e).
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import gmpy2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from parvis.foundation import blind_signatures
from parvis.foundation.blind_signatures import (
    BlindSigner,
    SigningFault,
    UnfitBlindedMessage,
    UnfitKey,
    new_private_key,
    verify,
)
from parvis.foundation.tests.blind_client import BlindClient

VECTOR = json.loads(Path(__file__).with_name("rfc9474.json").read_text(encoding="ascii"))
TOKEN = b"a token that only the client knows"


def of_vector(name: str) -> bytes:
    return bytes.fromhex(VECTOR[name])


def rsa_key(p: int, q: int, e: int = 65537) -> rsa.RSAPrivateKey:
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q)
    ).private_key()


def der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture(scope="module")
def of_the_rfc() -> BlindSigner:
    return BlindSigner(der(rsa_key(int(VECTOR["p"], 16), int(VECTOR["q"], 16))))


@pytest.fixture(scope="module")
def signer() -> BlindSigner:
    return BlindSigner(new_private_key())


@pytest.fixture(scope="module")
def client(signer: BlindSigner) -> BlindClient:
    return BlindClient(signer.public_key)


def test_the_vector_of_the_rfc(of_the_rfc: BlindSigner) -> None:
    client = BlindClient(of_the_rfc.public_key)
    message = of_vector("msg_prefix") + of_vector("msg")
    kept = client.blind(message, of_vector("salt"), int(VECTOR["inv"], 16))
    assert kept.blinded == of_vector("blinded_msg")
    assert of_the_rfc.sign(kept.blinded) == of_vector("blind_sig")
    assert client.finalize(kept, of_vector("blind_sig")) == of_vector("sig")
    assert verify(of_the_rfc.public_key, message, of_vector("sig"))


def test_a_token_signed_unseen(signer: BlindSigner, client: BlindClient) -> None:
    kept = client.prepare(TOKEN)
    assert TOKEN in kept.message
    assert TOKEN not in kept.blinded
    signature = client.finalize(kept, signer.sign(kept.blinded))
    assert verify(signer.public_key, kept.message, signature)
    assert signature != signer.sign(kept.blinded)


def test_the_same_request_again_has_the_same_answer(
    signer: BlindSigner, client: BlindClient
) -> None:
    """An exchange that broke off is taken up again without a second token."""
    blinded = client.prepare(TOKEN).blinded
    assert signer.sign(blinded) == signer.sign(blinded)


def test_the_key_has_the_length_promised(signer: BlindSigner) -> None:
    key = serialization.load_der_public_key(signer.public_key)
    assert key.key_size == 3072
    assert signer.modulus_bytes == 384


def test_a_stored_key_signs_alike(client: BlindClient) -> None:
    private = new_private_key()
    first, again = BlindSigner(private), BlindSigner(private)
    assert first.public_key == again.public_key
    blinded = BlindClient(first.public_key).prepare(TOKEN).blinded
    assert first.sign(blinded) == again.sign(blinded)


@pytest.mark.parametrize(
    "hostile",
    [
        lambda n, length: bytes(length),
        lambda n, length: (1).to_bytes(length, "big"),
        lambda n, length: (n - 1).to_bytes(length, "big"),
        lambda n, length: n.to_bytes(length, "big"),
        lambda n, length: (n + 2).to_bytes(length, "big"),
        lambda n, length: b"\xff" * length,
        lambda n, length: (2).to_bytes(length - 1, "big"),
        lambda n, length: (2).to_bytes(length + 1, "big"),
        lambda n, length: b"",
        lambda n, length: bytes(1_000_000),
    ],
)
def test_what_no_client_blinds_is_not_signed(
    hostile: Callable[[int, int], bytes], signer: BlindSigner, client: BlindClient
) -> None:
    with pytest.raises(UnfitBlindedMessage):
        signer.sign(hostile(client.n, client.modulus_bytes))


def test_the_ends_of_the_range_are_signed(signer: BlindSigner, client: BlindClient) -> None:
    for number in (2, client.n - 2):
        signed = signer.sign(number.to_bytes(client.modulus_bytes, "big"))
        assert pow(int.from_bytes(signed, "big"), client.e, client.n) == number


@pytest.mark.parametrize("faulty_call", [1, 2])
def test_a_faulty_computation_never_leaves(
    faulty_call: int, signer: BlindSigner, client: BlindClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One wrong half would give a factor of the modulus: gcd(s^e - m, n)."""
    calls = []
    power = gmpy2.powmod_sec

    def spoiled(base: gmpy2.mpz, exponent: gmpy2.mpz, modulus: gmpy2.mpz) -> gmpy2.mpz:
        calls.append(modulus)
        result = power(base, exponent, modulus)
        return result ^ 1 if len(calls) == faulty_call else result

    monkeypatch.setattr(blind_signatures.gmpy2, "powmod_sec", spoiled)
    with pytest.raises(SigningFault):
        signer.sign(client.prepare(TOKEN).blinded)
    assert len(calls) == 2


def test_the_secret_power_never_sees_what_was_asked_for(
    signer: BlindSigner, client: BlindClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request twice: two computations with nothing in common to time."""
    bases = set()
    power = gmpy2.powmod_sec

    def watched(base: gmpy2.mpz, exponent: gmpy2.mpz, modulus: gmpy2.mpz) -> gmpy2.mpz:
        bases.add(int(base))
        return power(base, exponent, modulus)

    monkeypatch.setattr(blind_signatures.gmpy2, "powmod_sec", watched)
    blinded = client.prepare(TOKEN).blinded
    assert signer.sign(blinded) == signer.sign(blinded)
    assert len(bases) == 4


def test_many_threads_share_a_signer(signer: BlindSigner, client: BlindClient) -> None:
    asked = [client.prepare(TOKEN) for _ in range(8)]
    signed: dict[int, bytes] = {}

    def sign(number: int) -> None:
        signed[number] = signer.sign(asked[number].blinded)

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, kept in enumerate(asked):
        signature = client.finalize(kept, signed[number])
        assert verify(signer.public_key, kept.message, signature)


def test_what_is_no_signature_of_this_token(
    signer: BlindSigner, of_the_rfc: BlindSigner, client: BlindClient
) -> None:
    kept = client.prepare(TOKEN)
    signature = client.finalize(kept, signer.sign(kept.blinded))
    changed = bytes([signature[0] ^ 1]) + signature[1:]
    key = signer.public_key
    assert verify(key, kept.message, signature)
    assert not verify(key, kept.message + b"x", signature)
    assert not verify(key, TOKEN, signature), "the prefix belongs to the message"
    assert not verify(of_the_rfc.public_key, kept.message, signature), "another poll's key"
    for wrong in (changed, b"", signature[1:], signature + b"\0", b"\xff" * 384, bytes(384)):
        assert not verify(key, kept.message, wrong)
    assert not verify(key, kept.message, signer.sign(kept.blinded)), "still blind"


def test_a_signature_with_another_salt_is_refused(of_the_rfc: BlindSigner) -> None:
    """Only the variant's own: 48 bytes of salt."""
    client = BlindClient(of_the_rfc.public_key)
    inverse = pow(secrets.randbelow(client.n), -1, client.n)
    for length, fit in ((0, False), (32, False), (48, True)):
        kept = client.blind(b"p" * 32 + TOKEN, secrets.token_bytes(length), inverse)
        signature = client.finalize(kept, of_the_rfc.sign(kept.blinded))
        assert verify(of_the_rfc.public_key, kept.message, signature) is fit


@pytest.fixture(scope="module")
def short() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_unfit_keys(short: rsa.RSAPrivateKey) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    other_exponent = rsa.generate_private_key(public_exponent=3, key_size=3072)
    for key in (short, curve, other_exponent):
        with pytest.raises(UnfitKey):
            BlindSigner(der(key))
        with pytest.raises(UnfitKey):
            verify(public_der(key), b"message", b"signature")
    for rubbish in (b"", b"rubbish", public_der(short)):
        with pytest.raises(UnfitKey):
            BlindSigner(rubbish)
    for rubbish in (b"", b"rubbish", der(short)):
        with pytest.raises(UnfitKey):
            verify(rubbish, b"message", b"signature")


@pytest.mark.parametrize("number", ["p", "q", "dmp1", "dmq1", "iqmp", "n"])
def test_a_key_whose_numbers_do_not_agree(number: str) -> None:
    """What a damaged file gives: each number is in it once, and found there by its bytes."""
    private = new_private_key()
    numbers = serialization.load_der_private_key(private, password=None).private_numbers()
    value = numbers.public_numbers.n if number == "n" else getattr(numbers, number)
    written = value.to_bytes((value.bit_length() + 7) // 8, "big")
    assert private.count(written) == 1
    changed = (value ^ (1 << 64)).to_bytes(len(written), "big")
    with pytest.raises(UnfitKey):
        BlindSigner(private.replace(written, changed))
