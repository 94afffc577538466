"""Versioned grids. A grid is one document; once an edition uses it, it can no longer change."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parvis.questionnaires.querysets import GridQuerySet


class FrozenGridError(Exception):
    """Raised on an attempt to change a grid that an edition already uses."""


class Grid(models.Model):
    """A version of a grid of criteria; `document` is read through `parvis.questionnaires.grids`."""

    code = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    document = models.JSONField()
    # Of the canonical bytes of `document`: what a scoring run cites.
    sha256 = models.CharField(max_length=64, unique=True)
    # null = no edition uses it yet, so it may still be corrected.
    first_used_at = models.DateTimeField(null=True, blank=True)

    # What no longer changes once an edition uses the grid.
    FROZEN: ClassVar[tuple[str, ...]] = (
        "code",
        "version",
        "title_fr",
        "title_en",
        "document",
        "sha256",
    )

    objects: ClassVar[models.Manager[Grid]] = GridQuerySet.as_manager()

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="grid_version_once",
                violation_error_message=_("Cette version de la grille existe déjà."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            stored = Grid.objects.filter(pk=self.pk, first_used_at__isnull=False).first()
            # The document itself too: one changed under the same hash would go unseen.
            if stored is not None and any(
                getattr(stored, name) != getattr(self, name) for name in self.FROZEN
            ):
                raise FrozenGridError("a grid in use is never changed: publish a new version")
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """The title in the language of the reader."""
        return self.title_en if (get_language() or "").startswith("en") else self.title_fr
