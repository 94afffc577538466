"""What a body answers: replies to comments, their templates, and what it did."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import CommitmentState
from parvis.feedback.models.comments import Comment
from parvis.feedback.models.themes import Theme
from parvis.feedback.querysets import CommitmentQuerySet, OfABodyQuerySet, ReplyQuerySet
from parvis.organisations.models import Organisation

REPLY_LENGTH = 1500


class ReplyTemplate(models.Model):
    """A reply written once; {lieu} and {organisme} are filled in when it serves."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom du modèle"), max_length=80)
    text = models.TextField(_("texte du modèle"), max_length=REPLY_LENGTH)
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(OfABodyQuerySet)
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="feedback_reply_template_once",
                violation_error_message=_("Vous avez déjà un modèle de ce nom."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Reply(models.Model):
    """What the body answers publicly to one published comment or idea."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField(_("réponse"), max_length=REPLY_LENGTH)
    replied_at = models.DateTimeField(default=timezone.now)
    replied_by = models.ForeignKey(
        Person, verbose_name=_("qui a répondu"), on_delete=models.PROTECT, related_name="+"
    )
    # Why it is shown during a pre-electoral period all the same; empty = it waits for its end.
    embargo_reason = models.CharField(
        _("motif de publication en période préélectorale"), max_length=300, blank=True
    )
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ReplyQuerySet)
    )

    def __str__(self) -> str:
        return f"{self.comment_id}"


class Commitment(models.Model):
    """Something that was said, and what the body did about it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    said = models.CharField(_("vous avez dit"), max_length=200)
    done = models.TextField(_("nous avons fait"), max_length=REPLY_LENGTH)
    state = models.CharField(
        _("où en est-on"),
        max_length=10,
        choices=CommitmentState.choices,
        default=CommitmentState.PLANNED,
    )
    # The theme it answers; null = comments alone, or none.
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("thème"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="commitments",
    )
    # null = a draft, that the public page does not show.
    published_at = models.DateTimeField(null=True, blank=True)
    embargo_reason = models.CharField(
        _("motif de publication en période préélectorale"), max_length=300, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a écrit"), on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(CommitmentQuerySet),
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.said
