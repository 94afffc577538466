"""An OpenID Connect provider that vouches for a person: code flow with PKCE, state and nonce.

The provider is set by the installation. Nothing is asked of it but who it is (scope `openid`): no
name, no address. Every address used is on the issuer's own host, over https, reached through
`foundation.outgoing`. What goes with one attempt waits, sealed, in a cookie of the browser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from parvis.foundation import outgoing
from parvis.foundation.errors import Refusal
from parvis.foundation.sealing import UnsealError, seal, unseal

COOKIE = "parvis-identite"
# How long somebody may take at the provider.
LIFE_SECONDS = 15 * 60
_PURPOSE = "consultations.identity_provider"
# Signed with a private key: a symmetric algorithm would let the public key sign.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_CLOCK_SECONDS = 60
_MOST_CHARACTERS = 255


class ProviderRefusal(Refusal):
    """The provider did not vouch for anybody: `message` says what to do."""


class ProviderDown(ProviderRefusal):
    """It did not answer as such a provider does."""

    status = 502


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one browser keeps while its person is at the provider."""

    code: str  # of the consultation
    step: str  # the phase they came from, or empty
    state: str
    nonce: str
    verifier: str
    began: int  # seconds since 1970

    def sealed(self) -> str:
        return seal(json.dumps(asdict(self)), purpose=_PURPOSE)


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def issuer() -> str:
    return str(settings.OIDC_ISSUER)


def name() -> str:
    """How pages name it."""
    return settings.OIDC_NAME or urlsplit(settings.OIDC_ISSUER).netloc


def new_attempt(code: str, step: str) -> Attempt:
    return Attempt(
        code,
        step,
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        int(time.time()),
    )


def read_attempt(sealed: str) -> Attempt | None:
    """The attempt in a cookie; None when it is not ours, or too old."""
    try:
        attempt = Attempt(**json.loads(unseal(sealed, purpose=_PURPOSE)))
    except (UnsealError, ValueError, TypeError):
        return None
    return attempt if time.time() - attempt.began <= LIFE_SECONDS else None


def sign_in_address(attempt: Attempt, return_address: str) -> str:
    """Where the browser goes; raise `ProviderDown`."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
    query = urlencode(
        {
            "response_type": "code",
            "client_id": settings.OIDC_CLIENT_ID,
            "redirect_uri": return_address,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    address = _own_address(_discovered(), "authorization_endpoint")
    return f"{address}{'&' if '?' in address else '?'}{query}"


def subject_of(attempt: Attempt, answer: Mapping[str, str], return_address: str) -> str:
    """Who the provider says it is, from what the browser brought back.

    Raise `ProviderRefusal` for what was not asked, forged, replayed or refused; `ProviderDown`.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise ProviderRefusal(_("Cette réponse n’est pas celle de votre demande : recommencez."))
    if answer.get("error") or not answer.get("code"):
        raise ProviderRefusal(
            _("%(provider)s n’a pas confirmé qui vous êtes : recommencez.") % {"provider": name()}
        )
    known = _discovered()
    token = _exchanged(known, attempt, answer["code"], return_address)
    claims = _checked(token, _signing_keys(known), attempt)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_CHARACTERS:
        raise _not_vouched()
    return subject


def _exchanged(known: Mapping[str, Any], attempt: Attempt, code: str, address: str) -> str:
    """The identity token that the provider gives for a code."""
    credentials = ":".join(
        quote(part, safe="") for part in (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    )
    form = {
        "grant_type": "authorization_code",
        "code": code[:4_000],
        "redirect_uri": address,
        "code_verifier": attempt.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in methods:
        encoded = base64.b64encode(credentials.encode()).decode()
        headers["Authorization"] = f"Basic {encoded}"
    else:
        form |= {
            "client_id": settings.OIDC_CLIENT_ID,
            "client_secret": settings.OIDC_CLIENT_SECRET,
        }
    url = _own_address(known, "token_endpoint")
    try:
        reply = outgoing.post(url, body=urlencode(form).encode(), headers=headers)
    except (outgoing.ForbiddenAddressError, outgoing.UnreachableError) as error:
        raise _down() from error
    if reply.status >= 500:
        raise _down()
    if reply.status != 200:
        # A code that was used, or that is somebody else's.
        raise _not_vouched()
    token = _document(reply.body).get("id_token")
    if not isinstance(token, str):
        raise _not_vouched()
    return token


def _checked(token: str, keys: jwt.PyJWKSet, attempt: Attempt) -> dict[str, Any]:
    """What a token says, once everything in it was checked."""
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        fitting = [key for key in keys.keys if wanted is None or key.key_id == wanted]
        if len(fitting) != 1:
            raise _not_vouched()
        claims: dict[str, Any] = jwt.decode(
            token,
            fitting[0],
            algorithms=_ALGORITHMS,
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=_CLOCK_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
    except jwt.PyJWTError as error:
        raise _not_vouched() from error
    nonce = claims["nonce"]
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), attempt.nonce.encode()
    ):
        raise _not_vouched()
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise _not_vouched()
    return claims


def _discovered() -> dict[str, Any]:
    """What the provider publishes of itself."""
    known = _fetched(settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration")
    if known.get("issuer") != settings.OIDC_ISSUER:
        raise _down()
    return known


def _signing_keys(known: Mapping[str, Any]) -> jwt.PyJWKSet:
    try:
        return jwt.PyJWKSet.from_dict(_fetched(_own_address(known, "jwks_uri")))
    except jwt.PyJWTError as error:
        raise _down() from error


def _own_address(known: Mapping[str, Any], which: str) -> str:
    """An address of the provider, on its issuer's own host."""
    address = known.get(which)
    issuer = urlsplit(settings.OIDC_ISSUER)
    if not isinstance(address, str):
        raise _down()
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise _down() from error
    if parts.scheme != "https" or parts.netloc.lower() != issuer.netloc.lower():
        raise _down()
    return address


def _fetched(url: str) -> dict[str, Any]:
    try:
        reply = outgoing.get(url, headers={"Accept": "application/json"})
    except (outgoing.ForbiddenAddressError, outgoing.UnreachableError) as error:
        raise _down() from error
    if reply.status != 200:
        raise _down()
    return _document(reply.body)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise _down() from error
    if not isinstance(document, dict):
        raise _down()
    return document


def _down() -> ProviderDown:
    return ProviderDown(
        _("%(provider)s ne répond pas comme prévu. Réessayez dans quelques minutes.")
        % {"provider": name()}
    )


def _not_vouched() -> ProviderRefusal:
    return ProviderRefusal(
        _("La réponse de %(provider)s ne prouve pas qui vous êtes : recommencez.")
        % {"provider": name()}
    )
