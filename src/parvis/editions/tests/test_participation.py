"""Registering, changing what was declared, joining a colleague, withdrawing."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from parvis.accounts.hats import hats_of
from parvis.accounts.tests.factories import PersonFactory
from parvis.editions import locks
from parvis.editions.declarations import ChannelDeclaration, SiteDeclaration
from parvis.editions.enums import OptionCode, RegistrationState, WaveState
from parvis.editions.models import DeclaredChannel, Edition, Registration, RegistrationOption
from parvis.editions.operations import (
    AlreadyRegistered,
    amend,
    correct,
    join,
    register,
    withdraw,
)
from parvis.editions.tests.factories import EditionFactory, OptionFactory, RegistrationFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.models import Entry
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate, Site
from parvis.organisations.tests.factories import OrganisationFactory, SiteFactory
from parvis.questionnaires.enums import Channel

pytestmark = pytest.mark.django_db

PHONE = ChannelDeclaration(Channel.PHONE, address="01 99 00 12 34")


def joining(edition: Edition, **changes: Any) -> dict[str, Any]:
    """Arguments of a registration that is accepted, but for what `changes` breaks."""
    return {
        "edition": edition,
        "organisation": changes.pop("organisation", None) or OrganisationFactory(),
        "person": changes.pop("person", None) or PersonFactory(),
        "function": "directrice de l’accueil",
        "staff_informed": True,
        "communicability_acknowledged": True,
        **changes,
    }


@pytest.fixture
def edition() -> Edition:
    return EditionFactory(complete=True)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


class TestRegistering:
    def test_it_stores_everything_and_asks_for_a_mandate(self, edition: Edition) -> None:
        person = PersonFactory()
        registration = register(
            **joining(
                edition,
                person=person,
                options=[OptionCode.VISITS, OptionCode.PERSONALISED_REPORT],
                channels=[PHONE, ChannelDeclaration(Channel.SOCIAL, exists=False)],
                sites=[SiteDeclaration("Mairie", "1 place de la Mairie", "9 h – 17 h")],
            )
        )
        assert registration.takes_part
        assert {t.option.code: t.price_cents for t in registration.ticked_options.all()} == {
            "visits": 0,
            "report": 250_000,
        }
        assert {c.channel: (c.exists, c.address) for c in registration.declared_channels.all()} == {
            "phone": (True, "01 99 00 12 34"),
            "social": (False, ""),
        }
        assert [link.site.name for link in registration.declared_sites.all()] == ["Mairie"]
        mandate = Mandate.objects.get(person=person)
        assert (mandate.organisation, mandate.state) == (
            registration.organisation,
            MandateState.REQUESTED,
        )
        assert not Registration.objects.entitled().exists()
        assert Entry.objects.filter(action="registration.submitted").count() == 1

    @pytest.mark.parametrize(
        "zone", ["Europe/Paris", "Pacific/Noumea", "Pacific/Tahiti", "Indian/Reunion"]
    )
    def test_the_deadline_is_kept_to_the_second_in_the_zone_of_the_edition(
        self, zone: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deadline = datetime(2027, 1, 31, 18, 0, 0, tzinfo=ZoneInfo(zone))
        edition = EditionFactory(
            open=True,
            time_zone=zone,
            registration_opens_at=deadline - timedelta(days=30),
            registration_closes_at=deadline,
        )
        on_time, late = joining(edition), joining(edition)
        at(monkeypatch, deadline)
        register(**on_time)
        at(monkeypatch, deadline + timedelta(seconds=1))
        with pytest.raises(Conflict) as refusal:
            register(**late)
        assert Registration.objects.count() == 1
        assert "31 janvier 2027 à 18\u00a0h\u00a000 (heure d" in refusal.value.message
        assert f", UTC{deadline:%z}"[:-2] in refusal.value.message

    def test_a_second_before_the_opening_is_too_early(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opening = datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("Indian/Mayotte"))
        edition = EditionFactory(
            open=True,
            time_zone="Indian/Mayotte",
            registration_opens_at=opening,
            registration_closes_at=opening + timedelta(days=30),
        )
        early, on_time = joining(edition), joining(edition)
        at(monkeypatch, opening - timedelta(seconds=1))
        with pytest.raises(Conflict, match="ouvrent le 4 janvier 2027 à 9\u00a0h\u00a000"):
            register(**early)
        at(monkeypatch, opening)
        register(**on_time)

    def test_a_draft_takes_nobody(self) -> None:
        with pytest.raises(Conflict):
            register(**joining(EditionFactory()))

    @pytest.mark.parametrize("undertaking", ["staff_informed", "communicability_acknowledged"])
    def test_both_undertakings_are_asked(self, edition: Edition, undertaking: str) -> None:
        with pytest.raises(Refusal) as refusal:
            register(**joining(edition, **{undertaking: False}))
        assert refusal.value.field == undertaking
        assert not Registration.objects.exists()
        assert not Mandate.objects.exists()

    def test_twice_is_refused_whoever_asks(self, edition: Edition) -> None:
        first = joining(edition)
        register(**first)
        for person in (first["person"], PersonFactory()):
            with pytest.raises(AlreadyRegistered, match="déjà inscrit"):
                register(**joining(edition, organisation=first["organisation"], person=person))
        assert Registration.objects.count() == 1
        assert Mandate.objects.count() == 1

    def test_a_race_lost_at_the_constraint_is_said_clearly(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other registration appears after our check, before our insert."""
        body = OrganisationFactory()
        real_create = Registration.objects.create

        def beaten(**fields: Any) -> Registration:
            monkeypatch.setattr(Registration.objects, "create", real_create)
            RegistrationFactory(edition=edition, organisation=body)
            return Registration.objects.create(**fields)

        arguments = joining(edition, organisation=body)
        manager = Registration.objects
        monkeypatch.setattr(Registration, "objects", manager, raising=False)
        monkeypatch.setattr(manager, "create", beaten, raising=False)
        with pytest.raises(AlreadyRegistered):
            register(**arguments)

    def test_a_body_that_no_longer_exists_is_refused(self, edition: Edition) -> None:
        with pytest.raises(Refusal, match="n’existe plus depuis 2024"):
            register(**joining(edition, organisation=OrganisationFactory(ended_year=2024)))

    @pytest.mark.parametrize(
        ("edition_simulated", "body_simulated"), [(True, False), (False, True)]
    )
    def test_real_and_fictitious_never_mix(
        self, edition_simulated: bool, body_simulated: bool
    ) -> None:
        edition = EditionFactory(complete=True, is_simulated=edition_simulated)
        body = OrganisationFactory(simulated=True) if body_simulated else OrganisationFactory()
        with pytest.raises(Refusal) as refusal:
            register(**joining(edition, organisation=body))
        assert refusal.value.field == "organisation"

    def test_an_option_the_edition_does_not_offer(self) -> None:
        with pytest.raises(Refusal) as refusal:
            register(**joining(EditionFactory(open=True), options=[OptionCode.VISITS]))
        assert refusal.value.field == "options"
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(
        ("channel", "address", "accepted"),
        [
            (Channel.PHONE, "+687 27 12 34", True),
            (Channel.PHONE, "3939", True),
            (Channel.PHONE, "01.99.00.12.34", True),
            (Channel.PHONE, "la mairie", False),
            (Channel.PHONE, "01 99 00 12", False),
            (Channel.EMAIL, "accueil@ville.invalid", True),
            (Channel.EMAIL, "https://ville.fr/contact", True),
            (Channel.EMAIL, "accueil(at)ville", False),
            (Channel.WEBSITE, "ville.fr", False),
            (Channel.WEBSITE, "javascript:alert(1)", False),
            (Channel.WEBSITE, "https://ville.fr", True),
            (Channel.POST, "1 place de la Mairie, 01000 Ville", True),
            (Channel.SOCIAL, "", False),
        ],
    )
    def test_addresses_that_no_contact_could_use_are_refused(
        self, edition: Edition, channel: Channel, address: str, accepted: bool
    ) -> None:
        arguments = joining(edition, channels=[ChannelDeclaration(channel, address=address)])
        if accepted:
            register(**arguments)
            assert DeclaredChannel.objects.get().address == address
        else:
            with pytest.raises(Refusal) as refusal:
                register(**arguments)
            assert refusal.value.field == f"channel_{channel.value}"
            assert not Registration.objects.exists()

    def test_a_stranger_does_not_change_a_place_the_body_has(self, edition: Edition) -> None:
        body = OrganisationFactory()
        place = SiteFactory(organisation=body, name="Mairie", address="1 place de la Mairie")
        register(
            **joining(
                edition, organisation=body, sites=[SiteDeclaration("Mairie", "12 rue d’ailleurs")]
            )
        )
        assert Site.objects.get() == place
        assert Site.objects.get().address == "1 place de la Mairie"


class TestQuotas:
    def test_the_first_ones_have_it_free_and_keep_it(self) -> None:
        edition = EditionFactory(open=True)
        option = OptionFactory(edition=edition, free_quota=2, price_cents=300_000)
        rows = [register(**joining(edition, options=[option.code])) for _turn in range(3)]
        prices = [row.ticked_options.get().price_cents for row in rows]
        assert prices == [0, 0, 300_000]
        amend(
            registration=rows[0],
            revision=1,
            options=[option.code],
            channels=[PHONE],
            sites=[],
            by=rows[0].submitted_by,
        )
        assert rows[0].ticked_options.get().price_cents == 0

    def test_a_free_place_given_back_goes_to_the_next(self) -> None:
        edition = EditionFactory(open=True)
        option = OptionFactory(edition=edition, free_quota=1, price_cents=300_000)
        first = register(**joining(edition, options=[option.code]))
        withdraw(registration=first, reason="Changement de calendrier", by=first.submitted_by)
        second = register(**joining(edition, options=[option.code]))
        assert second.ticked_options.get().price_cents == 0

    def test_when_all_places_are_taken_nothing_is_registered(self) -> None:
        edition = EditionFactory(open=True)
        option = OptionFactory(edition=edition, quota=1)
        register(**joining(edition, options=[option.code]))
        with pytest.raises(Conflict, match="places sont prises") as conflict:
            register(**joining(edition, options=[option.code]))
        assert conflict.value.field == "options"
        assert Registration.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_the_last_place_goes_to_one_of_those_who_race_for_it(self) -> None:
        """Six at once for three places, two of them free: exactly three, two free, every time."""
        if connection.vendor != "postgresql":
            pytest.skip("SQLite lets one transaction write at a time")
        edition = EditionFactory(open=True)
        option = OptionFactory(edition=edition, quota=3, free_quota=2, price_cents=300_000)
        attempts = [joining(edition, options=[option.code]) for _turn in range(6)]
        ready = Barrier(len(attempts))
        refusals: list[Refusal] = []

        def attempt(arguments: dict[str, Any]) -> None:
            ready.wait()
            try:
                register(**arguments)
            except Refusal as refusal:
                refusals.append(refusal)
            finally:
                connection.close()

        threads = [Thread(target=attempt, args=[arguments]) for arguments in attempts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refusals) == 3
        assert sorted(RegistrationOption.objects.values_list("price_cents", flat=True)) == [
            0,
            0,
            300_000,
        ]
        assert Registration.objects.count() == 3


class TestCorrecting:
    """The deadline has passed, and the number declared is wrong."""

    @pytest.fixture
    def registration(self, edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Registration:
        registration = register(
            **joining(edition, options=[OptionCode.VISITS], channels=[PHONE], sites=[])
        )
        at(monkeypatch, edition.registration_closes_at + timedelta(days=1))
        return registration

    def test_the_operator_corrects_channels_and_places_and_leaves_options(
        self, registration: Registration
    ) -> None:
        operator = PersonFactory()
        correct(
            registration=registration,
            revision=1,
            channels=[ChannelDeclaration(Channel.PHONE, address="3939")],
            sites=[SiteDeclaration("Annexe", "2 rue Haute")],
            by=operator,
        )
        registration.refresh_from_db()
        assert registration.revision == 2
        assert registration.declared_channels.get().address == "3939"
        assert registration.declared_sites.get().site.name == "Annexe"
        assert registration.ticked_options.get().option.code == OptionCode.VISITS
        assert Entry.objects.get(action="registration.corrected").actor_id == operator.pk

    def test_a_form_older_than_the_registration_changes_nothing(
        self, registration: Registration
    ) -> None:
        with pytest.raises(StaleForm):
            correct(
                registration=registration, revision=0, channels=[], sites=[], by=PersonFactory()
            )
        assert registration.declared_channels.get().address == PHONE.address

    def test_once_every_wave_is_closed_nothing_is_corrected(
        self, registration: Registration
    ) -> None:
        registration.edition.waves.update(state=WaveState.CLOSED, closed_at=timezone.now())
        with pytest.raises(Conflict, match="vagues sont closes"):
            correct(
                registration=registration, revision=1, channels=[], sites=[], by=PersonFactory()
            )
        assert registration.declared_channels.get().address == PHONE.address


class TestAmending:
    @pytest.fixture
    def registration(self, edition: Edition) -> Registration:
        return register(**joining(edition, options=[OptionCode.VISITS], channels=[PHONE], sites=[]))

    def test_it_replaces_everything_declared(self, registration: Registration) -> None:
        amend(
            registration=registration,
            revision=1,
            options=[OptionCode.STAFF_POLL],
            channels=[ChannelDeclaration(Channel.POST, address="1 place de la Mairie")],
            sites=[SiteDeclaration("Annexe", "2 rue Haute")],
            by=registration.submitted_by,
        )
        registration.refresh_from_db()
        assert registration.revision == 2
        assert [t.option.code for t in registration.ticked_options.all()] == ["staff_poll"]
        assert [c.channel for c in registration.declared_channels.all()] == ["post"]
        assert [link.site.name for link in registration.declared_sites.all()] == ["Annexe"]

    def test_a_stale_form_shows_both_versions_and_changes_nothing(
        self, registration: Registration
    ) -> None:
        theirs = ChannelDeclaration(Channel.PHONE, address="3939")
        amend(
            registration=registration,
            revision=1,
            options=[OptionCode.VISITS],
            channels=[theirs],
            sites=[],
            by=PersonFactory(),
        )
        with pytest.raises(StaleForm) as stale:
            amend(
                registration=registration,
                revision=1,
                options=[OptionCode.VISITS],
                channels=[ChannelDeclaration(Channel.PHONE, address="3900")],
                sites=[],
                by=registration.submitted_by,
            )
        assert [(d.label, d.theirs, d.yours) for d in stale.value.differences] == [
            ("Téléphone", "3939", "3900")
        ]
        assert registration.declared_channels.get().address == "3939"

    def test_a_wrong_address_rolls_everything_back(self, registration: Registration) -> None:
        with pytest.raises(Refusal):
            amend(
                registration=registration,
                revision=1,
                options=[],
                channels=[ChannelDeclaration(Channel.PHONE, address="la mairie")],
                sites=[],
                by=registration.submitted_by,
            )
        assert registration.ticked_options.count() == 1
        assert registration.declared_channels.get().address == PHONE.address

    def test_nothing_changes_a_second_after_the_deadline(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deadline = registration.edition.registration_closes_at
        at(monkeypatch, deadline + timedelta(seconds=1))
        with pytest.raises(Conflict, match="closes depuis"):
            amend(
                registration=registration,
                revision=1,
                options=[],
                channels=[],
                sites=[],
                by=registration.submitted_by,
            )
        assert registration.ticked_options.count() == 1


class TestWithdrawing:
    def test_it_needs_a_reason_and_is_done_once(self, edition: Edition) -> None:
        registration = register(**joining(edition))
        by = registration.submitted_by
        with pytest.raises(Refusal) as refusal:
            withdraw(registration=registration, reason="  ", by=by)
        assert refusal.value.field == "reason"
        first = withdraw(registration=registration, reason="Changement de calendrier", by=by)
        again = withdraw(registration=registration, reason="Deuxième clic", by=by)
        assert again.state == RegistrationState.WITHDRAWN
        assert again.withdrawal_reason == "Changement de calendrier"
        assert again.revision == first.revision
        assert Entry.objects.filter(action="registration.withdrawn").count() == 1

    def test_contacts_made_forbid_it(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(locks, "_withdrawal_objections", [])
        locks.register_withdrawal_objection(lambda registration: "")
        locks.register_withdrawal_objection(lambda registration: "Des tests ont eu lieu.")
        registration = register(**joining(edition))
        with pytest.raises(Conflict, match="Des tests ont eu lieu"):
            withdraw(registration=registration, reason="Trop tard", by=registration.submitted_by)
        registration.refresh_from_db()
        assert registration.takes_part

    def test_registering_anew_starts_from_nothing(self, edition: Edition) -> None:
        arguments = joining(edition, options=[OptionCode.VISITS], channels=[PHONE])
        registration = register(**arguments)
        withdraw(registration=registration, reason="Erreur", by=registration.submitted_by)
        newcomer = PersonFactory()
        anew = register(**joining(edition, organisation=registration.organisation, person=newcomer))
        assert anew.pk == registration.pk
        assert anew.takes_part
        assert anew.submitted_by == newcomer
        assert not anew.ticked_options.exists()
        assert not anew.declared_channels.exists()


class TestJoining:
    def test_a_colleague_asks_for_a_mandate(self, edition: Edition) -> None:
        registration = register(**joining(edition))
        colleague = PersonFactory()
        mandate = join(
            edition=edition,
            organisation=registration.organisation,
            person=colleague,
            function="chargé de mission",
        )
        assert mandate.state == MandateState.REQUESTED
        hat = hats_of(colleague)[0]
        assert not Registration.objects.visible_to(hat).exists()

    def test_nobody_joins_a_body_that_takes_no_part(self, edition: Edition) -> None:
        with pytest.raises(Refusal):
            join(
                edition=edition,
                organisation=OrganisationFactory(),
                person=PersonFactory(),
                function="chargé de mission",
            )
