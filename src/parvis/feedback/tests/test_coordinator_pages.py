"""A coordinator's pages: touchpoints, kiosks, posters, and who may set up what."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pytest
import segno
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from PIL import Image
from pypdf import PdfReader

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.documents.poster import PosterSize, render_poster
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, RegistrationOption
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.enums import AlertKind, DeviceKind
from parvis.feedback.models import Device, PairingCode, Touchpoint
from parvis.feedback.operations.alerts import open_alert
from parvis.feedback.posters import poster_of
from parvis.feedback.tests.comment_factories import CommentFactory
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    the_version,
)
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory, SiteFactory

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"feedback:{name}", args=args)


def tick_option(registration):
    option = Option.objects.get(edition=registration.edition, code=OptionCode.FEEDBACK)
    RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)


@pytest.fixture
def registration():
    made = RegistrationFactory(confirmed=True)
    tick_option(made)
    return made


@pytest.fixture
def body(registration):
    return registration.organisation


@pytest.fixture
def client(registration):
    return sign_in(Client(), registration.submitted_by)


@pytest.fixture
def without_option():
    """A confirmed coordinator of a body that takes part without the option."""
    made = RegistrationFactory(confirmed=True)
    return sign_in(Client(), made.submitted_by), made.organisation


def form(published, **changes):
    return {
        "name": "Accueil de la mairie",
        "site": "",
        "service": "État civil",
        "stage": "handling",
        "channel": "visit",
        "staffing": "3",
        "questionnaire": str(published.pk),
        "time_zone": "Europe/Paris",
        **changes,
    }


# --- Touchpoints ----------------------------------------------------------------------------------


def test_a_touchpoint_opens_with_its_code_and_its_public_page(client, body):
    questionnaire = QuestionnaireFactory(organisation=body)
    site = SiteFactory(organisation=body)
    response = client.post(page("open_touchpoint"), form(questionnaire, site=str(site.pk)))
    made = Touchpoint.objects.get()
    assert response.status_code == 302
    assert response["Location"] == page("touchpoint", made.pk)
    assert re.fullmatch(r"[23456789abcdefghjkmnpqrstvwxyz]{8}", made.code)
    assert (made.organisation, made.site, made.staffing) == (body, site, 3)
    public_page = Device.objects.get(touchpoint=made)
    assert (public_page.kind, public_page.secret_hash) == (DeviceKind.LINK, "")


def test_the_page_says_what_few_agents_mean(client, body):
    questionnaire = QuestionnaireFactory(organisation=body)
    asked = client.get(page("open_touchpoint")).content.decode()
    assert "À moins de 5" in asked
    assert "30 réponses" in asked
    client.post(page("open_touchpoint"), form(questionnaire))
    shown = client.get(page("touchpoint", Touchpoint.objects.get().pk)).content.decode()
    assert "ne surveille personne" in shown


def test_the_form_has_words_for_no_stage_and_the_page_an_address_cut_at_its_slashes(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    assert '<option value="" selected>Aucune en particulier</option>' in (
        client.get(page("open_touchpoint")).content.decode()
    )
    shown = client.get(page("touchpoint", touchpoint.pk)).content.decode()
    assert f"testserver/<wbr>avis/<wbr>{touchpoint.code}</a>" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("staffing", "0"),
        ("staffing", "-3"),
        ("staffing", "beaucoup"),
        ("channel", "pigeon"),
        ("time_zone", "Mars/Olympus"),
        ("questionnaire", "999999"),
        ("site", "999999"),
    ],
)
def test_a_wrong_field_is_said_and_nothing_typed_is_lost(client, body, field, value):
    questionnaire = QuestionnaireFactory(organisation=body)
    response = client.post(page("open_touchpoint"), form(questionnaire, **{field: value}))
    assert response.status_code == 422
    assert "État civil" in response.content.decode()
    assert field in response.context["form"].errors
    assert not Touchpoint.objects.exists()


def test_a_name_serves_once(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    response = client.post(
        page("open_touchpoint"), form(touchpoint.questionnaire, name=touchpoint.name)
    )
    assert response.status_code == 422
    assert "déjà un point d’écoute de ce nom" in response.content.decode()


def test_a_draft_that_was_never_published_is_not_proposed(client, body):
    draft = QuestionnaireFactory(organisation=body, published=False)
    assert client.get(page("open_touchpoint"))["Location"] == page("questionnaires")
    QuestionnaireFactory(organisation=body)
    assert client.post(page("open_touchpoint"), form(draft)).status_code == 422


def test_an_older_form_is_shown_both_versions_and_keeps_what_was_typed(client, body):
    touchpoint = TouchpointFactory(organisation=body, name="Ancien")
    sent = form(touchpoint.questionnaire, name="Le mien", revision="1")
    Touchpoint.objects.update(name="Celui d’un collègue", revision=2)
    response = client.post(page("change_touchpoint", touchpoint.pk), sent)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Celui d’un collègue" in text
    assert "Le mien" in text
    again = client.post(page("change_touchpoint", touchpoint.pk), {**sent, "revision": "2"})
    assert again.status_code == 302
    touchpoint.refresh_from_db()
    assert (touchpoint.name, touchpoint.revision) == ("Le mien", 3)


def test_changing_a_touchpoint_tells_its_kiosks(client, body):
    kiosk = KioskFactory(touchpoint=TouchpointFactory(organisation=body))
    touchpoint = kiosk.touchpoint
    client.post(
        page("change_touchpoint", touchpoint.pk),
        form(touchpoint.questionnaire, name="Nouveau nom", revision="1"),
    )
    kiosk.refresh_from_db()
    assert kiosk.configuration == 2


def test_a_touchpoint_closes_and_opens_again_with_the_same_code(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    assert "Fermer" in client.get(page("close_touchpoint", touchpoint.pk)).content.decode()
    client.post(page("close_touchpoint", touchpoint.pk))
    touchpoint.refresh_from_db()
    assert touchpoint.closed_at is not None
    code = touchpoint.code
    client.post(page("reopen_touchpoint", touchpoint.pk))
    touchpoint.refresh_from_db()
    assert (touchpoint.closed_at, touchpoint.code) == (None, code)


def test_the_list_filters_by_place_service_and_state(client, body):
    site = SiteFactory(organisation=body)
    TouchpointFactory(organisation=body, name="Ici", site=site, service="Piscine")
    TouchpointFactory(organisation=body, name="Ailleurs", service="État civil")
    TouchpointFactory(organisation=body, name="Avant", closed_at=timezone.now())

    def found(**query):
        rows = client.get(page("touchpoints"), query).context["listing"].page
        return sorted(row.name for row in rows)

    assert found() == ["Ailleurs", "Avant", "Ici"]
    assert found(lieu=site.pk) == ["Ici"]
    assert found(service="Piscine") == ["Ici"]
    assert found(etat="ferme") == ["Avant"]
    assert found(etat="ouvert", service="État civil") == ["Ailleurs"]
    assert found(lieu="x") == ["Ailleurs", "Avant", "Ici"]


def test_the_cost_of_the_list_does_not_depend_on_its_length(
    client, body, django_assert_max_num_queries
):
    questionnaire = QuestionnaireFactory(organisation=body)
    for _rank in range(12):
        TouchpointFactory(organisation=body, questionnaire=questionnaire)
    with django_assert_max_num_queries(16):
        client.get(page("touchpoints"))


# --- Who ------------------------------------------------------------------------------------------


def test_another_body_s_objects_are_absent(client):
    kiosk = KioskFactory()
    theirs = kiosk.touchpoint
    for name, pk in [
        ("touchpoint", theirs.pk),
        ("change_touchpoint", theirs.pk),
        ("close_touchpoint", theirs.pk),
        ("ask_pairing_code", theirs.pk),
        ("questionnaire", theirs.questionnaire_id),
        ("publish_questionnaire", theirs.questionnaire_id),
        ("speech", theirs.questionnaire_id),
        ("kiosk_health", kiosk.pk),
        ("revoke_kiosk", kiosk.pk),
    ]:
        assert client.get(page(name, pk)).status_code == 404, name
        assert client.post(page(name, pk)).status_code in (404, 405), name
    assert client.get(page("poster", theirs.pk, "a4")).status_code == 404


def test_the_public_page_is_no_kiosk_to_revoke(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    link = Device.objects.get(touchpoint=touchpoint)
    assert client.post(page("revoke_kiosk", link.pk)).status_code == 404


def test_without_the_option_the_home_says_how_to_get_it(without_option):
    client, _body = without_option
    text = client.get(page("home")).content.decode()
    assert "ne l’a cochée dans aucune édition ouverte" in text
    assert reverse("editions:my_registrations") in text


@pytest.mark.parametrize("name", ["open_touchpoint", "create_questionnaire"])
def test_without_the_option_nothing_new_is_set_up(without_option, name):
    client, _body = without_option
    assert client.get(page(name)).status_code == 403
    assert client.post(page(name), {"name": "x"}).status_code == 403


def test_what_is_there_keeps_working_without_the_option(without_option):
    client, body = without_option
    touchpoint = TouchpointFactory(organisation=body)
    assert client.get(page("home")).status_code == 200
    assert client.get(page("touchpoint", touchpoint.pk)).status_code == 200
    changed = form(touchpoint.questionnaire, name="Autre", revision="1")
    assert client.post(page("change_touchpoint", touchpoint.pk), changed).status_code == 302
    assert client.post(page("ask_pairing_code", touchpoint.pk), {"name": "x"}).status_code == 403


def test_an_option_of_a_draft_edition_or_of_a_withdrawn_body_opens_nothing(client, registration):
    assert client.get(page("create_questionnaire")).status_code == 200
    edition = registration.edition
    edition.opened_at = None
    edition.save()
    assert client.get(page("create_questionnaire")).status_code == 403


def test_a_mandate_that_waits_opens_nothing():
    mandate = MandateFactory(organisation=OrganisationFactory())
    assert sign_in(Client(), mandate.person).get(page("home")).status_code == 403


def test_an_operator_has_no_business_there():
    operator = sign_in(Client(), PersonFactory(operator=True))
    assert operator.get(page("home")).status_code == 403


# --- Home -----------------------------------------------------------------------------------------


def test_the_home_tells_the_next_step(client, body):
    def step():
        return client.get(page("home")).context["step"]

    assert step() == 1
    touchpoint_questionnaire = QuestionnaireFactory(organisation=body)
    assert step() == 2
    touchpoint = TouchpointFactory(organisation=body, questionnaire=touchpoint_questionnaire)
    assert step() == 3
    KioskFactory(touchpoint=touchpoint)
    assert step() == 4


def test_the_home_says_what_waits_for_somebody(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    quiet = client.get(page("home")).content.decode()
    assert "à traiter" not in quiet
    assert "à relire" not in quiet
    details = {"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}}
    with scopes_disabled():
        open_alert(touchpoint=touchpoint, kind=AlertKind.MISUSE, details=details)
    for _rank in range(2):
        CommentFactory(touchpoint=touchpoint)
    CommentFactory()  # another body's
    text = client.get(page("home")).content.decode()
    assert "1 alerte à traiter" in text
    assert "2 textes à relire" in text


# --- Kiosks ---------------------------------------------------------------------------------------


def test_a_code_is_shown_once_in_two_groups(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    response = client.post(page("ask_pairing_code", touchpoint.pk), {"name": "Hall"})
    text = response.content.decode()
    assert response.status_code == 200
    assert re.search(r">[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}<", text)
    assert response["Cache-Control"] == "no-store"
    assert "/borne/" in text
    assert PairingCode.objects.get().device_name == "Hall"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_kiosk_has_a_name(client, body, name):
    touchpoint = TouchpointFactory(organisation=body)
    response = client.post(page("ask_pairing_code", touchpoint.pk), {"name": name})
    assert response.status_code == 422
    assert not PairingCode.objects.exists()


def test_no_code_for_a_closed_touchpoint(client, body):
    touchpoint = TouchpointFactory(organisation=body, closed_at=timezone.now())
    response = client.post(page("ask_pairing_code", touchpoint.pk), {"name": "Hall"})
    assert response.status_code == 409


def test_the_page_of_a_kiosk_tells_its_health(client, body):
    kiosk = KioskFactory(
        touchpoint=TouchpointFactory(organisation=body),
        last_seen_at=timezone.now(),
        queue_length=12,
        highest_sequence=40,
        missing_sequences=[[3, 3], [10, 14]],
        clock_offset_ms=-3 * 86_400_000,
        storage_left_bytes=12_000_000,
        app_version="1.2.3",
    )
    text = client.get(page("kiosk_health", kiosk.pk)).content.decode()
    for expected in ("En service", "10–14", "En avance de 3 jours", "12 Mo", "1.2.3"):
        assert expected in text.replace("\u00a0", " "), expected
    listed = client.get(page("kiosks")).content.decode().replace("\u00a0", " ")
    for expected in (kiosk.name, "En avance de 3 jours", "12 Mo", "1.2.3"):
        assert expected in listed, expected
    assert client.get(page("kiosks"), {"etat": "active"}).context["listing"].count == 1
    assert client.get(page("kiosks"), {"etat": "muette"}).context["listing"].count == 0


def test_revoking_tells_what_becomes_of_the_queue(client, body):
    kiosk = KioskFactory(touchpoint=TouchpointFactory(organisation=body), queue_length=7)
    asked = client.get(page("revoke_kiosk", kiosk.pk)).content.decode()
    assert "7 réponses attendaient" in asked
    client.post(page("revoke_kiosk", kiosk.pk))
    kiosk.refresh_from_db()
    assert kiosk.revoked_at is not None
    assert client.post(page("revoke_kiosk", kiosk.pk)).status_code == 302


def test_a_kiosk_is_renamed_and_moved(client, body):
    kiosk = KioskFactory(touchpoint=TouchpointFactory(organisation=body))
    elsewhere = TouchpointFactory(organisation=body)
    foreign = TouchpointFactory()
    sent = {"name": "Étage", "touchpoint": str(elsewhere.pk)}
    assert client.post(page("change_kiosk", kiosk.pk), sent).status_code == 302
    kiosk.refresh_from_db()
    assert (kiosk.name, kiosk.touchpoint) == ("Étage", elsewhere)
    sent["touchpoint"] = str(foreign.pk)
    assert client.post(page("change_kiosk", kiosk.pk), sent).status_code == 422


# --- Posters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "points"), [("a4", (595, 842)), ("a6", (298, 420))])
def test_a_poster_is_one_tagged_page_of_its_size(client, body, size, points):
    touchpoint = TouchpointFactory(organisation=body, name="Médiathèque des Lilas")
    response = client.get(page("poster", touchpoint.pk, size))
    assert response["Content-Type"] == "application/pdf"
    assert f"affiche-mediatheque-des-lilas-{size}.pdf" in response["Content-Disposition"]
    reader = PdfReader(io.BytesIO(response.content))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == points
    text = reader.pages[0].extract_text()
    assert "Médiathèque des Lilas" in text
    assert f"testserver/avis/{touchpoint.code}" in text.replace("\n", "")
    assert "Anonyme" in text
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_an_unknown_size_is_absent(client, body):
    touchpoint = TouchpointFactory(organisation=body)
    assert client.get(page("poster", touchpoint.pk, "a0")).status_code == 404


def test_a_poster_holds_on_one_page_whatever_the_length_of_its_texts():
    touchpoint = TouchpointFactory(name="Très-long-nom " * 7)
    document = touchpoint.questionnaire.draft
    document["steps"][0]["text"] = {"fr": "Comment " + "longuement " * 12, "en": "How " * 30}
    version = the_version(touchpoint.questionnaire)
    version.document = document
    address = "https://un-tres-long-nom-de-domaine.exemple.invalid/avis/abcd2345/"
    for size in PosterSize:
        content = render_poster(poster_of(touchpoint, version, address), size)
        assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_the_same_poster_gives_the_same_bytes():
    touchpoint = TouchpointFactory()
    poster = poster_of(touchpoint, the_version(touchpoint.questionnaire), "https://a.fr/avis/x/")
    assert render_poster(poster, PosterSize.A4) == render_poster(poster, PosterSize.A4)


@pytest.mark.parametrize("size", PosterSize)
def test_the_printed_code_is_the_one_computed_for_the_address(tmp_path, size):
    """No decoder here: what is printed is compared, square by square, with what it must be."""
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm is not installed")
    touchpoint = TouchpointFactory()
    address = f"https://parvis.exemple.invalid/avis/{touchpoint.code}/"
    (tmp_path / "poster.pdf").write_bytes(
        render_poster(poster_of(touchpoint, the_version(touchpoint.questionnaire), address), size)
    )
    command = [program, "-png", "-r", "150", "-singlefile", "poster.pdf", "poster"]
    subprocess.run(command, cwd=tmp_path, check=True)
    printed = Image.open(tmp_path / "poster.png").convert("RGB")
    # Only the code is printed in pure black.
    black = printed.convert("L").point(lambda light: 255 if light < 5 else 0)
    left, top, right, _bottom = black.getbbox()
    expected = segno.make_qr(address, error="m").matrix
    square = (right - left) / len(expected)
    for row, squares in enumerate(expected):
        for column, dark in enumerate(squares):
            centre = (left + int((column + 0.5) * square), top + int((row + 0.5) * square))
            assert (max(printed.getpixel(centre)) < 128) == bool(dark), (row, column)
