"""The mystery citizen's pages: without JavaScript, field by field, and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.editions.tests.factories import RegistrationFactory
from parvis.mystery_audits.contact_page import answers_by_criterion
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.form_fields import moment_text
from parvis.mystery_audits.models import Answer, Contact, Evidence, Transition
from parvis.mystery_audits.questions import criteria_of, zone_of
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    EvidenceFactory,
    MysteryCitizenFactory,
    best_value,
)
from parvis.mystery_audits.tests.files import png
from parvis.questionnaires.enums import Channel

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script> & <b>gras</b>"


@pytest.fixture(autouse=True)
def evidence_root(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def contact():
    return ContactFactory()


@pytest.fixture
def tester(client, contact):
    return sign_in(client, contact.mystery_citizen.person)


def form_url(contact):
    return reverse("mystery_audits:contact_form", args=[contact.pk])


def field_url(contact):
    return reverse("mystery_audits:save_field", args=[contact.pk])


def filled_form(contact, **changes):
    """What a browser sends for the whole form opened now, answers at their best."""
    contact.refresh_from_db()
    stored = answers_by_criterion(contact)
    data = {}
    for criterion in criteria_of(contact):
        if criterion.is_entered:
            answer = stored.get(criterion.code)
            was = f"{answer.revision}:{answer.value}" if answer else "0:"
            data[f"was:{criterion.code}"] = was
            data[criterion.code] = best_value(criterion)
    zone = zone_of(contact)
    data |= {
        "was:sent_at": moment_text(contact.sent_at, zone),
        "sent_at": moment_text(timezone.now() - timedelta(hours=1), zone),
        "was:no_answer": "1" if contact.no_answer else "",
        "was:comment": contact.comment,
        "comment": "Réponse claire.",
    }
    return data | changes


def save(client, contact, field, value, base=None, **extra):
    if base is None:
        base = "0" if "." in field else ""
    return client.post(
        field_url(contact),
        {"field": field, "value": value, "base": base, **extra},
        headers={"Accept": "application/json"},
    )


# --- The whole form, without JavaScript -------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_shows_the_brief_and_asks_no_delay(tester, language):
    contact = ContactFactory(
        channel=Channel.EMAIL, mystery_citizen=Contact.objects.get().mystery_citizen
    )
    registration = RegistrationFactory(
        edition=contact.wave.edition, organisation=contact.organisation, channels=True
    )
    page = tester.get(form_url(contact), headers={"Accept-Language": language}).content.decode()
    asked = {"fr": contact.scenario.request_fr, "en": contact.scenario.request_en}[language]
    assert asked in page
    assert registration.declared_channels.get(channel=Channel.EMAIL).address in page
    assert 'name="email.answer_clarity"' in page
    assert "email.answer_delay" not in page
    # Judgements come after every fact.
    assert (
        page.index('name="email.tone"') > page.index('name="email.signed"')
        if ('name="email.signed"' in page)
        else True
    )
    assert 'name="answered_at"' in page


def test_one_button_saves_everything_and_another_hands_in(tester, contact):
    done = tester.post(form_url(contact), filled_form(contact, action="save"), follow=True)
    assert "Enregistré à" in done.content.decode()
    contact.refresh_from_db()
    assert contact.state == ContactState.IN_PROGRESS
    assert contact.comment == "Réponse claire."
    assert contact.sent_at is not None
    answers = Answer.objects.filter(contact=contact)
    assert answers.count() == sum(item.is_entered for item in criteria_of(contact))

    done = tester.post(form_url(contact), filled_form(contact, action="submit"), follow=True)
    assert "Merci" in done.content.decode()
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED
    assert set(answers.values_list("revision", flat=True)) == {1}
    # The page then shows, and no longer changes.
    page = tester.get(form_url(contact)).content.decode()
    assert "ne se modifie plus" in page
    assert "<textarea" not in page


def test_handing_in_lists_what_is_missing_with_links_and_keeps_the_rest(tester, contact):
    data = filled_form(contact, action="submit")
    for left_out in ("phone.rings", "phone.answer_clarity"):
        data[left_out] = ""
    refused = tester.post(form_url(contact), data)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Il manque 2 réponses" in page
    assert 'href="#q-phone-rings"' in page
    assert 'href="#q-phone-answer_clarity"' in page
    assert Answer.objects.filter(contact=contact, criterion="phone.greeting").exists()
    assert not Transition.objects.filter(to_state=ContactState.SUBMITTED).exists()


def test_much_that_is_missing_is_not_a_wall_of_links(tester, contact):
    page = tester.post(form_url(contact), {"action": "submit"}).content.decode()
    summary = page[page.index("error-summary") :]
    summary = summary[: summary.index("</ul>")]
    assert summary.count('href="#q-') <= 5
    assert "une à une" in summary
    assert page.count("À compléter avant de transmettre.") > 5


def test_a_question_that_does_not_apply_is_not_missing(tester, contact):
    data = filled_form(contact, action="submit")
    data["phone.no_hold"] = "yes"
    del data["phone.hold_announced"]
    del data["phone.hold_minutes"]
    assert tester.post(form_url(contact), data).status_code == 302


def test_without_any_answer_only_what_can_be_said_is_required(tester, contact):
    data = filled_form(contact, action="submit", no_answer="1")
    for criterion in criteria_of(contact):
        if criterion.scored_zero_if_no_answer:
            data.pop(criterion.code, None)
    assert tester.post(form_url(contact), data).status_code == 302
    assert Contact.objects.get(pk=contact.pk).no_answer


def test_the_now_button_notes_the_time_and_saves_the_rest(tester, contact):
    before = timezone.now().replace(second=0, microsecond=0)
    data = filled_form(contact, action="now:sent_at", sent_at="")
    tester.post(form_url(contact), data)
    contact.refresh_from_db()
    assert contact.sent_at >= before
    assert contact.comment == "Réponse claire."


def test_two_screens_both_versions_are_shown_and_nothing_is_lost(tester, contact):
    former = filled_form(contact, action="save")
    save(tester, contact, "phone.answered", "no")
    conflict = tester.post(form_url(contact), former)
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Version enregistrée : <strong>Non</strong>" in page
    assert "Votre version : <strong>Oui</strong>" in page
    assert Answer.objects.get(contact=contact, criterion="phone.answered").value == "no"
    # Everything else was kept, and saving again from this page keeps mine.
    assert Answer.objects.filter(contact=contact, criterion="phone.greeting").exists()
    again = filled_form(contact, action="save")
    assert again["was:phone.answered"] in page
    assert tester.post(form_url(contact), again).status_code == 302
    assert Answer.objects.get(contact=contact, criterion="phone.answered").value == "yes"


def test_an_old_page_does_not_undo_what_it_did_not_touch(tester, contact):
    save(tester, contact, "phone.answered", "yes")
    old_page = filled_form(contact, action="save")
    save(tester, contact, "phone.answered", "no", base="1")
    assert tester.post(form_url(contact), old_page).status_code == 302
    assert Answer.objects.get(contact=contact, criterion="phone.answered").value == "no"


def test_hostile_text_is_escaped_on_every_page(tester, contact, client):
    tester.post(form_url(contact), filled_form(contact, action="submit", comment=HOSTILE))
    reviewer = sign_in(client, PersonFactory(reviewer=True))
    for page in (
        tester.get(form_url(contact)),
        reviewer.get(reverse("mystery_audits:review", args=[contact.pk])),
    ):
        assert "<script>alert" not in page.content.decode()


def test_a_file_chosen_leaves_with_the_form(tester, contact, evidence_root):
    data = filled_form(
        contact,
        action="save",
        photo_id=str(uuid4()),
        file_id=str(uuid4()),
        file_kind=EvidenceKind.SCREENSHOT,
        file=SimpleUploadedFile("capture.png", png()),
    )
    page = tester.post(form_url(contact), data, follow=True).content.decode()
    assert "Pièce reçue : capture.png" in page
    assert (evidence_root / Evidence.objects.get().path).exists()
    # The same page sent again (a double click, a lost reply) adds nothing.
    data["file"] = SimpleUploadedFile("capture.png", png())
    tester.post(form_url(contact), data)
    assert Evidence.objects.count() == 1


def test_a_refused_file_keeps_the_answers(tester, contact):
    data = filled_form(
        contact,
        action="save",
        file_id=str(uuid4()),
        file_kind=EvidenceKind.DOCUMENT,
        file=SimpleUploadedFile("facture.pdf", b"MZ\x90\x00 not a document"),
    )
    refused = tester.post(form_url(contact), data)
    assert refused.status_code == 422
    assert "Une partie n’est pas enregistrée" in refused.content.decode()
    assert Answer.objects.filter(contact=contact).exists()
    assert not Evidence.objects.exists()


# --- Field by field, as the page's script does -------------------------------------------------


def test_a_receipt_comes_with_the_new_base(tester, contact):
    receipt = save(tester, contact, "phone.rings", "3").json()
    assert receipt["value"] == "3"
    assert receipt["base"] == "1"
    assert receipt["message"].startswith("Enregistré à ")
    # Sent again because the reply was lost: the same save.
    assert save(tester, contact, "phone.rings", "3").json()["base"] == "1"
    assert Answer.objects.get().revision == 1
    assert save(tester, contact, "phone.rings", "4", base="1").json()["base"] == "2"


def test_the_devices_own_hour_is_kept_beside_the_corrected_one(tester, contact):
    """A phone two hours ahead; the receipt was lost, so the save comes twice."""
    now = timezone.now()
    device = now + timedelta(hours=2)
    for _attempt in range(2):
        answer = save(
            tester,
            contact,
            "sent_at",
            now.isoformat(),
            device_at=device.isoformat(),
            offset_ms="-7200000",
        )
        assert answer.status_code == 200
    contact.refresh_from_db()
    reading = contact.clock_readings.get()
    assert (contact.sent_at, reading.device_at) == (now, device)
    assert reading.offset_seconds == -7200
    assert reading.event == "sent_at"
    assert abs(reading.received_at - now) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("device_at", "offset_ms"),
    [("", ""), ("hier", "0"), ("2026-03-02T10:00", "0"), ("0001-01-01T00:00Z", "9" * 30)],
)
def test_a_senseless_device_hour_does_not_cost_the_save(tester, contact, device_at, offset_ms):
    now = timezone.now()
    answer = save(
        tester, contact, "sent_at", now.isoformat(), device_at=device_at, offset_ms=offset_ms
    )
    assert answer.status_code == 200
    contact.refresh_from_db()
    assert contact.sent_at == now
    assert not contact.clock_readings.exists()


def test_a_stale_save_gets_both_versions(tester, contact):
    save(tester, contact, "phone.rings", "3")
    refused = save(tester, contact, "phone.rings", "5", base="0")
    assert refused.status_code == 409
    content = refused.json()
    assert (content["stored"], content["submitted"], content["base"]) == ("3", "5", "1")
    assert Answer.objects.get().value == "3"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phone.unknown", "yes", "ne fait pas partie"),
        ("email.tone", "warm", "ne fait pas partie"),
        ("", "yes", "ne fait pas partie"),
        ("état civil", "x" * 5000, "ne fait pas partie"),
        ("phone.rings", "trois", "nombre entier"),
        ("phone.rings", "-1", "nombre entier"),
        ("phone.answered", "maybe", "oui ou par non"),
        ("phone.answered", "na", "Sans objet"),
        ("sent_at", "hier", "date et une heure"),
        ("sent_at", "0001-01-01T00:00", "plausible"),
        ("sent_at", "9999-12-31T23:59", "plausible"),
        ("answered_at", "2026-01-01T10:00", "n’attend pas"),
        ("comment", "x" * 2001, "2001 caractères"),
        ("comment", "a\x00b", "caractère impossible"),
    ],
)
def test_garbage_gets_a_sentence_and_changes_nothing(tester, contact, field, value, said):
    refused = save(tester, contact, field, value)
    assert refused.status_code == 422
    assert said in refused.json()["message"]
    contact.refresh_from_db()
    assert contact.revision == 1
    assert not Answer.objects.exists()


@pytest.mark.parametrize("base", ["", "x", "-1", "9" * 40, "é", "1.5", "²"])
def test_a_senseless_base_is_an_old_one(tester, contact, base):
    assert save(tester, contact, "phone.rings", "3", base=base).status_code == 200
    assert save(tester, contact, "phone.rings", "4", base=base).status_code == 409


def test_a_plain_form_gets_a_page_not_json(tester, contact):
    data = {"field": "phone.rings", "value": "3", "base": "0"}
    assert tester.post(field_url(contact), data).url == form_url(contact)
    page = tester.post(field_url(contact), data | {"value": "trois"}, follow=True)
    assert "nombre entier" in page.content.decode()


# --- Lists -------------------------------------------------------------------------------------


def test_my_contacts_come_in_the_order_of_urgency(client):
    citizen = MysteryCitizenFactory()
    day = timezone.localdate()
    mine = {
        "later": ContactFactory(mystery_citizen=citizen, planned_on=day + timedelta(days=3)),
        "today": ContactFactory(mystery_citizen=citizen, planned_on=day),
        "begun": ContactFactory(mystery_citizen=citizen, in_progress=True),
        "returned": ContactFactory(mystery_citizen=citizen, returned=True),
        "done": ContactFactory(mystery_citizen=citizen, submitted=True),
    }
    other = ContactFactory()
    page = (
        sign_in(client, citizen.person).get(reverse("mystery_audits:my_contacts")).content.decode()
    )
    places = [page.index(form_url(mine[name])) for name in ("returned", "begun", "today", "later")]
    assert places == sorted(places)
    assert form_url(mine["done"]) in page
    assert form_url(other) not in page


@pytest.mark.parametrize("rows", [3, 30])
def test_my_contacts_cost_the_same_queries_whatever_their_number(
    client, rows, django_assert_max_num_queries
):
    citizen = MysteryCitizenFactory()
    ContactFactory.create_batch(rows, mystery_citizen=citizen)
    sign_in(client, citizen.person)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("mystery_audits:my_contacts")).status_code == 200


# --- Whose contact -------------------------------------------------------------------------------

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["contact_form", "save_field", "send_evidence"])
def test_another_persons_contact_is_not_found_by_any_verb(tester, name, verb):
    other = ContactFactory(in_progress=True)
    answer = getattr(tester, verb)(reverse(f"mystery_audits:{name}", args=[other.pk]))
    assert answer.status_code in {404, 405}
    if verb == "post" or (name == "contact_form" and verb in {"get", "head"}):
        assert answer.status_code == 404
    assert Contact.objects.get(pk=other.pk).revision == other.revision


@pytest.mark.parametrize(
    "name",
    [
        "review",
        "take",
        "validate",
        "decide_with_reason",
        "wave",
        "generate",
        "assign",
        "unassign",
        "assign_evenly",
        "cancel_rest",
        "close_wave",
        "panel_member",
        "panel_departure",
    ],
)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_mystery_citizen_opens_no_page_of_the_others(tester, contact, name, verb):
    answer = getattr(tester, verb)(reverse(f"mystery_audits:{name}", args=[contact.pk]))
    assert answer.status_code in {403, 405}


def test_evidence_is_streamed_to_its_tester_reviewer_and_operator_only(
    client, contact, tester, evidence_root
):
    piece = EvidenceFactory(contact=contact)
    (evidence_root / "tests").mkdir()
    (evidence_root / piece.path).write_bytes(b"octets")
    url = reverse("mystery_audits:evidence", args=[piece.pk])
    streamed = tester.get(url)
    assert b"".join(streamed.streaming_content) == b"octets"
    assert streamed["Content-Disposition"].startswith("attachment")
    other = sign_in(client, MysteryCitizenFactory().person)
    assert other.get(url).status_code == 404
    coordinator = RegistrationFactory(
        edition=contact.wave.edition, organisation=contact.organisation, confirmed=True
    ).submitted_by
    assert sign_in(client, coordinator).get(url).status_code in {403, 404}
    for kind in ("operator", "reviewer"):
        allowed = sign_in(client, PersonFactory(**{kind: True})).get(url)
        assert b"".join(allowed.streaming_content) == b"octets"


def test_a_departed_mystery_citizen_sees_nothing(client):
    contact = ContactFactory(mystery_citizen=MysteryCitizenFactory(departed=True))
    sign_in(client, contact.mystery_citizen.person)
    assert client.get(form_url(contact)).status_code == 403


def test_a_tester_who_is_also_reviewer_still_fills_as_tester_only(client, contact):
    person = contact.mystery_citizen.person
    RoleFactory(person=person, kind=RoleKind.REVIEWER)
    sign_in(client, person, RoleKind.MYSTERY_CITIZEN)
    assert save(client, contact, "phone.rings", "3").status_code == 200
