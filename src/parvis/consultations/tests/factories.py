"""Consultations for the tests of this room and of those above."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations import keys
from parvis.consultations.entrance import admit
from parvis.consultations.enums import (
    Admission,
    ConsultationState,
    ContributionKind,
    ContributionState,
    PhaseKind,
    Proof,
    Template,
)
from parvis.consultations.models import (
    CODE_LENGTH,
    Consultation,
    Contribution,
    Participant,
    Phase,
)
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.contributing import Content, next_number, write_for_team
from parvis.consultations.phase_settings import Settings, written_settings
from parvis.consultations.search import search_text
from parvis.foundation.readable_codes import new_code
from parvis.organisations.tests.factories import OrganisationFactory


class ConsultationFactory(DjangoModelFactory[Consultation]):
    """A consultation being prepared, without any phase; `opened=True`: public, its key drawn."""

    class Meta:
        model = Consultation

    class Params:
        opened = factory.Trait(
            state=ConsultationState.OPEN, opened_at=factory.LazyFunction(timezone.now)
        )
        verified = factory.Trait(admission=Admission.VERIFIED, proofs=[Proof.MAIL])

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(lambda: new_code(CODE_LENGTH))
    template = Template.IDEAS
    title = factory.Sequence(lambda number: f"Consultation {number}")
    summary = "Dites-nous ce qui compte pour vous."


class PhaseFactory(DjangoModelFactory[Phase]):
    """A phase that runs now."""

    class Meta:
        model = Phase

    consultation = factory.SubFactory(ConsultationFactory, opened=True)
    organisation = factory.SelfAttribute("consultation.organisation")
    position = factory.LazyAttribute(lambda made: made.consultation.phases.count() + 1)
    kind = PhaseKind.IDEAS
    title = factory.Sequence(lambda number: f"Étape {number}")
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


class ContributionFactory(DjangoModelFactory[Contribution]):
    """A published idea of nobody in particular."""

    class Meta:
        model = Contribution

    phase = factory.SubFactory(PhaseFactory)
    organisation = factory.SelfAttribute("phase.organisation")
    kind = ContributionKind.IDEA
    number = factory.LazyAttribute(lambda made: next_number(made.phase))
    title = factory.Sequence(lambda number: f"Idée {number}")
    text = "Un texte d’idée."
    state = ContributionState.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)
    search_text = factory.LazyAttribute(lambda made: search_text(made.title, made.text))


def running_phase(
    kind: str = PhaseKind.IDEAS, settings: Settings | None = None, **consultation: Any
) -> Phase:
    """A phase of that kind, open now, of a public consultation whose key is drawn."""
    with scopes_disabled():
        made = ConsultationFactory.create(opened=True, **consultation)
        keys.make(made)
        return PhaseFactory.create(
            consultation=made,
            kind=kind,
            settings=written_settings(settings) if settings else {},
        )


def ended(phase: Phase) -> Phase:
    """The phase, read again, whose time is over and which nobody counted yet."""
    with scopes_disabled():
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
        phase.refresh_from_db()
    return phase


def closed(phase: Phase) -> Phase:
    """The phase once its time is over and its votes are counted."""
    with scopes_disabled():
        return close_phase(phase=ended(phase))


def publish(phase: Phase) -> None:
    """Publish the result of the consultation of a phase, as if it had been closed just now."""
    now = timezone.now()
    Consultation.objects.filter(pk=phase.consultation_id).update(
        state=ConsultationState.PUBLISHED, closed_at=now, published_at=now
    )


def written(phase: Phase, kind: str, *texts: str, **more: Any) -> list[Contribution]:
    """What the team wrote in a phase, in that order."""
    by = PersonFactory.create()
    with scopes_disabled():
        return [
            write_for_team(
                phase=phase, kind=ContributionKind(kind), content=Content(text=text, **more), by=by
            )
            for text in texts
        ]


def participant(consultation: Consultation, *, proof: str = Proof.DEVICE) -> Participant:
    """Somebody who takes part, for the first time."""
    return with_access(consultation, proof=proof)[0]


def with_access(
    consultation: Consultation, *, proof: str = Proof.DEVICE
) -> tuple[Participant, str]:
    """Somebody who takes part, and the secret of their browser's cookie."""
    with scopes_disabled():
        return admit(consultation=consultation, proof=Proof(proof), verified=secrets.token_hex(8))
