"""What a kiosk says aloud: one sound file for each text of a published questionnaire."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.querysets import SpokenLabelQuerySet
from parvis.organisations.models import Organisation


class SpokenLabel(models.Model):
    """A text in a language, and its sound. Made at publication, or recorded by somebody."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    text = models.CharField(_("texte"), max_length=200)
    # SHA-256 in hexadecimal of language and text (`speech.labels.text_hash`): how a kiosk finds it.
    text_hash = models.CharField(max_length=64)
    # SHA-256 in hexadecimal of the MP3, which is also the name of its file; two may share one.
    sound_hash = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveIntegerField()
    # null = spoken by the machine.
    recorded_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a déposé l’enregistrement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(SpokenLabelQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "text_hash"], name="feedback_spoken_label_once"
            )
        ]

    def __str__(self) -> str:
        return self.text
