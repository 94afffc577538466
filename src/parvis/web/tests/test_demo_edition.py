"""The demonstration in the database: what was written in bulk obeys the rules of the operations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.editions.embargo import embargoes_on
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Registration
from parvis.foundation.working_time import working_hours_between
from parvis.mystery_audits.enums import CONTACT_TRANSITIONS, ContactState
from parvis.mystery_audits.models import Answer, Contact, Evidence, Transition
from parvis.mystery_audits.questions import missing_from
from parvis.organisations.enums import EpciType, MandateState, OrganisationKind
from parvis.organisations.models import Mandate, Organisation
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.grid_schema import parse_value
from parvis.questionnaires.grids import document_of
from parvis.results.models import Publication
from parvis.web.demo.answers import BEHAVIOURS
from parvis.web.demo.build import _Demonstration, build
from parvis.web.demo.names import folded
from parvis.web.demo.people import (
    COORDINATOR,
    MYSTERY_CITIZEN,
    PENDING_COORDINATOR,
    SECOND_COORDINATOR,
    find,
)
from parvis.web.demo.polls import Polled
from parvis.web.demo.truth import CHANNELS, Truth

pytestmark = pytest.mark.django_db

ORGANISATIONS = 20
SEED = 11


def make_small_directory() -> None:
    """Enough of a directory to take sizes from."""
    for population in (800, 1_500, 4_000, 8_000, 12_000, 18_000, 30_000, 60_000, 150_000):
        OrganisationFactory(population=population)
    # Holidays and clocks of their own.
    OrganisationFactory(population=15_000, departement_code="67")
    OrganisationFactory(population=25_000, departement_code="974")
    for epci_type in EpciType:
        OrganisationFactory(epci=True, epci_type=epci_type, population=70_000)
    OrganisationFactory(departement=True, population=600_000)
    OrganisationFactory(kind=OrganisationKind.REGION, insee_code="84", population=5_000_000)


@dataclass(frozen=True)
class Built:
    edition: Edition
    current: Edition
    truth: Truth
    bodies: list[Organisation]
    counts: dict[str, int]
    # Digests of the published edition built before this one, then undone.
    same_seed: str
    other_seed: str


class FieldworkAlone(_Demonstration):
    """The published edition up to its last contact: all that a seed decides of it."""

    def _publish(self) -> None:
        pass

    def _begin_current_edition(self) -> int:
        return 0

    def _poll(self) -> Polled:
        return Polled(0, 0)


def digest_of_seed(seed: int) -> str:
    point = transaction.savepoint()
    demonstration = FieldworkAlone(ORGANISATIONS, seed, no_step, timezone.now().date())
    demonstration.build()
    found = digest(demonstration.edition)
    transaction.savepoint_rollback(point)
    return found


def no_step(title: str) -> nullcontext[None]:
    return nullcontext()


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """One demonstration for the module, undone at its end."""
    home = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        override_settings(HOME=home, EVIDENCE_ROOT=home / "evidence"),
        scopes_disabled(),
        transaction.atomic(),
    ):
        make_small_directory()
        same_seed, other_seed = digest_of_seed(SEED), digest_of_seed(SEED + 1)
        demonstration = _Demonstration(ORGANISATIONS, SEED, no_step, timezone.now().date())
        counts = demonstration.build()
        simulated = Edition.objects.filter(is_simulated=True)
        yield Built(
            edition=demonstration.edition,
            current=simulated.exclude(pk=demonstration.edition.pk).get(),
            truth=demonstration.truth,
            bodies=list(demonstration.bodies),
            counts=counts,
            same_seed=same_seed,
            other_seed=other_seed,
        )
        transaction.set_rollback(True)


def digest(edition: Edition) -> str:
    """Everything that was drawn for an edition, numbers of rows aside."""
    content = hashlib.sha256()
    position = {
        pk: index
        for index, pk in enumerate(
            Registration.objects.filter(edition=edition)
            .order_by("organisation_id")
            .values_list("organisation_id", flat=True)
        )
    }
    for body in Organisation.objects.filter(pk__in=position).order_by("pk"):
        content.update(f"{body.kind} {body.name} {body.population}\n".encode())
    contacts = (
        Contact.objects.filter(wave__edition=edition)
        .select_related("organisation", "wave", "mystery_citizen")
        .order_by("wave__number", "organisation_id", "channel", "rank")
    )
    answers: dict[int, list[str]] = defaultdict(list)
    for contact, criterion, value in (
        Answer.objects.filter(contact__wave__edition=edition)
        .order_by("criterion")
        .values_list("contact_id", "criterion", "value")
    ):
        answers[contact].append(f"{criterion}={value}")
    for contact in contacts:
        content.update(
            f"{position[contact.organisation_id]} {contact.wave.number} {contact.channel} "
            f"{contact.rank} {contact.no_answer} {contact.comment} {hours(contact)} "
            f"{contact.mystery_citizen} {' '.join(answers[contact.pk])}\n".encode()
        )
    return content.hexdigest()


def hours(contact: Contact) -> list[float | None]:
    code = contact.organisation.departement_code
    return [
        None
        if event is None or contact.sent_at is None
        else round(working_hours_between(contact.sent_at, event, departement_code=code), 3)
        for event in (contact.acknowledged_at, contact.answered_at)
    ]


def test_every_contact_of_the_published_edition_obeys_the_rules(built: Built) -> None:
    grid = document_of(built.edition.grid)
    contacts = Contact.objects.filter(wave__edition=built.edition).for_its_page()
    values: dict[int, dict[str, str]] = defaultdict(dict)
    for contact, criterion, value in Answer.objects.filter(contact__in=contacts).values_list(
        "contact_id", "criterion", "value"
    ):
        values[contact][criterion] = value
        assert parse_value(grid.criterion(criterion), value) == value
    assert contacts.count() == built.counts["contacts"] > 35 * ORGANISATIONS
    # The database has checked its own constraints at each row; foreign keys are its own too.
    related = ["organisation", "wave", "scenario", "site", "mystery_citizen", "reviewer"]
    for contact in contacts:
        contact.clean_fields(exclude=related)
        assert contact.state == ContactState.PRELIMINARY
        assert missing_from(contact, values[contact.pk]) == []
        assert contact.wave.state == WaveState.CLOSED
        moments = [contact.sent_at, contact.submitted_at, contact.validated_at]
        assert sorted([*moments, contact.wave.closed_at]) == [*moments, contact.wave.closed_at]
        if contact.answered_at is not None:
            assert contact.answered_at <= contact.submitted_at
        day = built.edition.day_of(contact.sent_at)
        assert contact.wave.starts_on <= day <= contact.wave.ends_on
        # Made on the day planned, in the body's opening hours: its clock runs at once.
        code = contact.organisation.departement_code
        later = contact.sent_at + timedelta(minutes=6)
        elapsed = working_hours_between(contact.sent_at, later, departement_code=code)
        assert elapsed == pytest.approx(0.1)
        behaviour = BEHAVIOURS[contact.channel]
        answered = hours(contact)[1]
        assert (answered is not None) == (behaviour.awaits_a_reply and not contact.no_answer)
        assert answered is None or answered <= behaviour.latest_hours
    for contact in contacts.order_by("pk")[::20]:
        contact.full_clean()


def test_the_steps_of_every_contact_are_legal_and_in_order(built: Built) -> None:
    steps: dict[int, list[Transition]] = defaultdict(list)
    for step in Transition.objects.order_by("pk"):
        steps[step.contact_id].append(step)
    for contact in Contact.objects.exclude(state=ContactState.PLANNED):
        path = steps[contact.pk]
        assert path[0].from_state == ContactState.PLANNED
        assert path[-1].to_state == contact.state
        for step in path:
            assert step.to_state in CONTACT_TRANSITIONS[ContactState(step.from_state)]
        for before, after in pairwise(path):
            assert before.to_state == after.from_state
            assert before.at <= after.at


def test_nobody_tests_the_same_body_by_the_same_channel_in_both_waves(built: Built) -> None:
    waves = defaultdict(set)
    for contact in Contact.objects.filter(wave__edition=built.edition).values_list(
        "organisation_id", "channel", "mystery_citizen_id", "wave_id"
    ):
        waves[contact[:3]].add(contact[3])
    assert {len(numbers) for numbers in waves.values()} == {1}


def test_participants_are_fictitious_and_complete(built: Built) -> None:
    real = {folded(name) for name in Organisation.objects.real().values_list("name", flat=True)}
    simulated = Organisation.objects.filter(is_simulated=True)
    names = [folded(name) for name in simulated.values_list("name", flat=True)]
    assert len(names) == len(set(names)) == ORGANISATIONS + 3
    assert not real & set(names)
    assert not simulated.exclude(insee_code="", siren=None).exists()
    for registration in Registration.objects.filter(edition__is_simulated=True):
        registration.full_clean()
    for mandate in Mandate.objects.all():
        mandate.full_clean()
    assert set(Registration.objects.values_list("organisation__is_simulated", flat=True)) == {True}


def test_published_intervals_cover_the_known_truth(built: Built) -> None:
    publications = Publication.objects.current().filter(edition=built.edition)
    assert publications.count() == 3
    row = {body.pk: index for index, body in enumerate(built.bodies)}
    covered = []
    for sheet in publications.get(wave=None).run.score_sheets.all():
        known = built.truth.score_percent[row[sheet.organisation_id]].mean(axis=0)
        for column, channel in enumerate(CHANNELS):
            found = sheet.sheet["channels"][channel.value]
            if found["contacts"]:
                covered.append(found["lower"] <= known[column] <= found["upper"])
    assert len(covered) > 4 * ORGANISATIONS
    # 95 % of about a hundred: fewer than 87 happens once in a thousand.
    assert np.mean(covered) > 0.87


def test_the_current_edition_has_something_for_everybody(built: Built) -> None:
    states = set(
        Contact.objects.filter(wave__edition=built.current).values_list("state", flat=True)
    )
    assert states >= {
        ContactState.PLANNED,
        ContactState.ASSIGNED,
        ContactState.IN_PROGRESS,
        ContactState.SUBMITTED,
        ContactState.IN_REVIEW,
        ContactState.RETURNED,
        ContactState.VALIDATED,
        ContactState.CANCELLED,
    }
    assert built.current.takes_registrations(timezone.now())
    mine = Contact.objects.filter(mystery_citizen__person=find(MYSTERY_CITIZEN))
    assert set(mine.values_list("state", flat=True)) == {"assigned", "in_progress", "returned"}
    today = built.current.day_of(timezone.now())
    assert mine.filter(state="assigned", planned_on=today).count() >= 4
    waiting = Mandate.objects.filter(state=MandateState.REQUESTED)
    assert waiting.count() == 3
    assert waiting.filter(person=find(PENDING_COORDINATOR)).exists()
    for persona, editions in ((COORDINATOR, 2), (SECOND_COORDINATOR, 1)):
        body = Mandate.objects.get(person=find(persona), state=MandateState.CONFIRMED).organisation
        assert body.kind == OrganisationKind.COMMUNE
        assert Registration.objects.filter(organisation=body).count() == editions
    assert Evidence.objects.filter(contact__wave__edition=built.current).count() >= 3


def test_the_same_seed_gives_the_same_edition_and_another_seed_another(built: Built) -> None:
    assert built.same_seed == digest(built.edition)
    assert built.other_seed != built.same_seed


def test_a_second_build_changes_nothing(built: Built) -> None:
    before = (Contact.objects.count(), Person.objects.count(), Publication.objects.count())
    titles: list[str] = []

    def step(title: str) -> nullcontext[None]:
        titles.append(title)
        return nullcontext()

    assert build(organisations=50, seed=1, step=step) is None
    assert titles == []
    assert (Contact.objects.count(), Person.objects.count(), Publication.objects.count()) == before


def test_results_are_not_embargoed_today(built: Built) -> None:
    assert embargoes_on(built.edition, timezone.now().date()) == []
