"""What moderation goes by: the agents' names that a body has masked wherever they are written."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation


class AgentName(models.Model):
    """Somebody who works for the body, and whom no comment may name: a kiosk watches nobody."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom"), max_length=80)
    added_by = models.ForeignKey(
        Person,
        verbose_name=_("qui l’a ajouté"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(OfABodyQuerySet)
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="feedback_agent_name_once",
                violation_error_message=_("Ce nom est déjà dans la liste."),
            )
        ]

    def __str__(self) -> str:
        return self.name
