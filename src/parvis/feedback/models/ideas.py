"""Ideas: what becomes of each, and who supports it, which nobody can know."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import IdeaState
from parvis.feedback.models.comments import Comment
from parvis.feedback.models.replies import REPLY_LENGTH
from parvis.feedback.querysets import IdeaQuerySet
from parvis.organisations.models import Organisation


class Idea(models.Model):
    """What a body does with an idea. Its text, and whether it is public, are its comment's."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="idea")
    state = models.CharField(
        _("où en est-elle"), max_length=12, choices=IdeaState.choices, default=IdeaState.RECEIVED
    )
    answer = models.TextField(_("réponse publique"), max_length=REPLY_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a répondu"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Why it is shown during a pre-electoral period all the same; empty = it waits for its end.
    embargo_reason = models.CharField(
        _("motif de publication en période préélectorale"), max_length=300, blank=True
    )
    # The idea that says the same and lives on; null = this one. Never two steps.
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("fusionnée avec"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(IdeaQuerySet)
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="idea_not_merged_into_itself",
                violation_error_message=_("Une idée ne fusionne pas avec elle-même."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.state}"


class IdeaSupport(models.Model):
    """One support, given by nobody in particular: the number of a form, which serves once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Supports of an idea merged into another are counted with that one, and stay where they were.
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="supports")
    # Drawn by the server with the form.
    form = models.UUIDField(unique=True)
    given_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        indexes = [models.Index(fields=["idea", "given_at"], name="feedback_supports_of")]

    def __str__(self) -> str:
        return str(self.form)
