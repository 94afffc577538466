"""The roll: who may vote. It knows who has collected a token, never what became of it.

Nothing here bears a date or an order: keys are drawn at random, and on SQLite the tables have no
row numbers (migration 0002). All of it is erased when the poll closes.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.organisations.models import Organisation
from parvis.staff_polls.models.polls import PollGroup, StaffPoll
from parvis.staff_polls.querysets import OfABodyQuerySet


class EligibleAgent(models.Model):
    """An agent invited by mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="roll")
    group = models.ForeignKey(PollGroup, on_delete=models.PROTECT, related_name="roll")
    email = models.EmailField(_("courriel"))
    # SHA-256, hexadecimal, of the blinded message that was signed; empty = no token collected.
    # The signature of that very message may be asked again after a cut; no other is signed.
    blinded_hash = models.CharField(max_length=64, blank=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "email"],
                name="staff_poll_agent_once",
                violation_error_message=_("Cet agent figure déjà sur la liste."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PrintedCode(models.Model):
    """A code drawn from a hat: it is the token itself, tied to nobody."""

    # SHA-256, hexadecimal, of the code with its poll: equal to the `token` of its ballot.
    token = models.CharField(primary_key=True, max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="printed_codes")
    group = models.ForeignKey(PollGroup, on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return self.token[:8]
