"""A file brought from another platform: looked at, then read into a phase."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.consultations.import_enums import ImportFormat, ImportState
from parvis.consultations.models.consultations import Phase
from parvis.consultations.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation


class ImportJob(models.Model):
    """One import: its file stays in `settings.HOME`/consultation-imports until it is over."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="imports")
    format = models.CharField(max_length=10, choices=ImportFormat.choices)
    # Name of the file below the folder of imports, drawn at random.
    file_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # SHA-256 of the file, hexadecimal: the same file again adds nothing.
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.CHECKED
    )
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    # Contributions and ballots that the file holds, and how many of them were gone through.
    rows_expected = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    # {"contributions", "votes", "voters", "lines": [[line, sentence]], "more": lines left out}.
    report = models.JSONField(default=dict, blank=True)
    # Why it stopped, in a sentence; empty otherwise.
    failure = models.CharField(max_length=300, blank=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.format}"

    @property
    def is_going_on(self) -> bool:
        return self.state in (ImportState.QUEUED, ImportState.RUNNING)

    @property
    def percent(self) -> int:
        if not self.rows_expected:
            return 0
        return min(100, self.rows_done * 100 // self.rows_expected)
