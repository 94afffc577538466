"""The national view as it was frozen for a month: what may be shown, already chosen and rounded."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class NationalFigures(models.Model):
    """Twelve months of all the bodies that listen; belongs to no body, and names none."""

    # First day of the last month covered.
    month = models.DateField(unique=True)
    # In the form that `parvis.feedback.national` writes.
    document = models.JSONField()
    frozen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[NationalFigures]] = models.Manager()

    class Meta:
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
