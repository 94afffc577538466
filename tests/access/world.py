"""Two tenants with everything they may own, marked word by word, and everybody who may come near.

Every text a tenant or a tester wrote holds a canary: `CANARI-A-…` for tenant A, `CANARI-B-…` for B,
`CANARI-PERSON-…` for who tests and who reviews. A canary found in a page its reader has no
business with is a leak. Names of bodies are public and are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Invitation, Person, Role, SignInLink
from parvis.accounts.tests.factories import PASSWORD, PersonFactory, sign_in
from parvis.accounts.tokens import new_token
from parvis.editions.enums import WaveState
from parvis.editions.models import DeclaredChannel, Edition, Registration, RegistrationSite, Wave
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.models import Answer, Contact, Evidence, MysteryCitizen, Transition
from parvis.mystery_audits.operations.evidence import add_evidence
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    MysteryCitizenFactory,
    ScenarioFactory,
)
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate, Organisation, Site
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory, SiteFactory
from parvis.questionnaires.enums import Channel
from parvis.results.models import ContactScore, Publication, Run
from parvis.results.tests.factories import Barometer, small_barometer
from tests.access.consultations_world import ConsultationRows, build_consultations
from tests.access.feedback_world import FeedbackRows, build_feedback
from tests.access.live_world import LiveRows, build_live
from tests.access.poll_results_world import PollResultRows, build_poll_results
from tests.access.polls_world import PollRows, build_polls

PERSON = "CANARI-PERSON"
ROLES = (
    *("visitor", "newcomer", "operator", "reviewer"),
    *("coordinator_a", "coordinator_b", "pending_a", "former_a", "citizen_a", "citizen_b"),
    "moderator_a",
)
# The criterion that forms of the table save, and values it takes.
CRITERION = "phone.answered"


@dataclass
class Tenant:
    """What one body owns, and who acts for it or tests it."""

    mark: str
    organisation: Organisation
    coordinator: Person
    pending: Person
    former: Person
    citizen: MysteryCitizen
    site: Site
    closed_site: Site
    registration: Registration
    # In the other edition, where nothing is planned yet.
    other_registration: Registration
    contacts: dict[str, Contact]
    evidence: Evidence
    published_contact: Contact
    feedback: FeedbackRows
    polls: PollRows
    poll_results: PollResultRows
    live: LiveRows
    consultations: ConsultationRows

    @property
    def canary(self) -> str:
        return f"canari-{self.mark.lower()}-"

    def mandate(self, person: Person) -> Mandate:
        return Mandate.objects.get(person=person, organisation=self.organisation)


@dataclass
class World:
    """The installation, its two tenants and the people of the eleven roles."""

    edition: Edition
    draft: Edition
    # Open to the public, with a first wave that may begin today.
    other_edition: Edition
    published: Publication
    unpublished: Run
    waves: list[Wave]
    a: Tenant
    b: Tenant
    free_body: Organisation
    people: dict[str, Person]
    reviewer_role: Role
    sign_in_token: str
    invitation_token: str
    invitation: Invitation
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """Somebody of that role, signed in, with the only hat they have."""
        if role not in self.clients:
            client = Client()
            if role != "visitor":
                sign_in(client, self.people[role])
            self.clients[role] = client
        return self.clients[role]

    @contextmanager
    def fresh(self, role: str) -> Iterator[Client]:
        """Another session of that role: what it does to its session is forgotten."""
        client = Client()
        if role != "visitor":
            sign_in(client, self.people[role])
        yield client


def person(code: str, mark: str = "", **traits: Any) -> Person:
    label = f"{mark or 'PERSONNE'}-{code}"
    return PersonFactory(display_name=label, email=f"{label.lower()}@exemple.invalid", **traits)


def build() -> World:
    """Make the world; in a transaction that the caller rolls back."""
    barometer = small_barometer(
        organisations=12,
        contacts=dict.fromkeys((Channel.PHONE, Channel.EMAIL, Channel.WEBSITE, Channel.POST), 1),
        title="Baromètre des deux villes",
        slug="deux-villes",
        options=True,
    )
    edition, today = barometer.edition, timezone.now().date()
    running = Wave.objects.create(
        edition=edition,
        number=2,
        starts_on=today - timedelta(days=10),
        ends_on=today + timedelta(days=35),
        state=WaveState.OPEN,
    )
    operator = person("operateur", PERSON, operator=True)
    reviewer = person("relectrice", PERSON, reviewer=True)
    _mark_testers(barometer, reviewer)
    other_edition = EditionFactory(complete=True, slug="autre-edition")
    a = _tenant("A", barometer, 0, running, reviewer, other_edition)
    b = _tenant("B", barometer, 1, running, reviewer, other_edition)
    published = barometer.publish()
    # A correction after the publication: a second run, which nobody but the operator may see.
    Answer.objects.filter(contact=a.published_contact, criterion=CRITERION).update(value="no")
    Contact.objects.filter(pk=a.published_contact.pk).update(no_answer=True)
    unpublished = barometer.run()
    assert unpublished.number == 2
    newcomer = person("nouvelle")
    token, token_sha256 = new_token()
    SignInLink.objects.create(
        person=newcomer, token_sha256=token_sha256, expires_at=timezone.now() + timedelta(hours=1)
    )
    offer, offer_sha256 = new_token()
    invitation = Invitation.objects.create(
        email="invitee@exemple.invalid",
        kind=RoleKind.REVIEWER,
        token_sha256=offer_sha256,
        invited_by=operator,
        expires_at=timezone.now() + timedelta(days=1),
    )
    # A second operator, so that the first may leave.
    person("second-operateur", PERSON, operator=True)
    return World(
        edition=edition,
        draft=EditionFactory(weights=True, waves=True, slug="brouillon"),
        other_edition=other_edition,
        published=published,
        unpublished=unpublished,
        waves=[barometer.waves[0], running],
        a=a,
        b=b,
        free_body=OrganisationFactory(name="Commune-Libre"),
        people={
            "newcomer": newcomer,
            "operator": operator,
            "reviewer": reviewer,
            "coordinator_a": a.coordinator,
            "coordinator_b": b.coordinator,
            "pending_a": a.pending,
            "former_a": a.former,
            "citizen_a": a.citizen.person,
            "citizen_b": b.citizen.person,
            "moderator_a": a.consultations.moderator,
        },
        reviewer_role=Role.objects.get(person=reviewer),
        sign_in_token=token,
        invitation_token=offer,
        invitation=invitation,
    )


def _mark_testers(barometer: Barometer, reviewer: Person) -> None:
    """Those who made and reviewed the contacts of the closed wave."""
    contacts = Contact.objects.filter(wave=barometer.waves[0])
    contacts.update(reviewer=reviewer)
    tester = MysteryCitizen.objects.get(contacts__in=contacts[:1])
    MysteryCitizen.objects.filter(pk=tester.pk).update(code_name=f"{PERSON}-MC-1")
    Person.objects.filter(pk=tester.person_id).update(
        display_name=f"{PERSON}-testeuse", email=f"{PERSON.lower()}-testeuse@exemple.invalid"
    )


def _tenant(
    mark: str,
    barometer: Barometer,
    index: int,
    running: Wave,
    reviewer: Person,
    other_edition: Edition,
) -> Tenant:
    body = barometer.organisations[index]

    def canary(what: str) -> str:
        return f"CANARI-{mark}-{what}"

    coordinator = barometer.coordinators[index]
    Person.objects.filter(pk=coordinator.pk).update(
        display_name=canary("coordinatrice"),
        email=f"{canary('coordinatrice').lower()}@exemple.invalid",
        password=make_password(PASSWORD),
    )
    coordinator.refresh_from_db()
    Mandate.objects.filter(person=coordinator).update(function=canary("fonction"))
    pending, former = person("en-attente", f"ATTEND-{mark}"), person("ancienne", f"PARTIE-{mark}")
    MandateFactory(person=pending, organisation=body, function="ma propre demande")
    MandateFactory(
        person=former,
        organisation=body,
        state=MandateState.ENDED,
        decided_at=timezone.now(),
        function="ma propre fonction",
        reason="ma propre fin de fonction",
    )
    site = SiteFactory(
        organisation=body,
        name=canary("lieu"),
        address=canary("adresse"),
        opening_hours=canary("horaires"),
    )
    closed_site = SiteFactory(
        organisation=body,
        name=canary("lieu-ferme"),
        address=canary("adresse-fermee"),
        closed_at=timezone.now(),
    )
    registration = Registration.objects.get(edition=barometer.edition, organisation=body)
    RegistrationSite.objects.create(registration=registration, site=site)
    for channel in (Channel.PHONE, Channel.EMAIL, Channel.WEBSITE, Channel.POST):
        DeclaredChannel.objects.create(
            registration=registration, channel=channel, address=canary(f"canal-{channel}")
        )
    citizen = MysteryCitizenFactory(
        person=person(f"citoyenne-{mark.lower()}", PERSON), code_name=f"{PERSON}-MC-{mark}"
    )
    contacts = _contacts(mark, body, running, citizen, reviewer, site)
    published = Contact.objects.get(
        organisation=body, wave=barometer.waves[0], channel=Channel.PHONE
    )
    for contact in Contact.objects.filter(organisation=body):
        Contact.objects.filter(pk=contact.pk).update(comment=canary(f"commentaire-{contact.pk}"))
        Transition.objects.create(
            contact=contact,
            from_state=ContactState.ASSIGNED,
            to_state=ContactState.RETURNED,
            actor=reviewer,
            reason=canary(f"motif-{contact.pk}"),
        )
    Evidence.objects.filter(contact__organisation=body).update(original_name=canary("piece.eml"))
    other_registration = RegistrationFactory(
        edition=other_edition, organisation=body, submitted_by=coordinator
    )
    return Tenant(
        mark=mark,
        organisation=body,
        coordinator=coordinator,
        pending=pending,
        former=former,
        citizen=citizen,
        site=site,
        closed_site=closed_site,
        registration=registration,
        other_registration=other_registration,
        contacts=contacts,
        evidence=_evidence(mark, contacts["in_progress"], citizen.person),
        published_contact=published,
        feedback=build_feedback(mark, body, coordinator, site, other_registration),
        polls=build_polls(mark, body, other_registration),
        poll_results=build_poll_results(mark, body),
        live=build_live(mark, body),
        consultations=build_consultations(mark, body, other_registration),
    )


def _contacts(
    mark: str, body: Organisation, wave: Wave, citizen: MysteryCitizen, reviewer: Person, site: Site
) -> dict[str, Contact]:
    """One contact in each state the open wave may hold, and a visit to come."""
    scenario = ScenarioFactory(channel=Channel.PHONE)
    states: dict[str, dict[str, Any]] = {
        "planned": {"planned": True},
        "assigned": {},
        "in_progress": {"in_progress": True},
        "submitted": {"submitted": True},
        "in_review": {"in_review": True, "reviewer": reviewer},
        "returned": {"returned": True, "reviewer": reviewer},
        "validated": {"validated": True, "reviewer": reviewer},
        "cancelled": {"cancelled": True},
    }
    made = {}
    for rank, (state, traits) in enumerate(states.items(), start=1):
        made[state] = ContactFactory(
            organisation=body,
            wave=wave,
            rank=rank,
            scenario=scenario,
            **{"mystery_citizen": citizen, **traits} if state != "planned" else {"planned": True},
        )
    made["visit"] = ContactFactory(
        organisation=body,
        wave=wave,
        channel=Channel.VISIT,
        rank=1,
        scenario=ScenarioFactory(channel=Channel.VISIT),
        mystery_citizen=citizen,
        site=site,
    )
    return made


def _evidence(mark: str, contact: Contact, by: Person) -> Evidence:
    return add_evidence(
        contact=contact,
        file=SimpleUploadedFile(
            f"CANARI-{mark}-journal.txt", f"CANARI-{mark}-contenu de la pièce".encode()
        ),
        kind=EvidenceKind.CALL_LOG,
        client_id=uuid4(),
        by=by,
    )


def scored_contacts(world: World, tenant: Tenant) -> int:
    return ContactScore.objects.filter(
        run=world.published.run, contact__organisation=tenant.organisation
    ).count()
