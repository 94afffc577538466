"""The box: one sealed ballot a token. It holds no address, no agent, no date and no order."""

from __future__ import annotations

from django.db import models
from django_scopes import ScopedManager

from parvis.organisations.models import Organisation
from parvis.staff_polls.models.polls import PollGroup, StaffPoll


class Ballot(models.Model):
    """What one token answered, readable only with the key held apart, erased at the close.

    A changed answer replaces `sealed`. What the ballot said when it entered a release is kept
    nowhere: `statistics.poll_disclosure` needs only when it entered, and whether it changed since.
    """

    # SHA-256, hexadecimal, of the token with its poll; the constraint "one token, one ballot".
    token = models.CharField(primary_key=True, max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="ballots")
    group = models.ForeignKey(PollGroup, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    # Number of the release that first counted it, from 1; 0 = none yet.
    entered = models.PositiveSmallIntegerField(default=0)
    # Replaced since it entered.
    is_replaced = models.BooleanField(default=False)

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return self.token[:8]
