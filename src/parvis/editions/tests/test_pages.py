"""The pages, through HTTP: who enters, what they see, what a form does and refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition, Registration
from parvis.editions.operations import rules_of, update_edition
from parvis.editions.tests.factories import EditionFactory, ElectionFactory, RegistrationFactory
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory
from parvis.questionnaires.tests.factories import GridFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return EditionFactory(complete=True)


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in(client, PersonFactory(operator=True))


def signed_in_newcomer() -> tuple[Client, Any]:
    person = PersonFactory()
    return sign_in(Client(), person), person


def page(name: str, *args: Any, **query: Any) -> str:
    address = reverse(f"editions:{name}", args=args)
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else address


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


class TestOperator:
    PAGES = ("board_list", "create")
    EDITION_PAGES = ("board", "edit", "open", "registrations")

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_pages_render(self, operator: Client, edition: Edition, language: str) -> None:
        RegistrationFactory(edition=edition, confirmed=False, channels=True)
        ElectionFactory(edition=edition)
        addresses = [page(name) for name in self.PAGES]
        addresses += [page(name, edition.slug) for name in self.EDITION_PAGES]
        addresses += [page("open_wave", edition.slug, 1)]
        addresses += [page("registration", edition.registrations.get().pk)]
        for address in addresses:
            answer = operator.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address

    def test_nobody_else_enters(self, edition: Edition) -> None:
        registration = RegistrationFactory(confirmed=True)
        coordinator = sign_in(Client(), registration.submitted_by)
        newcomer, _person = signed_in_newcomer()
        addresses = [page(name) for name in self.PAGES]
        addresses += [page(name, edition.slug) for name in self.EDITION_PAGES]
        addresses += [page("open_wave", edition.slug, 1)]
        for address in addresses:
            assert coordinator.get(address).status_code == 403, address
            assert newcomer.get(address).status_code == 403, address
            assert Client().get(address).status_code == 302, address

    def test_an_edition_is_created_from_the_page_as_it_is_offered(self, operator: Client) -> None:
        answer = operator.post(page("create"), edition_form())
        edition = Edition.objects.get()
        assert answer.headers["Location"] == page("board", edition.slug)
        rules = rules_of(edition)
        assert sum(rules.weights.values()) == 100
        assert {option.code: option.free_quota for option in rules.options} == {
            OptionCode.VISITS: 0,
            OptionCode.CONSULTATION: 10,
        }
        assert [election.label for election in rules.elections] == ["Municipales"]

    def test_what_is_wrong_is_said_once_and_names_its_row(self, operator: Client) -> None:
        answer = operator.post(page("create"), {"title": "Sans dates"})
        text = answer.content.decode()
        assert text.count('class="error-summary"') == 1
        for wave in (1, 2):
            assert f"Vague {wave} – Premier jour" in text

    def test_moments_are_read_in_the_zone_typed(self, operator: Client) -> None:
        operator.post(
            page("create"),
            edition_form(time_zone="Pacific/Noumea", registration_closes_at="2027-02-26T18:00"),
        )
        edition = Edition.objects.get()
        assert edition.registration_closes_at.isoformat() == "2027-02-26T07:00:00+00:00"
        form = operator.get(page("edit", edition.slug)).content.decode()
        assert 'value="2027-02-26T18:00"' in form

    def test_an_hour_that_no_clock_shows_is_refused(self, operator: Client) -> None:
        answer = operator.post(
            page("create"), edition_form(registration_opens_at="2026-03-29T02:30")
        )
        assert "Cette heure n’existe pas" in answer.content.decode()
        assert not Edition.objects.exists()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"weight-post": "14"}, "totalisent 99 %"),
            ({"minimum_peers": "4"}, "au moins 5 autres"),
            ({"minimum_quartile_peers": "9"}, "au moins 10 organismes"),
            ({"registration_closes_at": "2026-01-01T09:00"}, "venir après leur ouverture"),
            ({"wave0-ends_on": "2027-02-01"}, "le dernier jour précède le premier"),
            ({"wave1-starts_on": "2027-03-20"}, "avant la fin de la précédente"),
            ({"slug": "inscriptions"}, "déjà prise"),
            ({"election0-organisation": "99999"}, "Ce code ne désigne pas un organisme"),
            ({"election1-first_round_on": "2027-03-01"}, "Nommez cette élection"),
            ({"registration_opens_at": "0001-01-01T00:00"}, "Cette année n’est pas plausible"),
            ({"registration_closes_at": "9999-12-31T23:59"}, "Cette année n’est pas plausible"),
            ({"wave1-ends_on": "9999-12-31"}, "Cette année n’est pas plausible"),
            ({"election0-first_round_on": "0001-01-01"}, "Cette année n’est pas plausible"),
        ],
    )
    def test_what_contradicts_is_said_and_what_was_typed_stays(
        self, operator: Client, change: dict[str, str], message: str
    ) -> None:
        text = operator.post(page("create"), edition_form(**change)).content.decode()
        assert message in text
        assert "Baromètre 2027" in text
        assert not Edition.objects.exists()

    def test_a_stale_form_shows_both_versions_then_saves_knowingly(self, operator: Client) -> None:
        operator.post(page("create"), edition_form())
        edition = Edition.objects.get()
        other = PersonFactory(operator=True)
        from dataclasses import replace

        rules = replace(rules_of(edition), title="La version d’un collègue")
        update_edition(edition=edition, rules=rules, revision=1, by=other)
        mine = edition_form(title="Ma version", revision="1")
        answer = operator.post(page("edit", edition.slug), mine)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "La version d’un collègue" in text
        assert "Ma version" in text
        assert 'name="revision" value="2"' in text
        edition.refresh_from_db()
        assert edition.title == "La version d’un collègue"
        operator.post(page("edit", edition.slug), {**mine, "revision": "2"})
        edition.refresh_from_db()
        assert edition.title == "Ma version"

    @pytest.mark.parametrize("revision", ["", "abc", "-1", "9" * 30, "²"])
    def test_a_mangled_revision_is_stale_not_an_error(
        self, operator: Client, revision: str
    ) -> None:
        operator.post(page("create"), edition_form())
        edition = Edition.objects.get()
        form = edition_form(title="Ma version", revision=revision)
        assert operator.post(page("edit", edition.slug), form).status_code == 409

    def test_locked_rules_are_shown_with_their_reason_and_not_read(
        self, operator: Client, edition: Edition
    ) -> None:
        RegistrationFactory(edition=edition)
        address = page("edit", edition.slug)
        assert (
            "se sont inscrits sur la foi de cette règle" in operator.get(address).content.decode()
        )
        before = rules_of(edition)
        form = form_of(edition, title="Nouveau titre", **{"weight-phone": "99"})
        assert operator.post(address, form).status_code == 302
        edition.refresh_from_db()
        assert edition.title == "Nouveau titre"
        assert rules_of(edition).weights == before.weights

    def test_opening_and_starting_twice_does_it_once(self, operator: Client) -> None:
        edition = EditionFactory(weights=True, waves=True)
        for _click in range(2):
            assert operator.post(page("open", edition.slug)).status_code == 302
            assert operator.post(page("open_wave", edition.slug, 1)).status_code == 302
        edition.refresh_from_db()
        assert edition.is_open
        assert edition.waves.get(number=1).state == "open"

    def test_the_board_puts_forward_the_next_thing_to_do(self, operator: Client) -> None:
        edition = EditionFactory(weights=True, waves=True)
        address = page("board", edition.slug)
        assert operator.get(address).context["next_step"].url == page("open", edition.slug)
        operator.post(page("open", edition.slug))
        assert operator.get(address).context["next_step"].url == page("open_wave", edition.slug, 1)
        RegistrationFactory(edition=edition, confirmed=False)
        first = operator.get(address).context["next_step"]
        assert first.url == reverse("organisations:mandates")

    def test_the_board_names_whom_each_election_concerns(
        self, operator: Client, edition: Edition
    ) -> None:
        town = OrganisationFactory()
        ElectionFactory(edition=edition, organisation_kind="commune")
        ElectionFactory(edition=edition, organisation=town, organisation_kind="")
        board = operator.get(page("board", edition.slug)).content.decode()
        assert "(Commune), du " in board
        assert f"({town.name}), du " in board

    def test_one_is_asked_to_confirm_only_who_waits(
        self, operator: Client, edition: Edition
    ) -> None:
        for confirmed in (True, False):
            registration = RegistrationFactory(edition=edition, confirmed=confirmed)
            answer = operator.get(page("registration", registration.pk)).content.decode()
            assert ("Confirmer qui peut agir" in answer) is not confirmed

    def test_registrations_filter_search_and_export(
        self, operator: Client, edition: Edition
    ) -> None:
        confirmed = RegistrationFactory(
            edition=edition,
            confirmed=True,
            organisation=OrganisationFactory(name="Saint-Étienne-d’Essai"),
        )
        RegistrationFactory(
            edition=edition, confirmed=False, organisation=OrganisationFactory(epci=True)
        )
        RegistrationFactory(edition=edition, withdrawn=True)
        elsewhere = RegistrationFactory()

        def found(**query: str) -> set[str]:
            answer = operator.get(page("registrations", edition.slug), query)
            return {row.organisation.name for row in answer.context["listing"].rows}

        assert len(found()) == 3
        assert elsewhere.organisation.name not in found()
        assert found(confirme="oui") == {confirmed.organisation.name}
        assert found(q="st etienne") == {confirmed.organisation.name}
        assert len(found(etat="withdrawn")) == 1
        assert len(found(type="epci")) == 1
        assert found(q="«»") == set()
        export = operator.get(page("registrations", edition.slug, format="csv"))
        lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) == 4

    def test_lists_cost_the_same_for_three_and_thirty(
        self, operator: Client, edition: Edition, django_assert_num_queries
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        addresses = [
            page("board_list"),
            page("registrations", edition.slug),
            page("board", edition.slug),
            page("public_list"),
        ]

        def counts() -> list[int]:
            found = []
            for address in addresses:
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    assert operator.get(address).status_code == 200
                found.append(len(queries))
            return found

        def add(number: int) -> None:
            for registration in RegistrationFactory.create_batch(
                number, edition=edition, confirmed=True
            ):
                for option in edition.options.all()[:2]:
                    registration.ticked_options.create(option=option, price_cents=0)
            EditionFactory.create_batch(number, complete=True)

        add(3)
        few = counts()
        add(27)
        assert counts() == few


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


def edition_form(**changes: str) -> dict[str, str]:
    """The creation page as the operator sends it."""
    return {
        "title": "Baromètre 2027",
        "slug": "barometre-2027",
        "presentation": "",
        "time_zone": "Europe/Paris",
        "registration_opens_at": "2027-01-04T09:00",
        "registration_closes_at": "2027-02-26T18:00",
        "grid": str(GridFactory().pk),
        "minimum_peers": "5",
        "minimum_quartile_peers": "10",
        "minimum_coverage_percent": "60",
        "wave0-starts_on": "2027-03-01",
        "wave0-ends_on": "2027-04-30",
        "wave1-starts_on": "2027-09-01",
        "wave1-ends_on": "2027-10-29",
        "weight-phone": "30",
        "weight-email": "30",
        "weight-website": "25",
        "weight-post": "15",
        "weight-social": "0",
        "weight-visit": "0",
        "visits-offered": "on",
        "visits-price": "0",
        "consultation-offered": "on",
        "consultation-price": "3000",
        "consultation-free_quota": "10",
        "election0-label": "Municipales",
        "election0-first_round_on": "2027-03-14",
        "election0-last_round_on": "2027-03-21",
        "election0-organisation_kind": "commune",
        **changes,
    }


def form_of(edition: Edition, **changes: str) -> dict[str, str]:
    """The edit page of an existing edition, sent back but for the changes."""
    waves = list(edition.waves.all())
    dates = {}
    for number, wave in enumerate(waves):
        dates[f"wave{number}-starts_on"] = wave.starts_on.isoformat()
        dates[f"wave{number}-ends_on"] = wave.ends_on.isoformat()
    options = {}
    for option in edition.options.all():
        options[f"{option.code}-offered"] = "on"
        options[f"{option.code}-price"] = str(option.price_cents / 100)
        options[f"{option.code}-free_quota"] = str(option.free_quota)
    opens, closes = (
        moment.astimezone(edition.zone).strftime("%Y-%m-%dT%H:%M")
        for moment in (edition.registration_opens_at, edition.registration_closes_at)
    )
    form = edition_form(
        slug=edition.slug,
        registration_opens_at=opens,
        registration_closes_at=closes,
        revision=str(edition.revision),
        **dates,
        **options,
    )
    form = {key: value for key, value in form.items() if not key.startswith("election0")}
    return {**form, **changes}


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
