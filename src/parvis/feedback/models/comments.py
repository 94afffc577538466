"""What citizens wrote: comments and ideas, masked, read by a moderator before anybody else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import TEXT_KINDS, CommentState, QuestionKind
from parvis.feedback.models.touchpoints import Touchpoint
from parvis.feedback.querysets import CommentQuerySet
from parvis.feedback.search import FoldedTextField
from parvis.organisations.models import Organisation


class Comment(models.Model):
    """One free text, comment or idea, of one visit."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, related_name="comments")
    # The event it belongs to (`Answer.id`): no key, the events are partitioned.
    answer_id = models.UUIDField(unique=True)
    visit = models.UUIDField(db_index=True)
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.label) for kind in TEXT_KINDS]
    )
    # Smiley of the visit; NO_LEVEL when it is not known.
    level = models.SmallIntegerField()
    language = models.CharField(max_length=8)
    # As written, seen by moderators only; emptied when its retention ends.
    raw_text = models.TextField(_("texte d’origine"), blank=True)
    # Without mail addresses, phones, names after a title nor plates: the only text ever shown.
    text = models.TextField(_("texte"))
    # What a moderator had hidden besides, as typed: read with the raw text, emptied with it.
    hidden_words = models.JSONField(_("mots masqués à la main"), default=list, blank=True)
    # The masked text as searches read it: kept in step by the field itself.
    search_text = FoldedTextField(of="text")
    # null = none found, or not looked for yet; set by the daily search for themes.
    theme = models.ForeignKey(
        "feedback.Theme", null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    # null = no commitment answers it.
    commitment = models.ForeignKey(
        "feedback.Commitment",
        verbose_name=_("engagement"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="comments",
    )
    # Day in the touchpoint's zone on which it is counted.
    day = models.DateField()
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=10, choices=CommentState.choices, default=CommentState.PENDING
    )
    moderated_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a relu"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    moderated_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(CommentQuerySet)
    )

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "state", "-received_at"], name="feedback_to_read"),
            models.Index(fields=["organisation", "-received_at"], name="feedback_comments_new"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CommentState.PENDING) | Q(moderated_at__isnull=False),
                name="comment_decision_dated",
                violation_error_message=_("Une décision porte sa date."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.answer_id}"

    @property
    def is_idea(self) -> bool:
        return self.kind == QuestionKind.IDEA
