"""Writing an idea: drafts, near-duplicates before it leaves, files, double sends, changes."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from PIL import Image

from parvis.consultations.enums import ContributionState, ModerationMoment, PhaseKind
from parvis.consultations.models import Attachment, Contribution, Phase
from parvis.consultations.operations.attaching import SMALL_SIDE, stored_files
from parvis.consultations.phase_settings import Choice, CustomField, IdeasSettings, MapView
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from parvis.consultations.tests.test_idea_pages import address, visitor
from parvis.foundation.uploads import sweep_orphans

pytestmark = pytest.mark.django_db

SETTINGS = IdeasSettings(
    themes=(Choice("mobilites", "Déplacements"),),
    fields=(CustomField("public", "Pour qui ?", ("Enfants", "Tous"), required=True),),
    map=MapView(50.63, 3.06),
    with_documents=True,
)


@pytest.fixture(autouse=True)
def _alone(settings: Any, tmp_path: Path):
    settings.EVIDENCE_ROOT = tmp_path
    with scopes_disabled():
        yield


@pytest.fixture
def phase() -> Phase:
    return running_phase(settings=SETTINGS)


def sent(**more: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "title": "Un abri à vélos",
        "text": "Devant la gare, couvert et éclairé.",
        "theme": "mobilites",
        "champ_public": "Tous",
        "geste": "envoyer",
        **more,
    }


def picture(side: int = 900, form: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(content, form)
    return content.getvalue()


def closed(answer: Any) -> None:
    """Read the answer to its end, which closes its file and not the test's connection."""
    assert b"".join(answer.streaming_content)


def the_idea() -> Contribution:
    return Contribution.objects.exclude(state=ContributionState.WITHDRAWN).get()


def test_an_idea_sent_twice_is_one_and_waits_to_be_read(phase: Phase):
    client, what = Client(), sent(place="Gare", latitude="50,63", longitude="3.06")
    for _twice in range(2):
        response = client.post(address(phase, "idea_write"), what)
        assert response.status_code == 303
    idea = the_idea()
    assert idea.state == ContributionState.WAITING
    assert (idea.number, idea.theme, idea.answers) == (1, "mobilites", {"public": "Tous"})
    assert (idea.latitude, idea.longitude, idea.place) == (50.63, 3.06, "Gare")
    assert "abri" in idea.search_text
    assert response["Location"] == address(phase, "idea", 1)


def test_a_draft_is_kept_resumed_and_sent(phase: Phase):
    client = Client()
    client.post(address(phase, "idea_write"), sent(geste="garder"))
    draft = the_idea()
    assert draft.state == ContributionState.DRAFT
    assert draft.title in client.get(address(phase)).content.decode()
    assert draft.title not in Client().get(address(phase)).content.decode()
    assert Client().get(address(phase, "idea_edit", draft.number)).status_code == 404
    page = client.get(address(phase, "idea_edit", draft.number))
    initial = page.context["form"].initial
    client.post(
        address(phase, "idea_edit", draft.number),
        sent(title="Deux abris", token=initial["token"], revision=initial["revision"]),
    )
    assert (the_idea().title, the_idea().state) == ("Deux abris", ContributionState.WAITING)


def test_a_draft_thrown_away_leaves_no_word(phase: Phase):
    client = Client()
    client.post(
        address(phase, "idea_write"),
        sent(geste="garder", image=SimpleUploadedFile("a.png", picture()), image_description="Là"),
    )
    draft = the_idea()
    response = client.post(address(phase, "idea_discard", draft.number), follow=True)
    assert "Brouillon supprimé" in response.content.decode()
    left = Contribution.objects.get()
    assert (left.title, left.text, left.search_text, left.answers) == ("", "", "", {})
    assert not Attachment.objects.exists()
    assert client.get(address(phase, "idea", draft.number)).status_code == 404


def test_what_was_already_proposed_is_shown_before_the_idea_leaves(phase: Phase):
    near = ContributionFactory.create(
        phase=phase, title="Abri vélo couvert à la gare", text="Un abri éclairé devant la gare."
    )
    ContributionFactory.create(phase=phase, title="Cinéma en plein air", text="L’été au parc.")
    client = Client()
    response = client.post(address(phase, "idea_write"), sent())
    draft = Contribution.objects.get(state=ContributionState.DRAFT)
    assert response["Location"] == address(phase, "idea_check", draft.number)
    page = client.get(response["Location"])
    assert [card.title for card in page.context["near"]] == [near.title]
    for _twice in range(2):
        response = client.post(address(phase, "idea_check", draft.number))
        assert response["Location"] == address(phase, "idea", draft.number)
    draft.refresh_from_db()
    assert draft.state == ContributionState.WAITING


def test_near_ideas_are_told_while_one_types(phase: Phase):
    ContributionFactory.create(phase=phase, title="Abri vélo couvert à la gare")
    hidden = ContributionFactory.create(
        phase=phase, title="Abri vélo secret", state=ContributionState.WAITING
    )
    url = address(phase, "idea_near")
    fragment = Client().post(url, {"text": "abris à vélos gare"}, headers={"HX-Request": "true"})
    page = fragment.content.decode()
    assert "Abri vélo couvert" in page
    assert hidden.title not in page
    assert "<html" not in page
    assert "<html" in Client().get(url, {"text": "x\x00" * 5_000}).content.decode()


def test_an_idea_published_or_changed_is_found_at_once(phase: Phase):
    url = address(phase, "idea_near")

    def found(text: str) -> list[str]:
        return [card.title for card in Client().get(url, {"text": text}).context["near"]]

    assert found("une piscine olympique") == []
    idea = ContributionFactory.create(phase=phase, title="Une piscine olympique", text="")
    assert found("piscine olympique") == [idea.title]
    Contribution.objects.filter(pk=idea.pk).update(title="Un stade d’athlétisme", revision=2)
    assert found("piscine olympique") == []
    assert found("stade d’athlétisme") == ["Un stade d’athlétisme"]
    Contribution.objects.filter(pk=idea.pk).update(state=ContributionState.REFUSED)
    assert found("stade d’athlétisme") == []


# --- Changing it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (ModerationMoment.BEFORE, ContributionState.WAITING),
        (ModerationMoment.AFTER, ContributionState.PUBLISHED),
    ],
)
def test_what_is_changed_once_published_is_read_again(moment: str, state: str):
    phase = running_phase(settings=SETTINGS, moderation=moment)
    client, who = visitor(phase)
    idea = ContributionFactory.create(phase=phase, author=who)
    url = address(phase, "idea_edit", idea.number)
    page = client.get(url)
    changed = sent(title="Tout autre chose", revision=page.context["form"].initial["revision"])
    assert client.post(url, changed).status_code == 303
    idea.refresh_from_db()
    assert (idea.title, idea.revision, idea.state) == ("Tout autre chose", 2, state)
    assert [one.act for one in idea.decisions.all()] == ["edited"]
    stale = client.post(url, sent(title="D’un autre onglet", revision="1"))
    assert stale.status_code == 409
    assert "Tout autre chose" in stale.content.decode()
    assert "D’un autre onglet" in stale.content.decode()


def test_nobody_changes_somebody_elses(phase: Phase):
    _client, who = visitor(phase)
    idea = ContributionFactory.create(phase=phase, author=who)
    for client in (Client(), visitor(phase)[0]):
        for name in ("idea_edit", "idea_check", "idea_discard"):
            assert client.post(address(phase, name, idea.number), sent()).status_code == 404


# --- Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""},
        {"title": "a" * 151},
        {"text": "b" * 5_001},
        {"text": "nul\x00"},
        {"theme": "inconnu"},
        {"champ_public": "Personne"},
        {"champ_public": ""},
        {"latitude": "91", "longitude": "3"},
        {"latitude": "50"},
        {"latitude": "nan", "longitude": "3"},
        {"latitude": "1e400", "longitude": "3"},
        {"token": "x"},
    ],
)
def test_a_form_that_is_not_right_comes_back_with_what_was_typed(phase: Phase, bad: dict[str, str]):
    response = Client().post(address(phase, "idea_write"), sent(**bad))
    assert response.status_code == 422
    assert not Contribution.objects.exists()
    if "text" not in bad:
        assert "couvert et éclairé" in response.content.decode()


def test_a_form_sent_after_the_close_comes_back_with_what_was_typed(phase: Phase):
    client, _who = visitor(phase)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    response = client.post(address(phase, "idea_write"), sent())
    assert response.status_code == 409
    assert "couvert et éclairé" in response.content.decode()


def test_who_lost_their_access_keeps_what_was_typed():
    phase = running_phase(settings=SETTINGS, verified=True)
    response = Client().post(address(phase, "idea_write"), sent())
    assert response.status_code == 403
    assert "couvert et éclairé" in response.content.decode()


# --- Files ----------------------------------------------------------------------------------------


def test_a_picture_is_encoded_again_and_has_a_small_copy(phase: Phase, tmp_path: Path):
    client = Client()
    exif = Image.Exif()
    exif[0x010E] = "SECRET-LIEU"
    content = io.BytesIO()
    Image.new("RGB", (1_200, 800), "green").save(content, "JPEG", exif=exif)
    what = sent(image=None, image_description="Un abri")
    for _twice in range(2):
        what["image"] = SimpleUploadedFile("<b>photo</b>.jpg", content.getvalue())
        assert client.post(address(phase, "idea_write"), what).status_code == 303
    attached = Attachment.objects.get()
    assert b"SECRET" not in (tmp_path / attached.path).read_bytes()
    with Image.open(tmp_path / attached.small_path) as small_copy:
        assert max(small_copy.size) == SMALL_SIDE
    assert len(stored_files()) == 2
    assert sweep_orphans() == 0
    url = address(phase, "idea_file", the_idea().number, attached.pk)
    whole, small = client.get(url), client.get(f"{url}?petite=1")
    assert (whole["Content-Type"], small["Content-Type"]) == ("image/jpeg", "image/webp")
    assert "sandbox" in whole["Content-Security-Policy"]
    assert whole["X-Content-Type-Options"] == "nosniff"
    for answer in (whole, small):
        closed(answer)
    assert Client().get(url).status_code == 404, "not published yet"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("photo.png", b"<svg onload='alert(1)'/>"),
        ("photo.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
        ("photo.jpg", b"%PDF-1.4 /JavaScript"),
        ("vide.png", b""),
        ("grosse.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50 * 1024 * 1024),
    ],
    ids=["svg", "svg as png", "polyglot", "pdf as jpg", "empty", "50 MB"],
)
def test_a_file_that_is_no_picture_is_refused_and_the_text_stays(
    phase: Phase, name: str, content: bytes
):
    response = Client().post(
        address(phase, "idea_write"),
        sent(image=SimpleUploadedFile(name, content), image_description="Rien"),
    )
    assert response.status_code == 422
    assert "couvert et éclairé" in response.content.decode()
    assert not Contribution.objects.exists()


def test_a_picture_needs_its_words(phase: Phase):
    image = SimpleUploadedFile("a.png", picture(20))
    response = Client().post(address(phase, "idea_write"), sent(image=image))
    assert response.status_code == 422
    assert "image_description" in response.context["form"].errors


def test_three_documents_at_most(phase: Phase):
    client = Client()
    client.post(address(phase, "idea_write"), sent(geste="garder"))
    url = address(phase, "idea_edit", the_idea().number)
    statuses = [
        client.post(
            url,
            sent(
                geste="garder",
                revision=str(the_idea().revision),
                document=SimpleUploadedFile("d.pdf", b"%PDF-1.4 " + bytes([65 + rank])),
            ),
        ).status_code
        for rank in range(4)
    ]
    assert statuses == [303, 303, 303, 422]
    document = Attachment.objects.first()
    assert document is not None
    answer = client.get(address(phase, "idea_file", the_idea().number, document.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    closed(answer)
    client.post(address(phase, "idea_detach", the_idea().number, document.pk))
    assert Attachment.objects.count() == 2


def test_a_phase_of_another_kind_takes_no_idea():
    phase = running_phase(PhaseKind.OPINIONS)
    assert Client().post(address(phase, "idea_write"), sent()).status_code == 404
