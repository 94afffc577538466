"""The operator's pages: rules, waves, registrations, and what a form refuses."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition
from parvis.editions.operations import rules_of, update_edition
from parvis.editions.tests.factories import EditionFactory, ElectionFactory, RegistrationFactory
from parvis.editions.tests.pages import edition_form, form_of, page, signed_in_newcomer
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return EditionFactory(complete=True)


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in(client, PersonFactory(operator=True))


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
