"""What comments speak of, found without any outside service, with labels that stay."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.feedback.querysets import ThemeQuerySet
from parvis.organisations.models import Organisation


class Theme(models.Model):
    """A group of words that come together in a body's comments, from one day to the next."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(_("nom du thème"), max_length=80)
    # Chosen by a coordinator: the search no longer changes it.
    label_is_chosen = models.BooleanField(default=False)
    # Weights by stem, {"attent": 0.81}: what the next search recognises it by. Stems, no sentence.
    words = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # null = found by the last search; otherwise since when it is no longer.
    lost_at = models.DateTimeField(null=True, blank=True)

    # --- As the last search found it.
    comment_count = models.PositiveIntegerField(default=0)
    # Of the comments the search read, from 0 to 1, with its 95 % interval.
    share = models.FloatField(default=0.0)
    share_low = models.FloatField(default=0.0)
    share_high = models.FloatField(default=0.0)
    # Mean of the smileys on the scale 0–100, its 95 % interval; null = too few to say.
    score = models.FloatField(null=True, blank=True)
    score_low = models.FloatField(null=True, blank=True)
    score_high = models.FloatField(null=True, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ThemeQuerySet)
    )

    class Meta:
        ordering = ["-comment_count", "label"]

    def __str__(self) -> str:
        return self.label


class ThemeSearch(models.Model):
    """The last search for themes of a body: what it read, and what it left out."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    searched_at = models.DateTimeField()
    # French comments read; those in another language; those with no word to go by.
    comment_count = models.PositiveIntegerField()
    other_languages = models.PositiveIntegerField()
    without_words = models.PositiveIntegerField()

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.searched_at:%Y-%m-%d}"
