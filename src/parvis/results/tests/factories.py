"""A whole small barometer, scored and published if asked, for the tests of this room and above.

`small_barometer(organisations=12)` makes an edition with closed waves and validated contacts in a
few dozen queries; `RunFactory` and `PublicationFactory` score and publish one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from factory.django import DjangoModelFactory

from parvis.accounts.models import Person
from parvis.editions.enums import WaveState
from parvis.editions.models import DeclaredChannel, Edition, Registration, Wave
from parvis.editions.tests.factories import EditionFactory
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, Contact, Evidence, Scenario
from parvis.mystery_audits.tests.factories import MysteryCitizenFactory, ScenarioFactory
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate, Organisation
from parvis.organisations.tests.factories import siren_number
from parvis.questionnaires.enums import Channel, CriterionKind
from parvis.questionnaires.grid_schema import NO, YES, Criterion, is_asked
from parvis.questionnaires.grids import document_of
from parvis.results.models import Publication, Run
from parvis.results.operations import launch_run, publish

CONTACTS = {Channel.PHONE: 3, Channel.EMAIL: 2, Channel.WEBSITE: 1, Channel.POST: 2}
WRITTEN = frozenset({Channel.EMAIL, Channel.POST, Channel.SOCIAL})
FIRST_DAY = date(2026, 1, 12)


@dataclass(frozen=True)
class Barometer:
    """An edition, its participants and who coordinates each, in the same order."""

    edition: Edition
    waves: list[Wave]
    organisations: list[Organisation]
    coordinators: list[Person] = field(default_factory=list)

    def run(self, wave: Wave | None = None) -> Run:
        return launch_run(edition=self.edition, wave=wave or self.waves[0], by=None)

    def publish(self, wave: Wave | None = None) -> Publication:
        return publish(run=self.run(wave), by=None)


def small_barometer(
    *,
    organisations: int = 12,
    waves: int = 1,
    contacts: Mapping[Channel, int] = CONTACTS,
    populations: tuple[int, ...] = (12_000,),
    seed: int = 1,
    **edition: Any,
) -> Barometer:
    """An open edition with closed waves and validated contacts, drawn from a seeded generator.

    Organisation i has the population `populations[i % len]`, one confirmed coordinator, and a level
    of its own around which its answers are drawn.
    """
    rng = np.random.default_rng(seed)
    campaign = EditionFactory(open=True, weights=True, **edition)
    periods = Wave.objects.bulk_create(
        [
            Wave(
                edition=campaign,
                number=number,
                starts_on=FIRST_DAY + timedelta(days=120 * (number - 1)),
                ends_on=FIRST_DAY + timedelta(days=120 * (number - 1) + 45),
                state=WaveState.CLOSED,
                closed_at=timezone.now(),
            )
            for number in range(1, waves + 1)
        ]
    )
    bodies = _organisations(campaign, organisations, populations)
    coordinators = _coordinators(campaign, bodies)
    _contacts(campaign, periods, bodies, contacts, rng)
    return Barometer(campaign, list(periods), bodies, coordinators)


def _organisations(
    edition: Edition, count: int, populations: tuple[int, ...]
) -> list[Organisation]:
    first = Organisation.objects.count()
    bodies = [
        Organisation(
            kind="commune",
            name=f"Ville-Témoin-{first + index}",
            siren=siren_number(5_000_000 + first + index),
            population=populations[index % len(populations)],
            departement_code="69",
            is_simulated=edition.is_simulated,
        )
        for index in range(count)
    ]
    for body in bodies:
        body.index_for_search()
    return Organisation.objects.bulk_create(bodies)


def _coordinators(edition: Edition, bodies: list[Organisation]) -> list[Person]:
    people = Person.objects.bulk_create(
        [Person(email=f"coordination{body.pk}@exemple.invalid", password="!") for body in bodies]
    )
    Registration.objects.bulk_create(
        [
            Registration(
                edition=edition,
                organisation=body,
                submitted_by=person,
                staff_informed=True,
                communicability_acknowledged=True,
            )
            for body, person in zip(bodies, people, strict=True)
        ]
    )
    Mandate.objects.bulk_create(
        [
            Mandate(
                person=person,
                organisation=body,
                state=MandateState.CONFIRMED,
                function="directrice de l’accueil",
                decided_at=timezone.now() + timedelta(seconds=1),
            )
            for body, person in zip(bodies, people, strict=True)
        ]
    )
    return people


def _contacts(
    edition: Edition,
    waves: list[Wave],
    bodies: list[Organisation],
    per_channel: Mapping[Channel, int],
    rng: np.random.Generator,
) -> None:
    grid = document_of(edition.grid)
    scenarios: dict[Channel, Scenario] = {c: ScenarioFactory(channel=c) for c in per_channel}
    tester = MysteryCitizenFactory()
    planned: list[tuple[Contact, dict[str, str]]] = []
    for body in bodies:
        level = rng.uniform(0.4, 0.9)
        for wave in waves:
            for channel, count in per_channel.items():
                for rank in range(1, count + 1):
                    contact = _contact(body, wave, channel, rank, scenarios[channel], rng)
                    contact.mystery_citizen = tester
                    answers: dict[str, str] = {}
                    for criterion in grid.of_channel(channel):
                        if criterion.is_entered and is_asked(criterion, answers):
                            answers[criterion.code] = drawn_value(criterion, level, rng)
                    planned.append((contact, answers))
    Contact.objects.bulk_create([contact for contact, _answers in planned], batch_size=500)
    Answer.objects.bulk_create(
        [
            Answer(contact=contact, criterion=code, value=value)
            for contact, answers in planned
            for code, value in answers.items()
        ],
        batch_size=2000,
    )
    Evidence.objects.bulk_create(
        [
            Evidence(
                contact=contact,
                kind="message",
                original_name="reponse.eml",
                media_type="message/rfc822",
                size_bytes=1200,
                sha256=f"{contact.pk:064x}",
                received_sha256=f"{contact.pk:064x}",
                path=f"tests/{contact.pk}.eml",
            )
            for contact, _answers in planned
            if contact.answered_at
        ],
        batch_size=500,
    )


def _contact(
    body: Organisation,
    wave: Wave,
    channel: Channel,
    rank: int,
    scenario: Scenario,
    rng: np.random.Generator,
) -> Contact:
    sent = datetime(wave.starts_on.year, wave.starts_on.month, wave.starts_on.day, 9, tzinfo=UTC)
    sent += timedelta(days=int(rng.integers(0, 20)), minutes=int(rng.integers(0, 400)))
    answered = None
    if channel in WRITTEN and rng.random() < 0.85:
        answered = sent + timedelta(hours=float(rng.integers(1, 200)))
    return Contact(
        organisation=body,
        wave=wave,
        channel=channel,
        rank=rank,
        scenario=scenario,
        state=ContactState.VALIDATED,
        sent_at=sent,
        answered_at=answered,
        no_answer=channel in WRITTEN and answered is None,
        comment="Réponse claire, sans nom.",
        submitted_at=sent + timedelta(days=12),
        validated_at=sent + timedelta(days=14),
    )


def drawn_value(criterion: Criterion, level: float, rng: np.random.Generator) -> str:
    """A stored answer: good with a probability of `level`."""
    good = rng.random() < level
    if criterion.kind == CriterionKind.YES_NO:
        return YES if good else NO
    if criterion.kind == CriterionKind.GRADED:
        options = criterion.options
        return options[-1 if good else int(rng.integers(0, len(options) - 1))].code
    best = max(range(len(criterion.bands)), key=lambda index: criterion.bands[index].score)
    bound = criterion.bands[best].up_to
    return str(int(bound if bound is not None else 9)) if good else str(int(rng.integers(0, 9)))


def without_channel(barometer: Barometer, organisation: Organisation, channel: Channel) -> None:
    """The body declares that it has not got the channel, and was not tested by it."""
    contacts = Contact.objects.filter(
        wave__in=barometer.waves, organisation=organisation, channel=channel
    )
    Answer.objects.filter(contact__in=contacts).delete()
    Evidence.objects.filter(contact__in=contacts).delete()
    contacts.delete()
    registration = Registration.objects.get(edition=barometer.edition, organisation=organisation)
    DeclaredChannel.objects.create(registration=registration, channel=channel, exists=False)


class RunFactory(DjangoModelFactory[Run]):
    """The run of the first wave of a small barometer."""

    class Meta:
        model = Run

    @classmethod
    def _create(cls, model_class: type[Run], *args: Any, **kwargs: Any) -> Run:
        return small_barometer(**kwargs).run()


class PublicationFactory(DjangoModelFactory[Publication]):
    """The publication of the first wave of a small barometer."""

    class Meta:
        model = Publication

    @classmethod
    def _create(cls, model_class: type[Publication], *args: Any, **kwargs: Any) -> Publication:
        return small_barometer(**kwargs).publish()


__all__ = [
    "Barometer",
    "PublicationFactory",
    "RunFactory",
    "drawn_value",
    "small_barometer",
    "without_channel",
]
