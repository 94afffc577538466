"""Blind signatures: the server signs a token without seeing it, and anyone checks the signature.

RFC 9474, variant RSABSSA-SHA384-PSS-Randomized. A browser draws a token, blinds it with a factor
of its own and has the result signed once it has shown who it is; it takes the factor away, and what
it then holds, token and signature, is linked to no request for a signature by anything that the
server has or kept. The browser's half is `static/foundation/js/blind-token.js`.

What depends on the private exponents is computed in constant time, on a number that whoever asks
can neither choose nor know (§7.1 of the RFC), and no result leaves before the public key
has confirmed it: one that a fault of the machine had spoiled would give the factors away.
"""

from __future__ import annotations

import secrets
from functools import lru_cache

import gmpy2
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

MODULUS_BITS = 3072
PUBLIC_EXPONENT = 65537
PREFIX_BYTES = 32  # drawn by the client before its token, "Randomized" in the variant's name
SALT_BYTES = 48

_HASH = hashes.SHA384()
_PADDING = padding.PSS(mgf=padding.MGF1(_HASH), salt_length=SALT_BYTES)


class BlindSignatureError(Exception):
    """What was given or computed is not fit for a blind signature."""


class UnfitKey(BlindSignatureError):  # noqa: N818 – names what was given
    """Not an RSA key of this variant, or too short a one."""


class UnfitBlindedMessage(BlindSignatureError):  # noqa: N818 – names what was given
    """Not a number that an honest client could have blinded for this key; nothing was signed."""


class SigningFault(BlindSignatureError):  # noqa: N818 – the machine's, not the caller's
    """The machine computed a wrong signature, which was thrown away."""


def new_private_key() -> bytes:
    """Draw a key pair: PKCS#8 in DER, in clear. Keep it with `keys_apart`."""
    key = rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=MODULUS_BITS)
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


class BlindSigner:
    """Signs what it cannot read; any number of threads may share one."""

    def __init__(self, private_key: bytes) -> None:
        """Raises `UnfitKey` for anything but what `new_private_key` gives."""
        try:
            # The library's own check tests the primes again and takes as long as forty signatures.
            key = serialization.load_der_private_key(
                private_key, password=None, unsafe_skip_rsa_key_validation=True
            )
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise UnfitKey("no private key in DER") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise UnfitKey("not an RSA key")
        _check_public(key.public_key())
        numbers = key.private_numbers()
        self._n = gmpy2.mpz(numbers.public_numbers.n)
        self._e = gmpy2.mpz(numbers.public_numbers.e)
        self._p, self._q = gmpy2.mpz(numbers.p), gmpy2.mpz(numbers.q)
        self._dp, self._dq = gmpy2.mpz(numbers.dmp1), gmpy2.mpz(numbers.dmq1)
        self._q_inverse = gmpy2.mpz(numbers.iqmp)
        if not self._agrees():
            raise UnfitKey("the numbers of the key do not agree")
        self.modulus_bytes = (key.key_size + 7) // 8
        self.public_key = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, blinded: bytes) -> bytes:
        """The blind signature, as long as the modulus.

        Raises `UnfitBlindedMessage` for another length, a number past the modulus or one whose
        signature needs no key (0, 1 and n - 1: an honest client never draws them).
        """
        if len(blinded) != self.modulus_bytes:
            raise UnfitBlindedMessage(f"{self.modulus_bytes} bytes expected, got {len(blinded)}")
        message = gmpy2.mpz(int.from_bytes(blinded, "big"))
        if not 1 < message < self._n - 1:
            raise UnfitBlindedMessage("out of range")
        signature = self._private_power(message)
        if gmpy2.powmod(signature, self._e, self._n) != message:
            raise SigningFault("the public key does not confirm the signature")
        return int(signature).to_bytes(self.modulus_bytes, "big")

    def _agrees(self) -> bool:
        """Whether the numbers of the key belong together, as those of a damaged file do not."""
        p, q = self._p, self._q
        return (
            p > 1
            and q > 1
            and p * q == self._n
            and self._e * self._dp % (p - 1) == 1
            and self._e * self._dq % (q - 1) == 1
            and self._q_inverse * q % p == 1
        )

    def _private_power(self, message: gmpy2.mpz) -> gmpy2.mpz:
        """message^d mod n."""
        factor, inverse = self._fresh_factor()
        hidden = message * gmpy2.powmod(factor, self._e, self._n) % self._n
        # Nearly all of the time it takes, during which gmpy2 lets other threads go on.
        modulo_p = gmpy2.powmod_sec(hidden % self._p, self._dp, self._p)
        modulo_q = gmpy2.powmod_sec(hidden % self._q, self._dq, self._q)
        both = modulo_q + self._q * ((modulo_p - modulo_q) * self._q_inverse % self._p)
        return both * inverse % self._n

    def _fresh_factor(self) -> tuple[gmpy2.mpz, gmpy2.mpz]:
        """A number drawn at random and its inverse modulo n."""
        while True:
            factor = gmpy2.mpz(secrets.randbelow(int(self._n) - 2) + 2)
            try:
                return factor, gmpy2.invert(factor, self._n)
            except ZeroDivisionError:  # a multiple of p or q: not in the life of the universe
                continue


def verify(public_key: bytes, prepared_message: bytes, signature: bytes) -> bool:
    """Whether the key signed this token, prefix included; raises `UnfitKey`."""
    try:
        _public_key(public_key).verify(signature, prepared_message, _PADDING, _HASH)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _public_key(public_key: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnfitKey("no public key in DER") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise UnfitKey("not an RSA key")
    _check_public(key)
    return key


def _check_public(key: rsa.RSAPublicKey) -> None:
    if key.key_size < MODULUS_BITS:
        raise UnfitKey(f"{key.key_size} bits, at least {MODULUS_BITS} expected")
    if key.public_numbers().e != PUBLIC_EXPONENT:
        raise UnfitKey(f"public exponent other than {PUBLIC_EXPONENT}")
