"""What the body says of what was asked: official answers, and milestones of what it does."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.consultations.enums import Verdict
from parvis.consultations.models.consultations import Consultation
from parvis.consultations.models.contributions import Contribution
from parvis.consultations.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation


class OfficialAnswer(models.Model):
    """The body's answer to an idea, an argument, a project: one, which may change, and says so."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contribution = models.OneToOneField(
        Contribution, on_delete=models.PROTECT, related_name="official_answer"
    )
    verdict = models.CharField(_("décision"), max_length=10, choices=Verdict.choices)
    reason = models.TextField(_("pourquoi"), max_length=5_000)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)
    # Incremented at each change; people who follow are told again.
    revision = models.PositiveIntegerField(default=1)
    # When they were told of this revision; null = not yet, a pre-electoral period holds it back.
    told_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="consultation_answer_has_a_reason",
                violation_error_message=_("Une réponse dit pourquoi."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.verdict}"


class Milestone(models.Model):
    """A step of what was decided: planned, then reached, with what it cost."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="milestones"
    )
    # The project or idea it belongs to; null = the consultation as a whole.
    contribution = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.PROTECT, related_name="milestones"
    )
    title = models.CharField(_("jalon"), max_length=120)
    text = models.TextField(_("précisions"), max_length=2_000, blank=True)
    due_on = models.DateField(_("prévu le"))
    # null = not reached.
    reached_on = models.DateField(_("atteint le"), null=True, blank=True)
    # Whole euros spent for it so far; null = not told.
    spent_euros = models.PositiveIntegerField(_("dépensé (€)"), null=True, blank=True)
    # Incremented at each change.
    revision = models.PositiveIntegerField(default=1)
    # When those who follow were told that it is reached; null = not yet.
    told_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.title
