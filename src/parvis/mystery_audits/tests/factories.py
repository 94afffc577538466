"""The panel, scenarios, contacts in every state and evidence, for this room and those above.

`ContactFactory()` is assigned to somebody in an open wave of a simulated calendar: today is inside
it. Traits give the other states, with the dates and people that go with each; `answers="best"`
fills the channel's form.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.models import Wave
from parvis.editions.tests.factories import EditionFactory, WaveFactory
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.models import Answer, Contact, Evidence, MysteryCitizen, Scenario
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import Channel, CriterionKind
from parvis.questionnaires.grid_schema import YES, Criterion, is_asked
from parvis.questionnaires.grids import document_of


class MysteryCitizenFactory(DjangoModelFactory[MysteryCitizen]):
    class Meta:
        model = MysteryCitizen

    class Params:
        departed = factory.Trait(left_at=factory.LazyFunction(timezone.now))

    person = factory.SubFactory(PersonFactory)
    code_name = factory.Sequence(lambda n: f"MC-T{n:04d}")


class ScenarioFactory(DjangoModelFactory[Scenario]):
    class Meta:
        model = Scenario

    class Params:
        retired = factory.Trait(retired_at=factory.LazyFunction(timezone.now))

    code = factory.Sequence(lambda n: f"scenario-{n}")
    channel = Channel.PHONE
    title_fr = factory.Sequence(lambda n: f"Horaires de la piscine, variante {n}")
    title_en = factory.Sequence(lambda n: f"Swimming pool hours, variant {n}")
    persona_fr = "Vous venez d’emménager."
    persona_en = "You have just moved in."
    request_fr = "Demandez les horaires de la piscine pendant les vacances."
    request_en = "Ask for the opening hours of the pool during the holidays."
    good_answer_fr = "Les horaires du lieu et de la période, et où les retrouver."
    good_answer_en = "The hours of the place and period, and where to find them again."


class RunningWaveFactory(WaveFactory):
    """An open wave that began ten days ago and ends in thirty-five, in an open edition."""

    class Meta:
        model = Wave

    class Params:
        opened = factory.Trait()

    edition = factory.SubFactory(EditionFactory, open=True)
    state = "open"
    starts_on = factory.LazyFunction(lambda: timezone.now().date() - timedelta(days=10))


def best_value(criterion: Criterion) -> str:
    """The stored answer worth most."""
    if criterion.kind == CriterionKind.YES_NO:
        return YES
    if criterion.kind == CriterionKind.GRADED:
        return max(criterion.options, key=lambda option: option.score).code
    best = max(range(len(criterion.bands)), key=lambda index: criterion.bands[index].score)
    bound = criterion.bands[best].up_to
    return str(int(bound if bound is not None else (criterion.bands[best - 1].up_to or 0) + 1))


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact
        skip_postgeneration_save = True

    class Params:
        # What everything from "submitted" on has in common.
        handed_in = factory.Trait(
            sent_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=5)),
            answered_at=factory.LazyAttribute(
                lambda contact: (
                    contact.sent_at + timedelta(days=1)
                    if contact.channel in (Channel.EMAIL, Channel.POST, Channel.SOCIAL)
                    else None
                )
            ),
            submitted_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=3)),
        )
        reviewed = factory.Trait(
            handed_in=True,
            reviewer=factory.SubFactory(PersonFactory),
            validated_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=2)),
        )
        planned = factory.Trait(state=ContactState.PLANNED, mystery_citizen=None)
        in_progress = factory.Trait(
            state=ContactState.IN_PROGRESS,
            sent_at=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=2)),
        )
        submitted = factory.Trait(handed_in=True, state=ContactState.SUBMITTED)
        in_review = factory.Trait(
            handed_in=True,
            state=ContactState.IN_REVIEW,
            reviewer=factory.SubFactory(PersonFactory),
        )
        returned = factory.Trait(
            handed_in=True,
            state=ContactState.RETURNED,
            reviewer=factory.SubFactory(PersonFactory),
        )
        validated = factory.Trait(reviewed=True, state=ContactState.VALIDATED)
        preliminary = factory.Trait(reviewed=True, state=ContactState.PRELIMINARY)
        appealed = factory.Trait(reviewed=True, state=ContactState.APPEALED)
        upheld = factory.Trait(reviewed=True, state=ContactState.UPHELD)
        corrected = factory.Trait(reviewed=True, state=ContactState.CORRECTED)
        frozen = factory.Trait(reviewed=True, state=ContactState.FROZEN)
        cancelled = factory.Trait(state=ContactState.CANCELLED)

    organisation = factory.SubFactory(OrganisationFactory)
    wave = factory.SubFactory(RunningWaveFactory)
    channel = Channel.PHONE
    rank = factory.Sequence(lambda n: n + 1)
    scenario = factory.SubFactory(ScenarioFactory, channel=factory.SelfAttribute("..channel"))
    state = ContactState.ASSIGNED
    mystery_citizen = factory.SubFactory(MysteryCitizenFactory)
    planned_on = factory.LazyFunction(lambda: timezone.now().date())

    @factory.post_generation
    def answers(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`answers="best"` gives each entered criterion its best value; a mapping gives these."""
        if not create or not extracted:
            return
        if extracted == "best":
            grid = document_of(self.wave.edition.grid)
            given: dict[str, str] = {}
            for criterion in grid.of_channel(self.channel):
                if criterion.is_entered and is_asked(criterion, given):
                    given[criterion.code] = best_value(criterion)
        else:
            given = dict(extracted)
        Answer.objects.bulk_create(
            [Answer(contact=self, criterion=code, value=value) for code, value in given.items()]
        )


class AnswerFactory(DjangoModelFactory[Answer]):
    class Meta:
        model = Answer

    contact = factory.SubFactory(ContactFactory)
    criterion = "phone.answered"
    value = YES


class EvidenceFactory(DjangoModelFactory[Evidence]):
    """A row without its file: enough for lists and hashes; `operations.evidence` stores files."""

    class Meta:
        model = Evidence

    contact = factory.SubFactory(ContactFactory)
    kind = EvidenceKind.SCREENSHOT
    original_name = "capture.png"
    media_type = "image/png"
    size_bytes = 1234
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    received_sha256 = factory.Sequence(lambda n: f"{n:064x}")
    path = factory.Sequence(lambda n: f"tests/{n}.png")
