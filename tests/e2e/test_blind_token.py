"""A token from a real browser: blinded there, signed here unseen, used here with its signature."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from parvis.foundation.blind_signatures import BlindSigner, new_private_key, verify
from parvis.foundation.tests import test_blind_signatures as of_the_rfc
from tests.e2e.conftest import Reception, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]

PREPARE = """async (key) => {
  const { prepare } = await import("/static/foundation/js/blind-token.js");
  const { message, blinded, state } = await prepare(key);
  localStorage.setItem("exchange", JSON.stringify(state));
  return { message, blinded, state };
}"""
RESUME = """() => JSON.parse(localStorage.getItem("exchange")).blinded"""
FINISH = """async (blindSignature) => {
  const { finish } = await import("/static/foundation/js/blind-token.js");
  return finish(JSON.parse(localStorage.getItem("exchange")), blindSignature);
}"""
FINISH_WRONGLY = """async ([state, blindSignature]) => {
  const { finish, UnfitSignature } = await import("/static/foundation/js/blind-token.js");
  try {
    await finish(state, blindSignature);
    return "accepted";
  } catch (error) {
    return error instanceof UnfitSignature ? "unfit" : String(error);
  }
}"""


def text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


@pytest.fixture(scope="module")
def signer() -> BlindSigner:
    return BlindSigner(new_private_key())


@pytest.fixture
def visit(reception: Reception) -> Visit:
    """A page under the policy of all pages: scripts of this site only, no eval."""
    opened = reception.visit()
    opened.open(reverse("web:legal"))
    return opened


def test_a_token_is_signed_unseen_and_resumed_after_a_reload(
    visit: Visit, signer: BlindSigner
) -> None:
    prepared = visit.page.evaluate(PREPARE, text(signer.public_key))
    message = b64decode(prepared["message"], validate=True)
    visit.page.reload()
    blinded = visit.page.evaluate(RESUME)
    assert blinded == prepared["blinded"], "the same request, not a second token"
    signature = visit.page.evaluate(FINISH, text(signer.sign(b64decode(blinded, validate=True))))
    assert signature["token"] == prepared["message"]
    assert len(message) == 32 + 32
    assert verify(signer.public_key, message, b64decode(signature["signature"], validate=True))
    assert visit.complaints() == []


def test_each_token_is_another(visit: Visit, signer: BlindSigner) -> None:
    drawn = [visit.page.evaluate(PREPARE, text(signer.public_key)) for _ in range(3)]
    for name in ("message", "blinded"):
        assert len({one[name] for one in drawn}) == 3
    assert len({one["state"]["inverse"] for one in drawn}) == 3


def test_an_answer_that_is_no_signature_spoils_nothing(visit: Visit, signer: BlindSigner) -> None:
    prepared: dict[str, Any] = visit.page.evaluate(PREPARE, text(signer.public_key))
    state = prepared["state"]
    right = signer.sign(b64decode(prepared["blinded"]))
    another = BlindSigner(new_private_key())
    blinded = (2).to_bytes(another.modulus_bytes, "big")
    for wrong in (b"", right[1:], right + b"\0", bytes(len(right)), another.sign(blinded)):
        assert visit.page.evaluate(FINISH_WRONGLY, [state, text(wrong)]) == "unfit"
    assert visit.page.evaluate(FINISH_WRONGLY, [state, text(right)]) == "accepted"


def test_the_vector_of_the_rfc_in_a_browser(visit: Visit) -> None:
    vector = json.loads(Path(of_the_rfc.__file__).with_name("rfc9474.json").read_text())
    key = of_the_rfc.rsa_key(int(vector["p"], 16), int(vector["q"], 16))
    message = bytes.fromhex(vector["msg_prefix"] + vector["msg"])
    state = {
        "publicKey": text(of_the_rfc.public_der(key)),
        "message": text(message),
        "blinded": text(bytes.fromhex(vector["blinded_msg"])),
        "inverse": text(bytes.fromhex(vector["inv"])),
    }
    visit.page.evaluate("state => localStorage.setItem('exchange', JSON.stringify(state))", state)
    finished = visit.page.evaluate(FINISH, text(bytes.fromhex(vector["blind_sig"])))
    assert b64decode(finished["signature"]) == bytes.fromhex(vector["sig"])
