"""Who did what, when, to which object: append-only, by reference.

The journal names its subjects by kind and number instead of foreign keys, so that it stands below
every room and outlives what it speaks of. It holds no personal datum but the number of the acting
person, which erasure turns into a pseudonym in the room `accounts`.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(Exception):
    """Raised on an attempt to change or delete what was written once and for all."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("a journal entry is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("a journal entry is never deleted")

    def about(self, kind: str, number: int) -> EntryQuerySet:
        return self.filter(subject_kind=kind, subject_id=number)


class Entry(models.Model):
    """One act. Written by `parvis.journal.operations.record` only."""

    at = models.DateTimeField(db_index=True)
    # Number of the acting person; null = the software itself (a scheduled task, a command).
    actor_id = models.BigIntegerField(_("numéro de la personne qui agit"), null=True, db_index=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    # The tenant concerned; null = none in particular.
    organisation_id = models.BigIntegerField(null=True, db_index=True)
    details = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal des actes")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="journal_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_kind} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("a journal entry is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("a journal entry is never deleted")
