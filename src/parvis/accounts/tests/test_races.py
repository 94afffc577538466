"""Two windows, or two impatient clicks, at the same instant on a server's database."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person, Role
from parvis.accounts.operations import accept_invitation, end_role, invite
from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Refusal
from parvis.foundation.models import OutgoingMail
from parvis.foundation.tests.races import at_once, needs_a_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server() -> None:
    needs_a_server()


def token_of(email: str, kind: RoleKind) -> str:
    invitation = invite(
        email=email, kind=kind, by=PersonFactory(), base_url="https://parvis.invalid"
    )
    body = OutgoingMail.objects.get(key=f"invitation:{invitation.pk}").body
    return body.split("/compte/invitation/")[1].split("/")[0]


def test_an_invitation_is_accepted_once() -> None:
    token = token_of("invitee@exemple.invalid", RoleKind.REVIEWER)

    def accept() -> None:
        accept_invitation(token=token, signed_in=None)

    assert isinstance(at_once(accept, accept), Refusal)
    assert Role.objects.count() == 1


def test_two_invitations_of_one_address_make_one_account() -> None:
    tokens = [
        token_of("invitee@exemple.invalid", kind) for kind in (RoleKind.REVIEWER, RoleKind.OPERATOR)
    ]
    raised = at_once(
        lambda: accept_invitation(token=tokens[0], signed_in=None),
        lambda: accept_invitation(token=tokens[1], signed_in=None),
    )
    assert raised is None
    person = Person.objects.get(email="invitee@exemple.invalid")
    assert person.roles.count() == 2


def test_two_operators_cannot_both_leave() -> None:
    first, second = (Role.objects.get(person=PersonFactory(operator=True)) for _ in range(2))
    refusal = at_once(lambda: end_role(role=first, by=None), lambda: end_role(role=second, by=None))
    assert isinstance(refusal, Refusal)


def test_signing_up_twice_at_once_is_answered_twice_and_makes_one_account() -> None:
    form = {
        "display_name": "Une personne",
        "email": "presse@exemple.invalid",
        "password1": "une phrase de passe inédite",
    }
    answers: list[int] = []

    def sign_up() -> None:
        answers.append(Client().post(reverse("account_signup"), form).status_code)

    assert at_once(sign_up, sign_up) is None
    assert answers == [302, 302]
    assert Person.objects.filter(email="presse@exemple.invalid").count() == 1
