"""Answers as they came (events), the receipts that make each of them unique, what is kept apart.

An event is never changed but for its exclusion. On PostgreSQL the table of events is partitioned by
the month of reception (migration 0002); a unique key cannot span partitions, hence the
receipts' own table.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from parvis.feedback.enums import NO_LEVEL, Exclusion, KeptApartReason, TimeQuality
from parvis.feedback.models.devices import Device
from parvis.feedback.models.touchpoints import Question, QuestionnaireVersion, Touchpoint
from parvis.organisations.models import Organisation


class Receipt(models.Model):
    """That an answer was received: its number drawn by the device, and the hash of its content."""

    id = models.UUIDField(primary_key=True, editable=False)
    # SHA-256 of the content (`protocol.content_hash`), 32 bytes.
    content_hash = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    # Whether it is among the answers or kept apart.
    is_kept_apart = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.id)


class Answer(models.Model):
    """One answer to one question, an event. `Feedback` in the field's words.

    The answers of one passage at a kiosk share `visit`, a number drawn for that passage alone.
    What it refers to is never deleted, and ingestion reads it before it writes: the database does
    not check the five keys again for each of thousands of rows a second.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    received_at = models.DateTimeField()
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        QuestionnaireVersion,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    visit = models.UUIDField()
    # Rank among all that the device ever sent, from 1; 0 for a public page, which keeps no count.
    sequence = models.BigIntegerField()
    # Smiley 0–3, note 0–10, option code, sum of 2**code for a set, 1 for a text.
    value = models.BigIntegerField()
    # Smiley of the visit, for its other answers; NO_LEVEL for the smiley itself or when unknown.
    level = models.SmallIntegerField(default=NO_LEVEL)
    # Language in which the question was read, a code such as "fr".
    language = models.CharField(max_length=8)
    # The device's own clock, in milliseconds since 1970, whatever it is worth.
    device_time_ms = models.BigIntegerField()
    # Best estimate on the server's clock; null = unknown.
    occurred_at = models.DateTimeField(null=True)
    time_quality = models.SmallIntegerField(choices=TimeQuality.choices)
    # Where it is counted, in the touchpoint's zone (those of reception when the moment is unknown).
    day = models.DateField()
    hour = models.SmallIntegerField()
    exclusion = models.SmallIntegerField(choices=Exclusion.choices, default=Exclusion.NONE)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        indexes = [
            # Exports and rebuilds walk it: (organisation, received_at, id) is also their cursor.
            models.Index(fields=["organisation", "received_at", "id"], name="feedback_answer_walk"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class KeptApart(models.Model):
    """What a device sent and that no answer could hold: kept whole, shown apart, never counted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="kept_apart")
    # Number given by the device; two contents may share it.
    answer_id = models.UUIDField()
    content_hash = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=20, choices=KeptApartReason.choices)
    # What was sent, as read.
    content = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer_id", "content_hash"], name="feedback_kept_apart_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} ({self.reason})"
