"""From an idea to what it became: what was merged into it, its parts, the projects made of it.

Whoever wrote, supported or follows any of them is told what becomes of the last.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from parvis.consultations.enums import VoteKind
from parvis.consultations.models import Contribution, Follow, Participant, Vote
from parvis.consultations.querysets import OfABodyQuerySet


def ancestors(contributions: Collection[int]) -> set[int]:
    """The keys of these contributions and of all that led to them."""
    found = set(contributions)
    latest = set(contributions)
    while latest:
        merged = Contribution.objects.filter(merged_into__in=latest).values_list("pk", flat=True)
        origins = Contribution.objects.filter(pk__in=latest).values_list("from_idea", "split_from")
        latest = {*merged, *(key for pair in origins for key in pair if key)} - found
        found |= latest
    return found


def concerned(contribution: Contribution) -> OfABodyQuerySet:
    """Who is told what becomes of it: authors, followers and supporters, those erased excepted."""
    keys = ancestors([contribution.pk])
    supported = Vote.objects.filter(subject__in=keys, kind=VoteKind.SUPPORT)
    people: OfABodyQuerySet = Participant.objects.filter(erased_on__isnull=True).filter(
        _wrote_or_follows(keys) | Q(pk__in=supported.values("participant"))
    )
    return people


def concerned_without_vote(key: int) -> OfABodyQuerySet:
    """Those of them who wrote or follow it: being told says nothing of what they supported."""
    people: OfABodyQuerySet = Participant.objects.filter(_wrote_or_follows(ancestors([key])))
    return people


def _wrote_or_follows(keys: Collection[int]) -> Q:
    written = Contribution.objects.filter(pk__in=keys, author__isnull=False)
    follows = Follow.objects.filter(contribution__in=keys)
    return Q(pk__in=written.values("author")) | Q(pk__in=follows.values("participant"))
