"""The pages of visitors and coordinators: who enters, what they see, what a form refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.editions.models import Edition, Registration
from parvis.editions.tests.factories import EditionFactory, ElectionFactory, RegistrationFactory
from parvis.editions.tests.pages import page, signed_in_newcomer
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return EditionFactory(complete=True)


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in(client, PersonFactory(operator=True))


class TestPublic:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_all_public_pages_render_for_anybody(
        self, client: Client, edition: Edition, language: str
    ) -> None:
        ElectionFactory(edition=edition, organisation_kind="commune")
        for address in (
            page("public_list"),
            page("public_detail", edition.slug),
            page("method", edition.slug),
        ):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address
            assert edition.title in answer.content.decode()

    def test_a_draft_does_not_exist_for_the_public(self, client: Client) -> None:
        draft = EditionFactory(weights=True, waves=True)
        assert draft.title not in client.get(page("public_list")).content.decode()
        for name in ("public_detail", "method"):
            assert client.get(page(name, draft.slug)).status_code == 404
        sign_in(client, PersonFactory())
        assert client.get(page("register", draft.slug)).status_code == 404
        sign_in(client, PersonFactory(operator=True))
        assert client.get(page("public_detail", draft.slug)).status_code == 200

    def test_a_draft_does_not_exist_for_an_operator_without_a_second_factor(
        self, client: Client
    ) -> None:
        draft = EditionFactory(weights=True, waves=True)
        sign_in(client, RoleFactory().person)
        for name in ("public_detail", "method"):
            assert client.get(page(name, draft.slug)).status_code == 404
        sign_in(client, PersonFactory(operator=True))
        for name in ("public_detail", "method"):
            assert client.get(page(name, draft.slug)).status_code == 200

    def test_few_participants_are_not_counted_aloud(self, client: Client, edition: Edition) -> None:
        RegistrationFactory.create_batch(9, edition=edition)
        address = page("public_detail", edition.slug)
        assert "organismes participent" not in client.get(address).content.decode()
        RegistrationFactory(edition=edition)
        assert "10 organismes participent" in client.get(address).content.decode()

    def test_a_running_embargo_is_said(self, client: Client, edition: Edition) -> None:
        ElectionFactory(edition=edition, label="Élections municipales")
        text = client.get(page("public_detail", edition.slug)).content.decode()
        assert "Élections municipales" in text
        assert "L52-1" in text

    def test_a_simulated_edition_says_so_everywhere(self, client: Client) -> None:
        edition = EditionFactory(complete=True, is_simulated=True)
        for name in ("public_detail", "method"):
            assert "Simulation" in client.get(page(name, edition.slug)).content.decode()

    def test_the_method_publishes_the_weights_and_the_thresholds(
        self, client: Client, edition: Edition
    ) -> None:
        text = client.get(page("method", edition.slug)).content.decode()
        for figure in ("30&nbsp;%", "25&nbsp;%", "15&nbsp;%", "à partir de 5 autres", "60"):
            assert figure in text


class TestRegistering:
    def test_the_directory_proposes_while_one_types(self) -> None:
        for simulated in (True, False):
            edition = EditionFactory(complete=True, is_simulated=simulated)
            client, _person = signed_in_newcomer()
            text = client.get(page("register", edition.slug)).content.decode()
            address = reverse("organisations:suggestions") + (
                "?simulation=oui" if simulated else ""
            )
            assert f'data-directory-search="{address}"' in text
            # Without the module the hidden field is sent empty: it is a plain search.
            answer = client.get(page("register", edition.slug, q="introuvable", organisation=""))
            assert "Aucun organisme de ce nom" in answer.content.decode()

    def test_from_the_public_page_to_the_summary(self, edition: Edition) -> None:
        body = OrganisationFactory(name="Villeneuve-l’Essai")
        client, person = signed_in_newcomer()
        assert (
            page("register", edition.slug)
            in client.get(page("public_detail", edition.slug)).content.decode()
        )
        found = client.get(page("register", edition.slug, q="villeneuve l essai")).content.decode()
        assert f"?organisation={body.pk}" in found
        address = page("register", edition.slug, organisation=body.pk)
        assert client.get(address).status_code == 200
        answer = client.post(address, registration_form(), follow=True)
        text = answer.content.decode()
        registration = Registration.objects.get()
        assert answer.redirect_chain == [(page("registration", registration.pk), 302)]
        assert "Inscrit, en attente de confirmation" in text
        assert "Il reste à déclarer" in text
        assert Mandate.objects.get(person=person).state == MandateState.REQUESTED

    def test_somebody_not_signed_in_is_asked_to_and_comes_back(
        self, client: Client, edition: Edition
    ) -> None:
        answer = client.get(page("register", edition.slug))
        assert answer.status_code == 302
        assert f"next={page('register', edition.slug)}" in answer.headers["Location"]

    def test_a_double_click_registers_once_and_ends_on_the_same_page(
        self, edition: Edition
    ) -> None:
        body = OrganisationFactory()
        client, _person = signed_in_newcomer()
        address = page("register", edition.slug, organisation=body.pk)
        answers = [client.post(address, registration_form()) for _click in range(2)]
        summary = page("registration", Registration.objects.get().pk)
        assert [answer.headers["Location"] for answer in answers] == [summary, summary]

    def test_a_form_sent_after_the_deadline_says_the_hour_and_the_zone(self) -> None:
        edition = EditionFactory(
            open=True,
            time_zone="Pacific/Tahiti",
            registration_closes_at=timezone.now() - timedelta(seconds=1),
        )
        client, _person = signed_in_newcomer()
        body = OrganisationFactory()
        answer = client.post(
            page("register", edition.slug, organisation=body.pk), registration_form()
        )
        assert answer.status_code == 409
        assert "heure de Tahiti, UTC-10:00" in answer.content.decode()
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(
        "missing", ["staff_informed", "communicability_acknowledged", "function"]
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(
        self, edition: Edition, missing: str
    ) -> None:
        client, _person = signed_in_newcomer()
        form = {key: value for key, value in registration_form().items() if key != missing}
        answer = client.post(
            page("register", edition.slug, organisation=OrganisationFactory().pk), form
        )
        assert answer.status_code == 200
        assert missing in answer.context["form"].errors
        assert "01 99 00 12 34" in answer.content.decode()
        assert not Registration.objects.exists()

    def test_a_wrong_address_is_named_on_its_field(self, edition: Edition) -> None:
        client, _person = signed_in_newcomer()
        answer = client.post(
            page("register", edition.slug, organisation=OrganisationFactory().pk),
            {**registration_form(), "channel_website": "ville.fr", "absent_phone": "on"},
        )
        assert set(answer.context["form"].errors) == {"channel_website", "channel_phone"}

    @pytest.mark.parametrize("number", ["0", "abc", "9" * 20, "²"])
    def test_a_body_that_is_none_is_not_found(self, edition: Edition, number: str) -> None:
        client, _person = signed_in_newcomer()
        address = page("register", edition.slug, organisation=number)
        assert client.get(address).status_code == 404

    def test_a_real_body_is_not_found_in_a_simulation(self) -> None:
        edition = EditionFactory(complete=True, is_simulated=True)
        client, _person = signed_in_newcomer()
        body = OrganisationFactory()
        assert client.get(page("register", edition.slug, organisation=body.pk)).status_code == 404

    def test_a_colleague_joins_instead_of_registering_again(self, edition: Edition) -> None:
        registration = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        client, person = signed_in_newcomer()
        address = page("register", edition.slug, organisation=registration.organisation_id)
        # A whole registration form sent too late is no request to join.
        text = client.post(address, registration_form()).content.decode()
        assert "est déjà inscrit" in text
        assert not Mandate.objects.filter(person=person).exists()
        answer = client.post(address, {"function": "chargé de mission", "join": "1"})
        assert answer.headers["Location"] == page("my_registrations")
        assert Mandate.objects.get(person=person).state == MandateState.REQUESTED
        # Until the operator confirms, nothing a colleague declared is shown.
        assert client.get(page("registration", registration.pk)).status_code == 404
        assert "01 99 00 12 34" not in client.get(page("my_registrations")).content.decode()
        assert "attend la confirmation" in client.get(address).content.decode()


class TestCoordinator:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_pages_render(self, edition: Edition, language: str) -> None:
        registration = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        client = sign_in(Client(), registration.submitted_by)
        for address in (
            page("my_registrations"),
            page("registration", registration.pk),
            page("amend", registration.pk),
            page("withdraw", registration.pk),
        ):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_another_body_does_not_exist(self, edition: Edition, confirmed: bool) -> None:
        own = RegistrationFactory(edition=edition, confirmed=confirmed)
        other = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        client = sign_in(Client(), own.submitted_by)
        for name in ("registration", "amend", "withdraw"):
            assert client.get(page(name, other.pk)).status_code == 404, name
            assert client.get(page(name, 999_999)).status_code == 404, name
        for name in ("amend", "withdraw"):
            assert client.post(page(name, other.pk), {"reason": "x"}).status_code == 404, name
        other.refresh_from_db()
        assert other.takes_part

    def test_mystery_citizens_and_newcomers_do_not_enter(self, edition: Edition) -> None:
        registration = RegistrationFactory(edition=edition)
        client, _person = signed_in_newcomer()
        for name in ("registration", "amend", "withdraw"):
            assert client.get(page(name, registration.pk)).status_code == 403

    def test_a_pending_author_amends_their_own_registration(self, edition: Edition) -> None:
        registration = RegistrationFactory(edition=edition, confirmed=False)
        client = sign_in(Client(), registration.submitted_by)
        answer = client.post(
            page("amend", registration.pk),
            {
                "revision": "1",
                "options": ["visits"],
                "channel_phone": "3939",
                "absent_social": "on",
                "site_name_0": "Annexe",
                "site_address_0": "2 rue Haute",
            },
        )
        assert answer.status_code == 302
        registration.refresh_from_db()
        assert registration.revision == 2
        assert registration.declared_channels.count() == 2
        assert registration.declared_sites.get().site.name == "Annexe"

    def test_a_stale_form_shows_both_versions(self, edition: Edition) -> None:
        registration = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        colleague = PersonFactory()
        MandateFactory(person=colleague, organisation=registration.organisation, confirmed=True)
        address = page("amend", registration.pk)
        sign_in(Client(), colleague).post(address, {"revision": "1", "channel_phone": "3939"})
        client = sign_in(Client(), registration.submitted_by)
        answer = client.post(address, {"revision": "1", "channel_phone": "3900"})
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "3939" in text
        assert "3900" in text
        assert registration.declared_channels.get().address == "3939"
        assert client.post(address, {"revision": "2", "channel_phone": "3900"}).status_code == 302
        assert registration.declared_channels.get().address == "3900"

    def test_after_the_deadline_one_reads_and_no_longer_writes(self) -> None:
        edition = EditionFactory(
            open=True, options=True, registration_closes_at=timezone.now() - timedelta(seconds=1)
        )
        registration = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        client = sign_in(Client(), registration.submitted_by)
        assert client.get(page("registration", registration.pk)).status_code == 200
        listed = client.get(page("my_registrations")).content.decode()
        assert "Modifiable jusqu’au" not in listed
        assert "Les inscriptions sont closes depuis" in listed
        home = client.get("/").content.decode()
        assert "à relire avant la clôture" not in home
        answer = client.post(page("amend", registration.pk), {"revision": "1"}, follow=True)
        assert "Les inscriptions sont closes depuis" in answer.content.decode()
        assert registration.declared_channels.count() == 4

    def test_after_the_deadline_the_operator_corrects_what_was_declared(
        self, operator: Client
    ) -> None:
        edition = EditionFactory(
            complete=True, registration_closes_at=timezone.now() - timedelta(seconds=1)
        )
        registration = RegistrationFactory(edition=edition, confirmed=True, channels=True)
        address = page("amend", registration.pk)
        assert address in operator.get(page("registration", registration.pk)).content.decode()
        assert 'name="options"' not in operator.get(address).content.decode()
        answer = operator.post(address, {"revision": "1", "channel_phone": "3939"})
        assert answer.status_code == 302
        assert registration.declared_channels.get().address == "3939"

    def test_withdrawing_twice_is_withdrawing_once(self, edition: Edition) -> None:
        registration = RegistrationFactory(edition=edition, confirmed=True)
        client = sign_in(Client(), registration.submitted_by)
        address = page("withdraw", registration.pk)
        assert client.post(address, {"reason": ""}).status_code == 200
        for _click in range(2):
            assert client.post(address, {"reason": "Changement"}).status_code == 302
        registration.refresh_from_db()
        assert registration.withdrawal_reason == "Changement"

    def test_one_hat_is_not_another(self, edition: Edition) -> None:
        """A person acting for two bodies sees the one whose hat they wear."""
        person = PersonFactory()
        first, second = (
            RegistrationFactory(edition=edition, submitted_by=person, confirmed=True)
            for _body in range(2)
        )
        client = sign_in(Client(), person, RoleKind.COORDINATOR)
        statuses = sorted(
            client.get(page("registration", row.pk)).status_code for row in (first, second)
        )
        assert statuses == [200, 404]


def registration_form() -> dict[str, Any]:
    """The registration page as a coordinator sends it."""
    return {
        "function": "directrice de l’accueil",
        "staff_informed": "on",
        "communicability_acknowledged": "on",
        "options": ["consultation"],
        "channel_phone": "01 99 00 12 34",
        "channel_email": "accueil@ville.invalid",
        "absent_social": "on",
    }
