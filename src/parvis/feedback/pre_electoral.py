"""The pre-electoral period on the public page of a body: what it did waits, what was said stays.

Replies, answers to ideas and commitments promote the body's action; the comments themselves are
neutral. Each may be shown all the same for a written reason, which the journal keeps.
"""

from __future__ import annotations

from django.utils import timezone

from parvis.editions.embargo import concerns, embargo_period
from parvis.editions.models import Election
from parvis.organisations.models import Organisation


def embargo_of(organisation: Organisation) -> Election | None:
    """The election whose pre-electoral period covers today for the body, or None."""
    today = timezone.localdate()
    elections = Election.objects.filter(
        edition__opened_at__isnull=False, last_round_on__gte=today
    ).order_by("first_round_on")
    for election in elections:
        begins, ends = embargo_period(election)
        if begins <= today <= ends and concerns(election, organisation):
            return election
    return None
