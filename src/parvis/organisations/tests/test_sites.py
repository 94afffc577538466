"""Places of reception and other bodies: what is stored, what is refused."""

import pytest

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.models import Entry
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.models import Organisation, Site
from parvis.organisations.operations import (
    LISTED_KINDS,
    AlreadyListed,
    change_site,
    close_site,
    declare_site,
    register_other_body,
    reopen_site,
)
from parvis.organisations.tests.factories import OrganisationFactory, SiteFactory

pytestmark = pytest.mark.django_db

CONTENT = {"name": "Mairie", "address": "1, place de la Mairie", "opening_hours": ""}


@pytest.fixture
def person():
    return PersonFactory()


class TestSites:
    def test_a_place_is_declared_changed_closed_and_reopened(self, person):
        body = OrganisationFactory()
        site = declare_site(organisation=body, by=person, **CONTENT | {"name": "  La   Mairie "})
        assert site.name == "La Mairie"
        site = change_site(site=site, by=person, revision=1, **CONTENT)
        site = close_site(site=site, by=person)
        assert not Site.objects.open().exists()
        site = reopen_site(site=site, by=person)
        assert list(Site.objects.open()) == [site]
        assert (site.name, site.revision) == ("Mairie", 4)
        assert [entry.action for entry in Entry.objects.order_by("pk")] == [
            "site.declared",
            "site.changed",
            "site.closed",
            "site.reopened",
        ]

    def test_a_name_serves_once_in_a_body_even_after_closing(self, person):
        site = SiteFactory(name="Mairie")
        close_site(site=site, by=person)
        with pytest.raises(Conflict, match="lieu de ce nom") as conflict:
            declare_site(organisation=site.organisation, by=person, **CONTENT)
        assert conflict.value.field == "name"
        declare_site(organisation=OrganisationFactory(), by=person, **CONTENT)

    @pytest.mark.parametrize("field", ["name", "address"])
    def test_name_and_address_are_required(self, person, field):
        with pytest.raises(Refusal) as refusal:
            declare_site(organisation=OrganisationFactory(), by=person, **CONTENT | {field: " "})
        assert refusal.value.field == field
        assert not Site.objects.exists()

    def test_a_form_opened_before_another_change_is_stale(self, person):
        site = SiteFactory(name="Mairie")
        change_site(site=site, by=person, revision=1, **CONTENT | {"address": "ailleurs"})
        with pytest.raises(StaleForm) as stale:
            change_site(site=site, by=person, revision=1, **CONTENT | {"address": "ici"})
        [difference] = [d for d in stale.value.differences if d.yours == "ici"]
        assert difference.theirs == "ailleurs"
        site.refresh_from_db()
        assert site.address == "ailleurs"

    def test_closing_twice_is_a_conflict(self, person):
        site = SiteFactory()
        close_site(site=site, by=person)
        with pytest.raises(Conflict, match="déjà fermé"):
            close_site(site=site, by=person)


class TestOtherBodies:
    HOSPITAL = {
        "siren": "267 500 452",
        "kind": OrganisationKind.HOSPITAL,
        "name": "Hôpital de l’Essai",
        "departement_code": "75",
    }

    @pytest.fixture(autouse=True)
    def paris(self):
        return OrganisationFactory(
            departement=True, insee_code="75", departement_code="75", region_code="11"
        )

    def test_a_body_is_registered_and_found(self, person):
        body = register_other_body(by=person, **self.HOSPITAL)
        assert (body.siren, body.region_code, body.vintage) == ("267500452", "11", None)
        assert list(Organisation.objects.search("hopital essai")) == [body]
        assert Entry.objects.get(action="organisation.registered").actor_id == person.pk

    def test_the_same_siren_leads_to_the_body_that_bears_it(self, person):
        body = register_other_body(by=person, **self.HOSPITAL)
        other = {"name": "Autre", "kind": OrganisationKind.OTHER}
        with pytest.raises(AlreadyListed, match=body.name) as refusal:
            register_other_body(by=person, **self.HOSPITAL | other)
        assert refusal.value.organisation == body
        assert refusal.value.field == "siren"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("siren", "267500453"),
            ("name", "  "),
            ("name", "x" * 201),
            ("departement_code", "00"),
            *(("kind", kind) for kind in sorted(LISTED_KINDS)),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_is_written(self, person, field, value):
        before = Organisation.objects.count()
        with pytest.raises(Refusal) as refusal:
            register_other_body(by=person, **self.HOSPITAL | {field: value})
        assert refusal.value.field == field
        assert Organisation.objects.count() == before

    def test_a_national_body_has_no_departement(self, person):
        body = register_other_body(by=person, **self.HOSPITAL | {"departement_code": ""})
        assert (body.departement_code, body.region_code) == ("", "")
