"""The directory, the operator's desk and the places of reception, through HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import hats_of
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.organisations.enums import MandateState, OrganisationKind
from parvis.organisations.models import Mandate, Membership, Organisation, Site
from parvis.organisations.tests.factories import (
    MandateFactory,
    OrganisationFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"organisations:{name}", args=args)


def text_of(response):
    return response.content.decode().split("<main")[1].split("</main>")[0]


@pytest.fixture
def operator(client):
    person = PersonFactory(operator=True)
    sign_in(client, person)
    return person


@pytest.fixture
def coordinator(client):
    mandate = MandateFactory(confirmed=True, organisation__name="Commune Amie")
    sign_in(client, mandate.person)
    return mandate


class TestPublicDirectory:
    def test_anybody_searches(self, client):
        body = OrganisationFactory(name="Saint-Étienne", population=173_136)
        page = text_of(client.get(url("search"), {"q": "st etienne"}))
        assert url("detail", body.pk) in page
        assert "1 organisme trouvé" in page
        assert "173\u00a0136\u00a0habitants" in page

    def test_an_empty_page_teaches_instead_of_listing_everything(self, client):
        OrganisationFactory(name="Partout")
        assert "Partout" not in text_of(client.get(url("search")))
        page = text_of(client.get(url("search"), {"q": "zzz"}))
        assert url("register_body") in page

    @pytest.mark.parametrize("typed", ['"', "<script>alert(1)</script>", "a\x00", "é" * 5_000])
    def test_hostile_text_is_shown_harmless(self, client, typed):
        for name in ("search", "suggestions"):
            response = client.get(url(name), {"q": typed})
            assert response.status_code == 200
            assert b"<script>alert" not in response.content

    @pytest.mark.parametrize("page", ["0", "-1", "999", "x"])
    def test_any_page_number_answers(self, client, page):
        OrganisationFactory(name="Ici")
        assert client.get(url("search"), {"q": "ici", "page": page}).status_code == 200

    def test_a_merged_commune_says_under_which_name_it_was_found(self, client):
        heir = OrganisationFactory(name="Montluel")
        OrganisationFactory(name="Cordieux", successor=heir)
        heir.index_for_search(also_called=["Cordieux"])
        heir.save()
        assert "autrefois Cordieux" in text_of(client.get(url("search"), {"q": "cordieux"}))
        assert "autrefois" not in text_of(client.get(url("search"), {"q": "montluel"}))

    def test_suggestions_are_options_of_a_list_box(self, client):
        body = OrganisationFactory(name="L’<b>Haÿ</b>")
        answer = client.get(url("suggestions"), {"q": "hay"}).content.decode()
        assert f'role="option" aria-selected="false" id="annuaire-option-{body.pk}"' in answer
        assert f'data-href="{url("detail", body.pk)}"' in answer
        assert "<b>Haÿ" not in answer
        assert "1 organisme proposé" in answer

    def test_simulated_bodies_are_not_in_the_public_search(self, client):
        OrganisationFactory(simulated=True, name="Fictiville")
        assert "Fictiville</a>" not in text_of(client.get(url("search"), {"q": "fictiville"}))

    def test_a_simulation_is_proposed_its_own_bodies_only(self, client):
        OrganisationFactory(simulated=True, name="Fictiville")
        OrganisationFactory(name="Fictilande")
        answer = client.get(url("suggestions"), {"q": "ficti", "simulation": "oui"})
        assert "Fictiville" in answer.content.decode()
        assert "Fictilande" not in answer.content.decode()

    @pytest.mark.parametrize("view", ["search", "suggestions"])
    def test_queries_do_not_grow_with_the_results(self, client, django_assert_num_queries, view):
        for count in (3, 30):
            OrganisationFactory.create_batch(count, name="Partout")
            with django_assert_num_queries(4 if view == "search" else 3):
                client.get(url(view), {"q": "partout"})

    def test_the_page_of_an_epci_lists_its_members(self, client, django_assert_num_queries):
        epci = OrganisationFactory(epci=True)
        for number in range(12):
            member = OrganisationFactory(name=f"Membre {number}")
            Membership.objects.create(epci=epci, commune=member, since_year=2026)
        past = OrganisationFactory(name="Sortie")
        Membership.objects.create(epci=epci, commune=past, since_year=2025, until_year=2026)
        with django_assert_num_queries(5):
            page = text_of(client.get(url("detail", epci.pk)))
        assert "12 communes membres" in page
        assert "Sortie (2026)" in page

    def test_an_ended_body_points_to_its_successor(self, client):
        heir = OrganisationFactory(name="Montluel")
        gone = OrganisationFactory(name="Cordieux", successor=heir, ended_year=1974)
        page = text_of(client.get(url("detail", gone.pk)))
        assert "depuis 1974" in page
        assert url("detail", heir.pk) in page
        assert url("ask_to_act", gone.pk) not in page

    def test_a_simulated_body_says_so(self, client):
        body = OrganisationFactory(simulated=True)
        assert "sim-banner" in text_of(client.get(url("detail", body.pk)))

    def test_an_unknown_body_is_not_found(self, client):
        assert client.get(url("detail", 10**9)).status_code == 404


class TestAsking:
    def test_a_visitor_is_asked_to_sign_in(self, client):
        body = OrganisationFactory()
        for target in (url("ask_to_act", body.pk), url("register_body")):
            response = client.get(target)
            assert response.status_code == 302
            assert reverse("account_login") in response.url

    def test_anybody_signed_in_asks_once(self, client):
        body, person = OrganisationFactory(), PersonFactory()
        sign_in(client, person)
        for _click in range(2):
            response = client.post(url("ask_to_act", body.pk), {"function": "DGS"})
            assert response.status_code == 302
        mandate = Mandate.objects.get(person=person)
        assert (mandate.organisation, mandate.state) == (body, MandateState.REQUESTED)

    def test_a_missing_function_is_said_beside_the_field(self, client):
        body = OrganisationFactory()
        sign_in(client, PersonFactory())
        response = client.post(url("ask_to_act", body.pk), {"function": " "})
        assert response.status_code == 422
        assert not Mandate.objects.exists()

    def test_a_missing_body_is_added(self, client):
        OrganisationFactory(departement=True, insee_code="75", departement_code="75")
        sign_in(client, PersonFactory())
        sent = {
            "siren": "267 500 452",
            "name": "Hôpital",
            "kind": "hospital",
            "departement_code": "75",
        }
        response = client.post(url("register_body"), {**sent, "siren": "267500453"})
        assert response.status_code == 422
        assert "n’est pas valide" in text_of(response)
        response = client.post(url("register_body"), sent)
        body = Organisation.objects.get(kind=OrganisationKind.HOSPITAL)
        assert response.url == url("detail", body.pk)
        again = client.post(url("register_body"), sent)
        assert again.status_code == 422
        assert url("detail", body.pk) in text_of(again)


class TestOperatorsDesk:
    def test_pending_requests_are_listed(self, client, operator):
        mandate = MandateFactory(organisation__name="Commune Pressée")
        page = text_of(client.get(url("mandates")))
        assert "Commune Pressée" in page
        assert url("confirm_mandate", mandate.pk) in page

    def test_decided_requests_are_listed_apart(self, client, operator):
        mandate = MandateFactory(confirmed=True)
        assert mandate.person.email not in text_of(client.get(url("mandates")))
        page = text_of(client.get(url("decided_mandates")))
        assert mandate.person.email in page
        assert url("end_mandate", mandate.pk) in page

    def test_the_summary_says_what_confirming_opens_then_confirms(self, client, operator):
        mandate = MandateFactory()
        page = text_of(client.get(url("confirm_mandate", mandate.pk)))
        assert "résultats confidentiels" in page
        mandate.refresh_from_db()
        assert mandate.state == MandateState.REQUESTED
        client.post(url("confirm_mandate", mandate.pk))
        mandate.refresh_from_db()
        assert (mandate.state, mandate.decided_by) == (MandateState.CONFIRMED, operator)

    def test_a_second_click_is_told_and_changes_nothing(self, client, operator):
        mandate = MandateFactory()
        client.post(url("confirm_mandate", mandate.pk))
        response = client.post(url("confirm_mandate", mandate.pk), follow=True)
        assert response.status_code == 200
        assert "changé d’état" in text_of(response)

    def test_refusing_and_ending_need_a_reason(self, client, operator):
        waiting, confirmed = MandateFactory(), MandateFactory(confirmed=True)
        for view, mandate, state in [
            ("refuse_mandate", waiting, MandateState.REFUSED),
            ("end_mandate", confirmed, MandateState.ENDED),
        ]:
            assert client.post(url(view, mandate.pk), {"reason": " "}).status_code == 422
            client.post(url(view, mandate.pk), {"reason": "Motif écrit"})
            mandate.refresh_from_db()
            assert (mandate.state, mandate.reason) == (state, "Motif écrit")

    def test_an_operator_does_not_decide_their_own_request(self, client, operator):
        own = MandateFactory(person=operator)
        sign_in(client, operator, RoleKind.OPERATOR)
        for view in ("confirm_mandate", "refuse_mandate"):
            response = client.post(url(view, own.pk), {"reason": "x"})
            assert response.status_code == 403
        own.refresh_from_db()
        assert own.state == MandateState.REQUESTED

    def test_nobody_else_enters(self, client, coordinator):
        waiting = MandateFactory()
        addresses = [url("mandates"), url("decided_mandates")]
        addresses += [
            url(view, waiting.pk) for view in ("confirm_mandate", "refuse_mandate", "end_mandate")
        ]
        for address in addresses:
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "x"}).status_code == 403
        waiting.refresh_from_db()
        assert waiting.state == MandateState.REQUESTED

    def test_queries_do_not_grow_with_the_list(self, client, operator):
        counts = []
        for number in (3, 30):
            MandateFactory.create_batch(number)
            with CaptureQueriesContext(connection) as queries:
                client.get(url("mandates"))
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestSites:
    SENT = {"name": "Mairie", "address": "1, place de la Mairie", "opening_hours": ""}

    def test_a_coordinator_declares_corrects_closes_and_reopens(self, client, coordinator):
        assert client.post(url("add_site"), self.SENT).url == url("sites")
        site = Site.objects.get(organisation=coordinator.organisation)
        client.post(
            url("change_site", site.pk), {**self.SENT, "address": "Ailleurs", "revision": 1}
        )
        client.post(url("close_site", site.pk))
        site.refresh_from_db()
        assert site.address == "Ailleurs"
        assert site.closed_at is not None
        assert "Fermé" in text_of(client.get(url("sites")))
        client.post(url("reopen_site", site.pk))
        site.refresh_from_db()
        assert site.closed_at is None

    def test_a_double_click_declares_once(self, client, coordinator):
        client.post(url("add_site"), self.SENT)
        response = client.post(url("add_site"), self.SENT)
        assert response.status_code == 422
        assert "lieu de ce nom" in text_of(response)
        assert Site.objects.count() == 1

    def test_a_stale_form_shows_both_versions(self, client, coordinator):
        site = SiteFactory(organisation=coordinator.organisation, name="Mairie")
        first = {**self.SENT, "address": "Version une", "revision": 1}
        client.post(url("change_site", site.pk), first)
        response = client.post(url("change_site", site.pk), {**first, "address": "Version deux"})
        assert response.status_code == 409
        page = text_of(response)
        assert "Version une" in page
        assert "Version deux" in page
        client.post(
            url("change_site", site.pk), {**first, "address": "Version deux", "revision": 2}
        )
        site.refresh_from_db()
        assert site.address == "Version deux"

    @pytest.mark.parametrize("view", ["change_site", "close_site", "reopen_site"])
    def test_another_bodys_place_is_not_found(self, client, coordinator, view):
        other = SiteFactory(name="Canari d’ailleurs")
        before = other.revision
        for response in (
            client.get(url(view, other.pk)),
            client.post(url(view, other.pk), {**self.SENT, "revision": 1}),
            client.get(url(view, 10**9)),
        ):
            assert response.status_code == 404
            assert "Canari" not in response.content.decode()
        other.refresh_from_db()
        assert other.revision == before
        assert "Canari" not in text_of(client.get(url("sites")))

    def test_whoever_only_asks_to_act_neither_reads_nor_changes_places(self, client):
        """Anybody may ask to act for a body: two who wait are strangers to one another."""
        mandate = MandateFactory()
        rivals = SiteFactory(organisation=mandate.organisation, name="Lieu du rival")
        sign_in(client, mandate.person)
        page = client.get(url("sites"))
        assert page.status_code == 403
        assert "doit d’abord confirmer" in text_of(page)
        assert client.post(url("add_site"), self.SENT).status_code == 403
        for view in ("change_site", "close_site", "reopen_site"):
            assert client.post(url(view, rivals.pk), self.SENT).status_code == 403
        rivals.refresh_from_db()
        assert rivals.revision == 1
        [hat] = hats_of(mandate.person)
        assert not Site.objects.visible_to(hat).exists()

    def test_the_operator_and_visitors_have_no_places(self, client):
        assert client.get(url("sites")).status_code == 302
        sign_in(client, PersonFactory(operator=True))
        assert client.get(url("sites")).status_code == 403
