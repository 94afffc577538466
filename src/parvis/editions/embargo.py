"""The pre-electoral period: when an election of the edition keeps results off public pages.

Electoral code, L52-1: from the first day of the sixth month before the month of the election, no
promotion of a local authority's achievements. Neutral information is never blocked, nor are the
bodies that the election does not concern.
"""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from parvis.editions.models import Edition, Election
from parvis.organisations.models import Organisation

MONTHS_BEFORE = 6


def embargo_period(election: Election) -> tuple[date, date]:
    """First and last day of the embargo, both included; the last round belongs to it."""
    first_round = election.first_round_on
    months = first_round.year * 12 + first_round.month - 1 - MONTHS_BEFORE
    return date(months // 12, months % 12 + 1, 1), election.last_round_on


def concerns(election: Election, subject: Organisation | str) -> bool:
    """Whether an election concerns a body, or every body of a kind.

    The election of one body does not concern its kind at large.
    """
    if election.organisation_id is not None:
        return isinstance(subject, Organisation) and election.organisation_id == subject.pk
    kind = subject.kind if isinstance(subject, Organisation) else subject
    return election.organisation_kind in ("", kind)


def embargo_on(
    edition: Edition, organisation_or_kind: Organisation | str, day: date
) -> Election | None:
    """The election whose embargo covers that day for a body or a kind of bodies, or None.

    Reads `edition.elections`: prefetch it when asking for many bodies.
    """
    for election in edition.elections.all():
        begins, ends = embargo_period(election)
        if begins <= day <= ends and concerns(election, organisation_or_kind):
            return election
    return None


def embargoes_on(edition: Edition, day: date) -> list[Election]:
    """All elections whose embargo covers that day, whoever they concern."""
    return [
        election
        for election in edition.elections.all()
        if embargo_period(election)[0] <= day <= embargo_period(election)[1]
    ]


def embargo_of(organisation: Organisation) -> Election | None:
    """The election whose pre-electoral period covers today for a body, in any open edition.

    What promotes the body's action then waits; what citizens wrote is neutral, and stays.
    """
    today = timezone.localdate()
    elections = Election.objects.filter(
        edition__opened_at__isnull=False, last_round_on__gte=today
    ).order_by("first_round_on")
    for election in elections:
        begins, ends = embargo_period(election)
        if begins <= today <= ends and concerns(election, organisation):
            return election
    return None
