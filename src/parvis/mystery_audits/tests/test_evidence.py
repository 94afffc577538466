"""Evidence: one file is one piece, whatever happens on the way; nothing hostile gets in."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.foundation.errors import Conflict, Refusal
from parvis.mystery_audits.enums import EvidenceKind
from parvis.mystery_audits.models import Evidence
from parvis.mystery_audits.operations.evidence import MAX_PIECES, add_evidence, stored_evidence
from parvis.mystery_audits.tests.factories import ContactFactory, EvidenceFactory
from parvis.mystery_audits.tests.files import huge_png, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def evidence_root(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    return tmp_path


def add(contact, content=None, *, number=None, name="capture.png", kind=EvidenceKind.SCREENSHOT):
    return add_evidence(
        contact=contact,
        file=SimpleUploadedFile(name, png() if content is None else content),
        kind=kind,
        client_id=number or uuid4(),
        by=contact.mystery_citizen.person,
    )


def test_the_row_gives_the_hash_of_the_stored_bytes(evidence_root):
    from hashlib import sha256

    piece = add(ContactFactory())
    stored = (evidence_root / piece.path).read_bytes()
    assert piece.sha256 == sha256(stored).hexdigest()
    assert piece.received_sha256 == sha256(png()).hexdigest()
    assert stored_evidence() == [(piece.path, piece.sha256)]


def test_the_same_file_sent_again_is_the_same_piece():
    contact, number = ContactFactory(), uuid4()
    assert add(contact, number=number) == add(contact, number=number)
    assert Evidence.objects.count() == 1


def test_other_bytes_under_a_known_number_are_refused_and_both_kept():
    contact, number = ContactFactory(), uuid4()
    first = add(contact, number=number)
    for _again in range(2):
        with pytest.raises(Conflict):
            add(contact, png("black"), number=number)
    kept = Evidence.objects.get(conflicts_with=first)
    assert kept.received_sha256 != first.received_sha256
    assert list(Evidence.objects.pieces()) == [first]
    page = sign_in(_client(), PersonFactory(reviewer=True)).get(
        reverse("mystery_audits:review", args=[contact.pk])
    )
    assert "Mises à part" in page.content.decode()


def _client():
    from django.test import Client

    return Client()


def test_a_number_of_another_contact_gives_nothing_of_it():
    number = uuid4()
    first = add(ContactFactory(), number=number)
    other = ContactFactory()
    with pytest.raises(Conflict):
        add(other, number=number)
    assert Evidence.objects.get(conflicts_with=first).contact == other


@pytest.mark.parametrize(
    ("content", "name", "kind", "said"),
    [
        (huge_png(), "photo.png", EvidenceKind.PHOTO, "trop de pixels"),
        (b"MZ\x90\x00" * 20, "photo.png", EvidenceKind.PHOTO, "pas d’un type accepté"),
        (b"<html><script>1</script></html>", "m.eml", EvidenceKind.MESSAGE, "pas d’un type"),
        (png(), "message.eml", EvidenceKind.MESSAGE, "n’est pas accepté ici"),
        (png(), "rapport.pdf", EvidenceKind.SCREENSHOT, "d’un autre type"),
        (b"", "vide.png", EvidenceKind.PHOTO, "vide"),
        (png(), "photo.png", "selfie", "quelle sorte"),
    ],
)
def test_what_is_disguised_or_too_large_is_refused(content, name, kind, said, evidence_root):
    with pytest.raises(Refusal, match=said):
        add(ContactFactory(), content, name=name, kind=kind)
    assert not Evidence.objects.exists()
    assert not [path for path in evidence_root.rglob("*") if path.is_file()]


def test_a_file_too_big_is_refused(settings):
    settings.EVIDENCE_MAX_BYTES = 100
    with pytest.raises(Refusal, match="trop gros"):
        add(ContactFactory(), b"x" * 101, name="journal.txt", kind=EvidenceKind.CALL_LOG)


def test_so_many_pieces_and_no_more():
    contact = ContactFactory()
    EvidenceFactory.create_batch(MAX_PIECES, contact=contact)
    with pytest.raises(Refusal, match="le maximum"):
        add(contact)


def test_nothing_is_added_once_handed_in_nor_by_somebody_else():
    with pytest.raises(Conflict, match="ne se modifie plus"):
        add(ContactFactory(submitted=True))
    contact = ContactFactory()
    with pytest.raises(Conflict, match="quelqu’un d’autre"):
        add_evidence(
            contact=contact,
            file=SimpleUploadedFile("a.png", png()),
            kind=EvidenceKind.PHOTO,
            client_id=uuid4(),
            by=PersonFactory(),
        )


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"file_id": str(uuid4())},
        {"file": SimpleUploadedFile("a.png", png()), "file_id": "1"},
        {"file": SimpleUploadedFile("a.png", png())},
        {"file": SimpleUploadedFile("a.png", png()), "file_id": str(uuid4()), "file_kind": "?"},
    ],
)
def test_a_garbled_upload_gets_a_sentence(client, data):
    contact = ContactFactory()
    sign_in(client, contact.mystery_citizen.person)
    refused = client.post(
        reverse("mystery_audits:send_evidence", args=[contact.pk]),
        data,
        headers={"Accept": "application/json"},
    )
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert not Evidence.objects.exists()
