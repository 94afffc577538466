"""An identity provider of the installation: what it vouches for, and all that it does not."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import LazySettings
from django_scopes import scopes_disabled
from jwt.algorithms import RSAAlgorithm

from parvis.consultations import identity_provider
from parvis.consultations.enums import Admission, Proof
from parvis.consultations.models import Participant
from parvis.consultations.tests.factories import running_phase
from parvis.consultations.tests.visitors import Visitor
from parvis.foundation import outgoing

pytestmark = pytest.mark.django_db

ISSUER = "https://identite.exemple.fr/realm"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """One that answers as they do, and as a test says otherwise."""

    def __init__(self) -> None:
        self.key = KEY
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.published: dict[str, Any] = {}
        # Code → what was asked for with it.
        self.given: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def sign_in(self, address: str) -> str:
        """What the browser brings back once its person signed in."""
        query = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        assert query["scope"] == "openid"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.given)}"
        self.given[code] = query
        return f"?code={code}&state={query['state']}"

    def get(self, url: str, *, headers: object) -> outgoing.Reply:
        self.asked.append(url)
        if url.endswith("/.well-known/openid-configuration"):
            body = {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/auth",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
                **self.published,
            }
        else:
            public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
            body = {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
        return outgoing.Reply(200, json.dumps(body).encode(), None)

    def post(self, url: str, *, body: bytes, headers: dict[str, str]) -> outgoing.Reply:
        self.asked.append(url)
        form = {name: one[0] for name, one in parse_qs(body.decode()).items()}
        query = self.given.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge:
            return outgoing.Reply(400, b'{"error": "invalid_grant"}', None)
        assert base64.b64decode(headers["Authorization"].split()[1]) == b"parvis:secret"
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "parvis",
            "sub": "claire",
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = "une clé publique connue de tous, longue de trente-deux octets et plus"
        token = jwt.encode(
            claims,
            self.key if self.algorithm == "RS256" else key,
            algorithm=self.algorithm,
            headers={"kid": "one"},
        )
        return outgoing.Reply(200, json.dumps({"id_token": token}).encode(), None)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: LazySettings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = ISSUER, "parvis"
    settings.OIDC_CLIENT_SECRET, settings.OIDC_NAME = "secret", "Mon Identité"
    made = Provider()
    monkeypatch.setattr(outgoing, "get", made.get)
    monkeypatch.setattr(outgoing, "post", made.post)
    with scopes_disabled():
        yield made


def asked():
    return running_phase(admission=Admission.VERIFIED, proofs=[Proof.OIDC]).consultation


def come_back(visitor: Visitor, provider: Provider) -> Any:
    sent = visitor.get("to_provider", etape="1")
    assert sent.status_code == 302
    return visitor.client.get("/participer/identite/retour/" + provider.sign_in(sent.url))


def test_one_person_is_one_voice_and_no_account_is_made(provider: Provider):
    consultation = asked()
    for _device in range(2):
        visitor = Visitor(consultation)
        assert "Continuer avec Mon Identité" in visitor.get("enter").content.decode()
        answer = come_back(visitor, provider)
        assert answer.url == f"/participer/{consultation.code}/1/"
        assert visitor.is_in()
    person = Participant.objects.get()
    assert person.proof == Proof.OIDC
    assert "claire" not in person.identity
    assert all(url.startswith(ISSUER) for url in provider.asked)


def test_a_replayed_return_admits_nobody(provider: Provider):
    consultation = asked()
    visitor = Visitor(consultation)
    back = provider.sign_in(visitor.get("to_provider").url)
    assert visitor.client.get("/participer/identite/retour/" + back).status_code == 302
    assert visitor.client.get("/participer/identite/retour/" + back).status_code == 404
    # Brought to another browser, with or without an attempt of its own.
    thief = Visitor(consultation)
    assert thief.client.get("/participer/identite/retour/" + back).status_code == 404
    thief.get("to_provider")
    assert thief.client.get("/participer/identite/retour/" + back).status_code == 422
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["parvis", "other"], "azp": "other"},
        {"iss": "https://ailleurs.exemple.fr"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(provider: Provider, claims: dict[str, Any]):
    provider.claims = claims
    answer = come_back(Visitor(asked()), provider)
    assert answer.status_code == 422
    assert "ne prouve pas qui vous êtes" in answer.content.decode()
    assert not Participant.objects.exists()


def test_a_token_signed_by_somebody_else_is_refused(provider: Provider):
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come_back(Visitor(asked()), provider).status_code == 422
    provider.algorithm = "HS256"
    assert come_back(Visitor(asked()), provider).status_code == 422
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://ailleurs.exemple.fr"},
        {"token_endpoint": "https://ailleurs.exemple.fr/token"},
        {"token_endpoint": "http://identite.exemple.fr/token"},
        {"jwks_uri": "https://identite.exemple.fr@ailleurs.fr/keys"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_only_the_issuer_is_asked(provider: Provider, published: dict[str, Any]):
    visitor = Visitor(asked())
    sent = visitor.get("to_provider")
    back = provider.sign_in(sent.url)
    provider.published = published
    answer = visitor.client.get("/participer/identite/retour/" + back)
    assert answer.status_code == 502
    assert "Réessayez" in answer.content.decode()
    assert all(url.startswith(f"{ISSUER}/") for url in provider.asked)


def test_whoever_changes_their_mind_or_takes_too_long_is_told(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    visitor = Visitor(asked())
    state = parse_qs(urlsplit(visitor.get("to_provider").url).query)["state"][0]
    refused = visitor.client.get(f"/participer/identite/retour/?error=access_denied&state={state}")
    assert refused.status_code == 422
    assert "recommencez" in refused.content.decode()
    back = provider.sign_in(visitor.get("to_provider").url)
    monkeypatch.setattr(identity_provider, "LIFE_SECONDS", -1)
    assert visitor.client.get("/participer/identite/retour/" + back).status_code == 404


def test_a_provider_that_does_not_answer_is_said_to_be_down(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    def down(url: str, *, headers: object) -> outgoing.Reply:
        raise outgoing.UnreachableError

    monkeypatch.setattr(outgoing, "get", down)
    assert Visitor(asked()).get("to_provider").status_code == 502


def test_without_a_provider_there_is_no_such_means(settings: LazySettings):
    settings.OIDC_ISSUER = ""
    with scopes_disabled():
        visitor = Visitor(asked())
        assert "Aucun moyen d’entrer" in visitor.get("enter").content.decode()
        assert visitor.get("to_provider").status_code == 404
