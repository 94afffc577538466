"""What people are shown of a poll: tables already safe, and comments drawn from the box."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.organisations.models import Organisation
from parvis.staff_polls.models.polls import StaffPoll
from parvis.staff_polls.querysets import OfABodyQuerySet


class Release(models.Model):
    """Tables shown from a moment on. Every page, file and measure is computed from these alone.

    `tables` holds what `release_document` describes; suppression was applied before it was
    written. The last release is the one made at the close; only it has groups.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveSmallIntegerField()
    is_final = models.BooleanField(default=False)
    tables = models.JSONField()
    # Keys of the cards whose table this release made anew.
    refreshed = models.JSONField(default=list)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "number"], name="staff_poll_release_once"),
            models.UniqueConstraint(
                fields=["poll"],
                condition=models.Q(is_final=True),
                name="staff_poll_final_release_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id} n° {self.number}"


class PollComment(models.Model):
    """A sentence written on a card: no group, no date, no order, personal data masked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="comments")
    # Key of its card; empty = too few for that card, so shown among all.
    card = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("texte"))
    # Label of what it speaks of; empty = none found.
    theme = models.CharField(max_length=80, blank=True)
    # Taken off what agents see; the coordinator keeps it.
    is_hidden = models.BooleanField(default=False)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return str(self.pk)
