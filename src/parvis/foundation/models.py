"""What the machinery of the house remembers: mails to send, leases on tasks, schedules, erasures.

No domain here. A mail or a task speaks of the objects of other rooms by their numbers only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    QUEUED = "queued", _("en attente")
    SENDING = "sending", _("envoi en cours")
    SENT = "sent", _("envoyé")
    # The server may or may not have taken it: only a person may decide to send it again.
    UNKNOWN = "unknown", _("sort inconnu")
    FAILED = "failed", _("refusé")
    DISCARDED = "discarded", _("abandonné")


class OutgoingMail(models.Model):
    """The durable intention to send one message to one address; see `parvis.foundation.mail`."""

    # Names the reason for the message ("invitation:12"): the same intention is queued once.
    key = models.CharField(max_length=200, unique=True)
    # Fixed when queued, so that two copies of a message can be recognised as one.
    message_id = models.CharField(max_length=200, unique=True)
    to = models.EmailField(_("destinataire"))
    subject = models.CharField(_("objet"), max_length=250)
    # Emptied once the message is sent: it may hold a sign-in link.
    body = models.TextField(_("texte, vidé après l’envoi"), blank=True)
    language = models.CharField(max_length=5)
    # The tenant concerned; null = none in particular.
    organisation_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    # Not before this instant.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # null = never handed to a mail server.
    sending_started_at = models.DateTimeField(null=True)
    # When the state became final; null = still queued or being sent.
    settled_at = models.DateTimeField(null=True)
    # Last word of the mail server, empty if none.
    error = models.CharField(_("réponse du serveur de messagerie"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("message à envoyer")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(sending_started_at__isnull=False),
                name="mail_sending_dated",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[MailState.SENT, MailState.FAILED, MailState.DISCARDED],
                    settled_at__isnull=False,
                )
                | Q(
                    state__in=[MailState.QUEUED, MailState.SENDING, MailState.UNKNOWN],
                    settled_at__isnull=True,
                ),
                name="mail_settled_dated",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="mail_due")]

    def __str__(self) -> str:
        return self.key


class TaskLease(models.Model):
    """The right of one worker to run one task until `expires_at`, renewed while it runs."""

    # Number of the task in django-tasks-db's table; no foreign key: its rows are pruned there.
    task_id = models.UUIDField(primary_key=True)
    worker_id = models.CharField(max_length=64)
    # How many times the task was taken up; a result is accepted from the last one only.
    attempt = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.task_id} ({self.attempt})"


class ScheduleState(models.Model):
    """When a recurring task is due next; the schedule itself is declared in code."""

    # Import path of the task function.
    name = models.CharField(max_length=200, primary_key=True)
    next_due_at = models.DateTimeField()
    # The task last queued; null = never yet.
    last_task_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """An erasure that was carried out, and is carried out again after any restore."""

    # Name under which the room declared how it erases ("accounts.Person").
    kind = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="erasure_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
