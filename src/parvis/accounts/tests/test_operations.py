"""Roles, links, invitations, lost second factors and erasure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils import timezone

from parvis.accounts import operations
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import hats_of
from parvis.accounts.models import Invitation, Person, Role, SignInLink
from parvis.accounts.tests.factories import PersonFactory, RoleFactory
from parvis.accounts.tokens import digest
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import OutgoingMail
from parvis.journal.models import Entry

pytestmark = pytest.mark.django_db

BASE_URL = "https://barometre.exemple.invalid"


def token_in_last_mail() -> str:
    body = OutgoingMail.objects.latest("pk").body
    address = next(line for line in body.splitlines() if line.startswith(BASE_URL))
    return address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


class TestRoles:
    def test_granting_twice_gives_one_role(self):
        person = PersonFactory()
        first = operations.grant_role(person=person, kind=RoleKind.OPERATOR, by=None)
        second = operations.grant_role(person=person, kind=RoleKind.OPERATOR, by=None)
        assert first == second
        assert Entry.objects.filter(action="role.granted").count() == 1

    def test_the_last_operator_stays(self):
        role = RoleFactory(kind=RoleKind.OPERATOR)
        with pytest.raises(Refusal, match="dernier opérateur"):
            operations.end_role(role=role, by=role.person)
        assert Role.objects.get().ended_at is None

    def test_an_operator_leaves_when_another_remains(self):
        role = RoleFactory(kind=RoleKind.OPERATOR)
        other = RoleFactory(kind=RoleKind.OPERATOR)
        operations.end_role(role=role, by=other.person)
        assert hats_of(role.person) == []
        assert [hat.kind for hat in hats_of(other.person)] == [RoleKind.OPERATOR]


class TestSignInLinks:
    def test_a_link_serves_once(self):
        person = PersonFactory()
        operations.send_sign_in_link(email=person.email.upper(), base_url=BASE_URL)
        token = token_in_last_mail()
        assert operations.use_sign_in_link(token=token) == person
        with pytest.raises(Refusal, match="déjà servi"):
            operations.use_sign_in_link(token=token)

    def test_a_link_expires(self):
        person = PersonFactory()
        operations.send_sign_in_link(email=person.email, base_url=BASE_URL)
        SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        with pytest.raises(Refusal):
            operations.use_sign_in_link(token=token_in_last_mail())

    def test_an_unknown_address_gets_nothing_and_no_error(self):
        operations.send_sign_in_link(email="inconnu@exemple.invalid", base_url=BASE_URL)
        assert not OutgoingMail.objects.exists()

    def test_the_database_holds_no_token(self):
        person = PersonFactory()
        operations.send_sign_in_link(email=person.email, base_url=BASE_URL)
        token = token_in_last_mail()
        assert SignInLink.objects.get().token_sha256 == digest(token) != token

    def test_following_a_link_proves_the_address(self):
        person = PersonFactory()
        EmailAddress.objects.update(verified=False)
        operations.send_sign_in_link(email=person.email, base_url=BASE_URL)
        operations.use_sign_in_link(token=token_in_last_mail())
        assert EmailAddress.objects.get().verified


class TestInvitations:
    @pytest.fixture
    def operator(self) -> Person:
        return PersonFactory(operator=True)

    def invite(self, operator: Person, email: str = "relectrice@exemple.invalid") -> Invitation:
        return operations.invite(
            email=email, kind=RoleKind.REVIEWER, by=operator, base_url=BASE_URL
        )

    def test_accepting_creates_the_account_and_grants_the_role(self, operator):
        self.invite(operator)
        person = operations.accept_invitation(token=token_in_last_mail(), signed_in=None)
        assert person.email == "relectrice@exemple.invalid"
        assert [hat.kind for hat in hats_of(person)] == [RoleKind.REVIEWER]
        assert not person.has_usable_password()

    def test_accepting_twice_is_refused(self, operator):
        self.invite(operator)
        token = token_in_last_mail()
        operations.accept_invitation(token=token, signed_in=None)
        with pytest.raises(Refusal, match="déjà servi"):
            operations.accept_invitation(token=token, signed_in=None)
        assert Role.objects.filter(kind=RoleKind.REVIEWER).count() == 1

    def test_a_second_address_somebody_proved_is_theirs(self, operator):
        person = PersonFactory()
        EmailAddress.objects.create(user=person, email="seconde@exemple.invalid", verified=True)
        self.invite(operator, "seconde@exemple.invalid")
        token = token_in_last_mail()
        assert operations.accept_invitation(token=token, signed_in=person) == person
        assert [hat.kind for hat in hats_of(person)] == [RoleKind.REVIEWER]

    def test_inviting_again_replaces_the_first_link(self, operator):
        self.invite(operator)
        first = token_in_last_mail()
        self.invite(operator)
        with pytest.raises(Refusal):
            operations.accept_invitation(token=first, signed_in=None)
        operations.accept_invitation(token=token_in_last_mail(), signed_in=None)

    def test_somebody_else_cannot_take_it(self, operator):
        self.invite(operator)
        stranger = PersonFactory()
        with pytest.raises(Conflict, match="autre adresse"):
            operations.accept_invitation(token=token_in_last_mail(), signed_in=stranger)
        assert hats_of(stranger) == []


class TestSecondFactor:
    def test_another_operator_removes_a_lost_one(self):
        lost, other = PersonFactory(operator=True), PersonFactory(operator=True)
        operations.reset_second_factor(person=lost, by=other, reason="rappelée à l'accueil")
        assert not Authenticator.objects.filter(user=lost).exists()
        mail = OutgoingMail.objects.get()
        assert mail.to == lost.email
        assert "rappelée à l'accueil" in mail.body
        assert Entry.objects.filter(action="second_factor.reset", actor_id=other.pk).exists()

    def test_nobody_removes_their_own(self):
        person = PersonFactory(operator=True)
        with pytest.raises(Refusal, match="autre opérateur"):
            operations.reset_second_factor(person=person, by=person, reason="je l’ai perdu")
        assert Authenticator.objects.filter(user=person).exists()

    def test_a_reason_is_needed(self):
        lost, other = PersonFactory(operator=True), PersonFactory(operator=True)
        with pytest.raises(Refusal):
            operations.reset_second_factor(person=lost, by=other, reason="  ")
        assert Authenticator.objects.filter(user=lost).exists()


class TestErasure:
    def test_the_identity_goes_and_the_acts_stay(self):
        RoleFactory(kind=RoleKind.OPERATOR)
        person = PersonFactory(operator=True, display_name="Jeanne Dupuis")
        email = person.email
        operations.send_sign_in_link(email=email, base_url=BASE_URL)
        operations.erase_person(person=person, by=person)
        stored = Person.objects.get(pk=person.pk)
        assert email not in stored.email
        assert stored.display_name == ""
        assert not stored.is_active
        assert hats_of(stored) == []
        assert not EmailAddress.objects.filter(email=email).exists()
        assert Entry.objects.filter(action="person.erased", actor_id=person.pk).exists()

    def test_erasing_twice_changes_nothing_more(self):
        person = PersonFactory()
        operations.erase_person(person=person, by=person)
        first = Person.objects.get(pk=person.pk).erased_at
        operations.erase_person(person=Person.objects.get(pk=person.pk), by=None)
        assert Person.objects.get(pk=person.pk).erased_at == first

    def test_spent_links_and_old_invitations_leave_on_time(self):
        person = PersonFactory(operator=True)
        operations.send_sign_in_link(email=person.email, base_url=BASE_URL)
        operations.invite(
            email="a@exemple.invalid", kind=RoleKind.REVIEWER, by=person, base_url=BASE_URL
        )
        later = timezone.now() + timedelta(days=366)
        assert operations.purge_spent_links(later, True) == 1
        assert operations.purge_spent_links(later, False) == 1
        assert operations.purge_old_invitations(later, False) == 1
        assert operations.purge_old_invitations(later, False) == 0
        assert not SignInLink.objects.exists()
        assert "a@exemple" not in Invitation.objects.get().email
