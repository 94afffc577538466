"""Moderators, coordinators and browsers of participants, for the tests of this room."""

from __future__ import annotations

from django.test import Client
from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import ContributionState, TeamRole, VoteKind
from parvis.consultations.models import (
    Consultation,
    Contribution,
    Participant,
    Phase,
    TeamMember,
    Vote,
)
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tests.factories import ContributionFactory, participant, with_access
from parvis.organisations.tests.factories import MandateFactory


def coordinator_of(consultation: Consultation) -> tuple[Client, Person]:
    """Somebody signed in who coordinates the body, and their browser."""
    person = MandateFactory(organisation=consultation.organisation, confirmed=True).person
    return sign_in(Client(), person, RoleKind.COORDINATOR), person


def member_of(
    consultation: Consultation, *roles: TeamRole, person: Person | None = None
) -> tuple[Client, Person]:
    """Somebody signed in who has these roles in the consultation, and their browser."""
    person = person or PersonFactory.create()
    with scopes_disabled():
        for role in roles or (TeamRole.MODERATOR,):
            TeamMember.objects.create(
                organisation=consultation.organisation,
                consultation=consultation,
                person=person,
                role=role,
            )
    return sign_in(Client(), person, RoleKind.CONSULTATION_TEAM), person


def citizen_of(consultation: Consultation) -> tuple[Client, Participant]:
    """Somebody who takes part, and their browser."""
    who, secret = with_access(consultation)
    client = Client()
    client.cookies[cookie_name(consultation)] = secret
    return client, who


def waiting(phase: Phase, author: Participant | None, **fields: object) -> Contribution:
    """A contribution to be read before its publication."""
    with scopes_disabled():
        return ContributionFactory.create(
            phase=phase,
            author=author,
            **{"state": ContributionState.WAITING, "published_at": None, **fields},
        )


def supported(contribution: Contribution, *supporters: Participant) -> list[Participant]:
    """Support it as each of these, three newcomers by default; return them."""
    who = list(supporters) or [participant(contribution.phase.consultation) for _rank in range(3)]
    for one in who:
        vote(Ballot(contribution.phase, one.pk, VoteKind.SUPPORT, [Choice(contribution.pk, 1)]))
    return who


def supporters_of(contribution: Contribution) -> set[int]:
    with scopes_disabled():
        return set(
            Vote.objects.filter(subject=contribution, kind=VoteKind.SUPPORT).values_list(
                "participant", flat=True
            )
        )


def stored(contribution: Contribution) -> Contribution:
    with scopes_disabled():
        return Contribution.objects.get(pk=contribution.pk)
