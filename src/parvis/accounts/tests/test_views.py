"""Sign-in, hats and the team, through HTTP."""

from __future__ import annotations

import pytest
from django.urls import reverse

from parvis.accounts import operations
from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person, Role
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.foundation.models import OutgoingMail

pytestmark = pytest.mark.django_db


def link_in_last_mail() -> str:
    body = OutgoingMail.objects.latest("pk").body
    address = next(line for line in body.splitlines() if line.startswith("http"))
    return address.removeprefix("http://testserver")


def main_of(response) -> str:
    """The page without its frame, whose forms carry a new CSRF mask each time."""
    return response.content.decode().split("<main")[1].split("</main>")[0]


class TestSignInLink:
    def link(self, client, person: Person) -> str:
        client.post(reverse("accounts:request_sign_in_link"), {"email": person.email})
        return link_in_last_mail()

    def test_known_and_unknown_addresses_get_the_same_answer(self, client):
        person = PersonFactory()
        answers = [
            client.post(reverse("accounts:request_sign_in_link"), {"email": email})
            for email in (person.email, "inconnu@exemple.invalid")
        ]
        texts = [
            main_of(answer).replace(email, "…")
            for answer, email in zip(
                answers, (person.email, "inconnu@exemple.invalid"), strict=True
            )
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert texts[0] == texts[1]

    def test_opening_the_link_does_not_consume_it(self, client):
        person = PersonFactory()
        url = self.link(client, person)
        assert client.get(url).status_code == 200
        assert "_auth_user_id" not in client.session
        client.post(url)
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_a_second_factor_is_still_asked_for(self, client):
        person = PersonFactory(operator=True)
        response = client.post(self.link(client, person))
        assert response.status_code == 302
        assert response.url == reverse("mfa_authenticate")
        assert "_auth_user_id" not in client.session

    def test_it_never_leads_to_another_site(self, client):
        person = PersonFactory()
        url = self.link(client, person).split("?")[0]
        response = client.post(url, {"next": "https://ailleurs.invalid/"})
        assert response.url == reverse("web:home")


class TestHats:
    def test_one_hat_is_worn_without_asking(self, client):
        person = PersonFactory(operator=True)
        sign_in(client, person)
        assert client.get(reverse("accounts:team")).status_code == 200

    def test_with_two_hats_one_is_chosen(self, client):
        person = PersonFactory(operator=True)
        RoleFactory(person=person, kind=RoleKind.REVIEWER)
        sign_in(client, person)
        team = reverse("accounts:team")
        assert client.get(team).url == f"{reverse('accounts:hats')}?next=%2Fcompte%2Fequipe%2F"
        key = f"role:{person.roles.get(kind=RoleKind.OPERATOR).pk}"
        response = client.post(reverse("accounts:hats"), {"hat": key, "next": team})
        assert response.url == team
        assert client.get(team).status_code == 200

    def test_a_hat_of_somebody_else_is_refused(self, client):
        other = RoleFactory(kind=RoleKind.OPERATOR)
        sign_in(client, PersonFactory(reviewer=True))
        response = client.post(reverse("accounts:hats"), {"hat": f"role:{other.pk}"})
        assert response.status_code == 422

    def test_an_operator_without_second_factor_is_sent_to_set_one_up(self, client):
        role = RoleFactory(kind=RoleKind.OPERATOR)
        sign_in(client, role.person)
        response = client.get(reverse("accounts:team"))
        assert response.url == reverse("accounts:second_factor")
        assert client.get(response.url).status_code == 200

    def test_the_demonstration_flag_opens_nothing_outside_a_demonstration(self, client, settings):
        role = RoleFactory(kind=RoleKind.OPERATOR)
        sign_in(client, role.person)
        session = client.session
        session["demo_sign_in"] = True
        session.save()
        assert client.get(reverse("accounts:team")).status_code == 302
        settings.DEMO = True
        assert client.get(reverse("accounts:team")).status_code == 200


class TestTeam:
    @pytest.fixture
    def operator(self, client) -> Person:
        person = PersonFactory(operator=True)
        sign_in(client, person)
        return person

    def test_inviting_then_accepting(self, client, operator, settings):
        response = client.post(
            reverse("accounts:invite_staff"),
            {"email": "nouvelle@exemple.invalid", "kind": "reviewer"},
        )
        assert response.url == reverse("accounts:team")
        assert "nouvelle@exemple.invalid" in client.get(response.url).content.decode()
        client.logout()
        url = link_in_last_mail()
        assert client.get(url).status_code == 200
        client.post(url)
        person = Person.objects.get(email="nouvelle@exemple.invalid")
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_the_last_operator_stays_and_the_page_says_why(self, client, operator):
        role = operator.roles.get()
        response = client.post(reverse("accounts:end_role", args=[role.pk]))
        assert response.status_code == 422
        assert "dernier opérateur" in response.content.decode()
        assert Role.objects.get().ended_at is None

    def test_a_coordinator_cannot_see_the_team(self, client):
        sign_in(client, PersonFactory())
        assert client.get(reverse("accounts:team")).status_code == 403

    def test_removing_a_second_factor_asks_for_a_reason(self, client, operator):
        other = PersonFactory(reviewer=True)
        url = reverse("accounts:reset_second_factor", args=[other.pk])
        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "rappelée au standard"}).status_code == 302
        assert not other.authenticator_set.exists()

    def test_the_second_factor_of_a_person_with_two_roles_is_removed_too(self, client, operator):
        other = PersonFactory(reviewer=True)
        RoleFactory(person=other, kind=RoleKind.OPERATOR)
        url = reverse("accounts:reset_second_factor", args=[other.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"reason": "rappelée au standard"}).status_code == 302
        assert not other.authenticator_set.exists()

    def test_a_person_without_a_role_is_not_of_the_team(self, client, operator):
        url = reverse("accounts:reset_second_factor", args=[PersonFactory().pk])
        assert client.get(url).status_code == 404


class TestProfile:
    def test_export_and_erase(self, client):
        person = PersonFactory()
        sign_in(client, person)
        exported = client.get(reverse("accounts:export")).json()
        assert exported["email"] == person.email
        assert client.get(reverse("accounts:erase")).status_code == 200
        client.post(reverse("accounts:erase"))
        assert Person.objects.get(pk=person.pk).erased_at is not None
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "accounts:request_sign_in_link",
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_entrance_pages_are_open_to_all(client, name, language):
    client.cookies["django_language"] = language
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "accounts:profile",
        "accounts:hats",
        "accounts:second_factor",
        "mfa_index",
        "account_email",
        "account_logout",
    ],
)
def test_account_pages_need_sign_in(client, name):
    url = reverse(name)
    assert client.get(url).status_code == 302
    sign_in(client, PersonFactory())
    assert client.get(url).status_code == 200


def test_operations_are_reached_through_the_forms_only(client):
    sign_in(client, PersonFactory(operator=True))
    assert client.get(reverse("accounts:revoke_invitation", args=[1])).status_code == 405
    assert operations.INVITATION_LIFETIME.days == 14
