"""The team of a consultation: invited by mail, each for a role, seeing that consultation alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import hats_of
from parvis.accounts.models import Person
from parvis.accounts.operations import INVITATION_LIFETIME, accept_invitation, leave
from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import TeamRole
from parvis.consultations.models import Consultation, Participant, TeamInvitation, TeamMember
from parvis.consultations.operations.team import forget_old_invitations, invite_member
from parvis.consultations.permissions.members import may_answer, may_key_paper, may_moderate
from parvis.consultations.tests.factories import participant, running_phase
from parvis.consultations.tests.moderators import coordinator_of, member_of
from parvis.foundation.errors import Refusal
from parvis.foundation.models import OutgoingMail
from parvis.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

ADDRESS = "moderatrice@exemple.invalid"


def invited(consultation: Consultation, role: TeamRole = TeamRole.MODERATOR) -> str:
    """Invite somebody; the token of the link they receive."""
    invite_member(
        consultation=consultation,
        email=ADDRESS,
        role=role,
        by=PersonFactory.create(),
        base_url="https://parvis.exemple",
    )
    mail = OutgoingMail.objects.order_by("pk").last()
    assert mail is not None
    found = re.search(r"/invitation/([^/\s]+)", mail.body)
    assert found, mail.body
    return found.group(1)


def page(consultation: Consultation, name: str = "members", *more: object) -> str:
    return reverse(f"consultations:{name}", args=[consultation.pk, *more])


def test_an_invitation_gives_a_role_in_one_consultation_and_no_more():
    consultation = running_phase().consultation
    neighbour = running_phase(organisation=consultation.organisation).consultation
    participant(consultation)
    client, _coordinator = coordinator_of(consultation)
    client.post(page(consultation), {"email": ADDRESS.upper(), "role": "moderator"})
    mail = OutgoingMail.objects.get()
    assert "Modération, pour la consultation" in mail.body
    token = re.search(r"/invitation/([^/\s]+)", mail.body)
    assert token
    person = accept_invitation(token=token.group(1), signed_in=None)
    (hat,) = hats_of(person)
    assert hat.kind == RoleKind.CONSULTATION_TEAM
    assert may_moderate(hat, consultation)
    assert not may_key_paper(hat, consultation)
    assert not may_answer(hat, consultation)
    assert not may_moderate(hat, neighbour)
    assert list(Consultation.objects.visible_to(hat)) == [consultation]
    # Nothing that tells who takes part.
    assert not Participant.objects.visible_to(hat).exists()
    assert not TeamInvitation.objects.exists()
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"consultation.member_invited", "consultation.member_joined"} <= actions
    assert not any(ADDRESS in str(entry.details).lower() for entry in Entry.objects.all())


def test_two_offers_are_taken_by_one_link():
    consultation = running_phase().consultation
    first = invited(consultation)
    second = invited(running_phase().consultation, TeamRole.PAPER)
    with pytest.raises(Refusal):
        accept_invitation(token=first, signed_in=None)
    person = accept_invitation(token=second, signed_in=None)
    assert TeamMember.objects.filter(person=person).count() == 2
    assert len(hats_of(person)) == 2


def test_an_offer_taken_back_or_too_old_grants_nothing():
    consultation = running_phase().consultation
    client, _coordinator = coordinator_of(consultation)
    token = invited(consultation)
    offer = TeamInvitation.objects.get()
    for _click in range(2):
        client.post(page(consultation, "withdraw_invitation", offer.pk))
    with pytest.raises(Refusal, match="annulée"):
        accept_invitation(token=token, signed_in=None)
    assert not TeamMember.objects.exists()
    assert not Person.objects.filter(email=ADDRESS).exists()
    invited(consultation)
    late = timezone.now() + INVITATION_LIFETIME + timedelta(minutes=1)
    assert forget_old_invitations(late, True) == 1
    assert forget_old_invitations(late, False) == 1
    assert not TeamInvitation.objects.exists()


def test_a_role_is_changed_and_ended():
    consultation = running_phase().consultation
    client, _coordinator = coordinator_of(consultation)
    theirs, person = member_of(consultation, TeamRole.MODERATOR)
    member = TeamMember.objects.get()
    client.post(page(consultation, "change_member", member.pk), {"role": "paper"})
    member.refresh_from_db()
    assert member.role == TeamRole.PAPER
    assert theirs.get(page(consultation, "moderation")).status_code == 403
    wrong = client.post(page(consultation, "change_member", member.pk), {"role": "\x00"})
    assert wrong.status_code == 422
    answers = [client.post(page(consultation, "remove_member", member.pk)) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 404]
    assert hats_of(person) == []
    assert theirs.get(page(consultation, "paper")).status_code == 403
    entry = Entry.objects.get(action="consultation.member_removed")
    assert entry.details["person"] == person.pk


def test_a_role_held_twice_is_said():
    consultation = running_phase().consultation
    client, _coordinator = coordinator_of(consultation)
    _client, person = member_of(consultation, TeamRole.MODERATOR, TeamRole.PAPER)
    moderator = TeamMember.objects.get(role=TeamRole.MODERATOR)
    client.post(page(consultation, "change_member", moderator.pk), {"role": "paper"})
    moderator.refresh_from_db()
    assert moderator.role == TeamRole.MODERATOR
    again = client.post(page(consultation), {"email": person.email, "role": "paper"})
    assert again.status_code == 422
    assert "tient déjà ce rôle" in again.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"email": "personne", "role": "moderator"},
        {"email": ADDRESS, "role": "operator"},
        {"email": "\x00@exemple.fr", "role": "moderator"},
        {"email": f"{'x' * 300}@exemple.fr", "role": "moderator"},
    ],
)
def test_an_invitation_that_is_none_is_refused(sent):
    consultation = running_phase().consultation
    client, _coordinator = coordinator_of(consultation)
    assert client.post(page(consultation), sent).status_code == 422
    assert not TeamInvitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_who_leaves_parvis_leaves_every_team():
    consultation = running_phase().consultation
    _client, person = member_of(consultation, TeamRole.MODERATOR, TeamRole.ANSWERS)
    leave(person=person, by=None)
    assert not TeamMember.objects.exists()
    assert Entry.objects.filter(action="consultation.member_removed").count() == 2


def test_a_member_finds_their_consultations_on_their_pages():
    consultation = running_phase(title="Une place pour respirer").consultation
    running_phase(title="Celle d’à côté", organisation=consultation.organisation)
    client, _person = member_of(consultation, TeamRole.MODERATOR, TeamRole.PAPER)
    for name in ("web:home", "consultations:team_home"):
        shown = client.get(reverse(name)).content.decode()
        assert "Une place pour respirer" in shown
        assert "Celle d’à côté" not in shown
    assert client.get(page(consultation)).status_code == 403
