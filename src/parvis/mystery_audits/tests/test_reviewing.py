"""The second reading, the closing of a wave, and the operator's pages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.operations import end_role
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.editions.enums import WaveState
from parvis.editions.tests.factories import RegistrationFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact, MysteryCitizen, Transition
from parvis.mystery_audits.operations import reviewing
from parvis.mystery_audits.operations.fieldwork import submit
from parvis.mystery_audits.operations.publication import freeze, mark_preliminary
from parvis.mystery_audits.operations.waves import close_wave, count_empty_channels, progress_of
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    MysteryCitizenFactory,
    RunningWaveFactory,
    ScenarioFactory,
)
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


def url(name, pk=None):
    return reverse(f"mystery_audits:{name}", args=[] if pk is None else [pk])


@pytest.fixture
def operator(client):
    return sign_in(client, PersonFactory(operator=True))


@pytest.fixture
def reviewer():
    return PersonFactory(reviewer=True)


# --- The second reading ------------------------------------------------------------------------


def test_taken_then_validated_each_once_however_often_it_is_clicked(reviewer):
    contact = ContactFactory(submitted=True)
    for act in (reviewing.take, reviewing.take, reviewing.validate, reviewing.validate):
        act(contact=contact, by=reviewer)
    contact.refresh_from_db()
    assert contact.state == ContactState.VALIDATED
    assert contact.validated_at is not None
    assert Transition.objects.count() == 2


def test_returned_completed_with_a_note_and_reviewed_again(reviewer):
    contact = ContactFactory(in_review=True, reviewer=reviewer, answers="best")
    reviewing.return_to_tester(contact=contact, reason="Quelle page ?", by=reviewer)
    submit(contact=contact, by=contact.mystery_citizen.person, note="La page Contact.")
    reviewing.take(contact=contact, by=reviewer)
    reasons = Transition.objects.values_list("to_state", "reason")
    assert list(reasons) == [
        (ContactState.RETURNED, "Quelle page ?"),
        (ContactState.SUBMITTED, "La page Contact."),
        (ContactState.IN_REVIEW, ""),
    ]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001, "a\x00b"])
@pytest.mark.parametrize("act", [reviewing.return_to_tester, reviewing.cancel])
def test_returning_and_cancelling_need_a_reason(act, reason, reviewer):
    contact = ContactFactory(in_review=True, reviewer=reviewer)
    with pytest.raises(Refusal) as refused:
        act(contact=contact, reason=reason, by=reviewer)
    assert refused.value.field == "reason"
    assert not Transition.objects.exists()


def test_nothing_is_returned_to_somebody_who_left_the_panel(reviewer):
    contact = ContactFactory(in_review=True, reviewer=reviewer, answers="best")
    MysteryCitizen.objects.update(left_at=timezone.now())
    with pytest.raises(Conflict, match="a quitté le panel"):
        reviewing.return_to_tester(contact=contact, reason="Quelle page ?", by=reviewer)
    reviewing.validate(contact=contact, by=reviewer)


def test_nobody_reviews_their_own_test(client):
    contact = ContactFactory(submitted=True)
    person = contact.mystery_citizen.person
    RoleFactory(person=person, kind=RoleKind.REVIEWER)
    with pytest.raises(Conflict, match="quelqu’un d’autre"):
        reviewing.take(contact=contact, by=person)


def test_one_reviewer_at_a_time(reviewer):
    contact = ContactFactory(in_review=True, reviewer=PersonFactory(reviewer=True))
    for act in (reviewing.take, reviewing.validate):
        with pytest.raises(Conflict, match="relit déjà"):
            act(contact=contact, by=reviewer)


def test_a_contact_held_by_a_reviewer_who_left_is_taken_over(client, reviewer):
    """Nobody else could decide it, and its wave could never close."""
    gone = PersonFactory()
    role = RoleFactory(person=gone, kind=RoleKind.REVIEWER)
    contact = ContactFactory(in_review=True, reviewer=gone)
    with pytest.raises(Conflict):
        reviewing.take(contact=contact, by=reviewer)
    end_role(role=role, by=PersonFactory(operator=True))
    sign_in(client, reviewer)
    assert "Reprendre la relecture" in client.get(url("review", contact.pk)).content.decode()
    assert client.post(url("take", contact.pk)).status_code == 302
    with pytest.raises(Conflict):
        reviewing.validate(contact=contact, by=gone)
    reviewing.validate(contact=contact, by=reviewer)
    assert list(Transition.objects.values_list("to_state", flat=True)) == [
        ContactState.SUBMITTED,
        ContactState.IN_REVIEW,
        ContactState.VALIDATED,
    ]


def test_the_operator_takes_over_from_a_reviewer_who_is_away(reviewer):
    contact = ContactFactory(in_review=True, reviewer=reviewer)
    operator = PersonFactory(operator=True)
    with pytest.raises(Conflict):
        reviewing.validate(contact=contact, by=operator)
    reviewing.take(contact=contact, by=operator)
    reviewing.validate(contact=contact, by=operator)
    contact.refresh_from_db()
    assert (contact.state, contact.reviewer) == (ContactState.VALIDATED, operator)


def test_nothing_is_decided_without_being_taken(reviewer):
    contact = ContactFactory(submitted=True)
    with pytest.raises(Conflict, match="prenez-la"):
        reviewing.validate(contact=contact, by=reviewer)


# --- The reviewer's pages ----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_review_page_shows_a_code_name_and_no_identity(client, reviewer, language):
    contact = ContactFactory(
        in_review=True, reviewer=reviewer, channel="email", answers="best", comment="Sobre."
    )
    page = (
        sign_in(client, reviewer)
        .get(url("review", contact.pk), headers={"Accept-Language": language})
        .content.decode()
    )
    person = contact.mystery_citizen.person
    assert contact.mystery_citizen.code_name in page
    assert person.email not in page
    assert person.display_name not in page
    assert "Sobre." in page


def test_the_queue_then_the_decisions_by_the_page(client, reviewer):
    contact = ContactFactory(submitted=True)
    sign_in(client, reviewer)
    assert url("review", contact.pk) in client.get(url("review_queue")).content.decode()
    client.post(url("take", contact.pk))
    refused = client.post(url("decide_with_reason", contact.pk), {"decision": "return"})
    assert refused.status_code == 422
    assert client.post(url("decide_with_reason", contact.pk), {"reason": "x"}).status_code == 422
    client.post(
        url("decide_with_reason", contact.pk), {"decision": "return", "reason": "Précisez."}
    )
    assert Contact.objects.get().state == ContactState.RETURNED
    sign_in(client, contact.mystery_citizen.person)
    assert "Précisez." in client.get(url("contact_form", contact.pk)).content.decode()


def test_the_queue_filters_and_survives_any_address(client, reviewer):
    mail = ContactFactory(submitted=True, channel="email")
    call = ContactFactory(submitted=True)
    sign_in(client, reviewer)
    page = client.get(url("review_queue"), {"canal": "email"}).content.decode()
    assert url("review", mail.pk) in page
    assert url("review", call.pk) not in page
    garbage = {"canal": "fax", "vague": "x", "etat": "frozen", "tri": "password", "page": "-3"}
    assert client.get(url("review_queue"), garbage).status_code == 200


@pytest.mark.parametrize("rows", [3, 30])
def test_lists_cost_the_same_queries_whatever_their_length(
    client, reviewer, rows, django_assert_max_num_queries
):
    wave, scenario = RunningWaveFactory(), ScenarioFactory()
    ContactFactory.create_batch(rows, submitted=True, wave=wave, scenario=scenario)
    sign_in(client, reviewer)
    with django_assert_max_num_queries(14):
        client.get(url("review_queue"))
    sign_in(client, PersonFactory(operator=True))
    with django_assert_max_num_queries(16):
        client.get(url("wave", wave.pk))


# --- The operator's pages ----------------------------------------------------------------------


def test_the_operator_generates_after_a_preview(operator):
    wave = RunningWaveFactory()
    ScenarioFactory(channel="phone")
    RegistrationFactory(edition=wave.edition, confirmed=True, channels=True)
    counts = {"phone": 2, "email": 0, "website": 0, "post": 0, "social": 0, "visit": 0}
    preview = operator.post(url("generate", wave.pk), counts | {"action": "preview"})
    assert "2 prises de contact à créer" in preview.content.decode()
    assert not Contact.objects.exists()
    for _click in range(2):
        operator.post(url("generate", wave.pk), counts | {"action": "generate"})
    assert Contact.objects.count() == 2
    refused = operator.post(url("generate", wave.pk), counts | {"phone": "beaucoup"})
    assert refused.status_code == 422


def test_the_operator_assigns_after_a_preview_and_takes_back(operator):
    wave = RunningWaveFactory()
    contacts = ContactFactory.create_batch(2, wave=wave, planned=True)
    citizen = MysteryCitizenFactory()
    data = {"contact": [c.pk for c in contacts], "mystery_citizen": citizen.pk}
    preview = operator.post(url("assign", wave.pk), data | {"action": "preview"})
    assert "2 prises de contact sont confiées" in preview.content.decode()
    operator.post(url("assign", wave.pk), data | {"action": "assign"})
    assert set(Contact.objects.values_list("mystery_citizen", flat=True)) == {citizen.pk}
    operator.post(url("unassign", wave.pk), data)
    assert set(Contact.objects.values_list("state", flat=True)) == {ContactState.PLANNED}
    operator.get(url("assign_evenly", wave.pk))
    operator.post(url("assign_evenly", wave.pk))
    assert Contact.objects.filter(state=ContactState.ASSIGNED).count() == 2


@pytest.mark.parametrize("ticked", [[], ["x"], ["9" * 30]])
def test_nothing_ticked_is_said_clearly(operator, ticked):
    wave = RunningWaveFactory()
    assert operator.post(url("assign", wave.pk), {"contact": ticked}).status_code == 422
    assert operator.post(url("unassign", wave.pk), {"contact": ticked}).status_code == 422


def test_a_contact_of_another_wave_is_not_found_in_this_one(operator):
    wave, other = RunningWaveFactory(), ContactFactory(planned=True)
    assert operator.post(url("unassign", wave.pk), {"contact": [other.pk]}).status_code == 404


def test_a_wave_closes_once_everything_is_settled(operator):
    wave = RunningWaveFactory()
    ContactFactory(wave=wave, planned=True)
    ContactFactory(wave=wave, submitted=True)
    ContactFactory(wave=wave, validated=True)
    progress = progress_of(wave=wave)
    assert (progress.unfinished, progress.to_review, progress.not_handed_in) == (2, 1, 1)
    assert count_empty_channels(wave=wave) == 2
    assert (
        "2 prises de contact ne sont ni"
        in operator.get(url("close_wave", wave.pk)).content.decode()
    )
    assert operator.post(url("close_wave", wave.pk)).status_code == 409
    assert operator.post(url("cancel_rest", wave.pk), {"reason": " "}).status_code == 422
    operator.post(url("cancel_rest", wave.pk), {"reason": "Intempéries"})
    # What was handed in is left to the reviewers.
    assert Contact.objects.get(state=ContactState.SUBMITTED)
    by = PersonFactory()
    handed_in = Contact.objects.get(state=ContactState.SUBMITTED)
    reviewing.take(contact=handed_in, by=by)
    reviewing.validate(contact=handed_in, by=by)
    assert operator.get(url("close_wave", wave.pk)).status_code == 200
    closed = operator.post(url("close_wave", wave.pk))
    assert closed.url == reverse("editions:board", args=[wave.edition.slug])
    wave.refresh_from_db()
    assert wave.state == WaveState.CLOSED
    with pytest.raises(Conflict):
        close_wave(wave=wave, by=by)


def test_a_publication_marks_then_freezes_only_what_it_may():
    for state in ("validated", "cancelled", "frozen", "upheld"):
        ContactFactory(**{state: True})
    assert mark_preliminary(contacts=Contact.objects.all(), by=None) == 1
    assert mark_preliminary(contacts=Contact.objects.all(), by=None) == 0
    assert freeze(contacts=Contact.objects.all(), by=None) == 2
    assert Contact.objects.scored().count() == 3


def test_the_panel_page_invites_and_lets_go(operator, mailoutbox):
    citizen = MysteryCitizenFactory()
    assert citizen.person.display_name in operator.get(url("panel")).content.decode()
    operator.post(url("invite_to_panel"), {"email": "nouvelle@exemple.invalid"})
    assert operator.post(url("invite_to_panel"), {"email": "pas une adresse"}).status_code == 422
    operator.post(url("panel_member", citizen.pk), {"departement_code": "2a"})
    citizen.refresh_from_db()
    assert citizen.departement_code == "2A"
    wrong = operator.post(url("panel_member", citizen.pk), {"departement_code": "§"})
    assert wrong.status_code == 422
    assert operator.get(url("panel_departure", citizen.pk)).status_code == 200
    operator.post(url("panel_departure", citizen.pk))
    citizen.refresh_from_db()
    assert citizen.left_at is not None


def test_an_invitation_accepted_makes_a_mystery_citizen(operator):
    from parvis.accounts.models import Invitation, Person
    from parvis.mystery_audits.operations.panel import join_by_invitation

    operator.post(url("invite_to_panel"), {"email": "nouvelle@exemple.invalid"})
    person = Person.objects.create_user("nouvelle@exemple.invalid")
    join_by_invitation(Invitation.objects.get(), person)
    assert person.mystery_citizen.code_name.startswith("MC-")


def test_the_board_says_what_the_fieldwork_waits_for(operator):
    wave = RunningWaveFactory()
    page = reverse("editions:board", args=[wave.edition.slug])
    assert "n’a aucune prise de contact" in operator.get(page).content.decode()
    ContactFactory(wave=wave, submitted=True)
    board = operator.get(page).content.decode()
    assert "attend d’être relue" in board
    assert "sur 1, 1 à relire" in board


@pytest.mark.parametrize(
    "name",
    ["my_contacts", "review_queue", "panel", "invite_to_panel"],
)
def test_a_coordinator_opens_none_of_these_pages(client, name):
    registration = RegistrationFactory(confirmed=True)
    sign_in(client, registration.submitted_by)
    assert client.get(url(name)).status_code == 403


@pytest.mark.parametrize("name", ["contact_form", "review", "wave", "close_wave", "panel_member"])
def test_a_coordinator_opens_no_contact_of_their_body(client, name):
    contact = ContactFactory(validated=True)
    registration = RegistrationFactory(
        edition=contact.wave.edition, organisation=contact.organisation, confirmed=True
    )
    sign_in(client, registration.submitted_by)
    assert client.get(url(name, contact.pk)).status_code in {403, 404}


@pytest.mark.parametrize("chosen", [True, False])
def test_a_tester_who_erases_their_account_leaves_every_contact(client, chosen):
    """Whatever hat is worn: that of a coordinator sees one body, and none may be worn at all."""
    citizen = MysteryCitizenFactory()
    contact = ContactFactory(mystery_citizen=citizen)
    begun = ContactFactory(in_progress=True, mystery_citizen=citizen)
    mandate = MandateFactory(person=citizen.person, confirmed=True)
    sign_in(client, citizen.person)
    if chosen:
        client.post(reverse("accounts:hats"), {"hat": f"mandate:{mandate.pk}"})
    assert client.post(reverse("accounts:erase")).status_code == 302
    contact.refresh_from_db()
    begun.refresh_from_db()
    assert (contact.state, contact.mystery_citizen) == (ContactState.PLANNED, None)
    assert begun.state == ContactState.CANCELLED
