"""Where feedback is given, and the questionnaire shown there."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import QuestionKind
from parvis.feedback.querysets import QuestionnaireQuerySet, TouchpointQuerySet
from parvis.organisations.models import Organisation, Site
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage


class Questionnaire(models.Model):
    """A smiley question then up to three short steps; what is published no longer changes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom du questionnaire"), max_length=80)
    # What the coordinator is writing, in the form `questionnaire_document` checks.
    draft = models.JSONField(default=dict)
    # Incremented at each change of the draft: a form that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(QuestionnaireQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="feedback_questionnaire_once",
                violation_error_message=_("Vous avez déjà un questionnaire de ce nom."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class QuestionnaireVersion(models.Model):
    """A questionnaire as it was published: its document never changes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a publié"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "number"], name="feedback_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} v{self.number}"


class Question(models.Model):
    """A question of a questionnaire, the same row from version to version as long as its key stays.

    Counts refer to it: they go on when a word of the question is mended. Its kind never changes.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="questions"
    )
    key = models.SlugField(max_length=40)
    kind = models.CharField(max_length=10, choices=QuestionKind.choices)
    # Empty = none in particular.
    determinant = models.CharField(max_length=20, choices=Determinant.choices, blank=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="feedback_question_once")
        ]

    def __str__(self) -> str:
        return self.key


class Touchpoint(models.Model):
    """A place or a service where feedback is given, by a kiosk or by one's own phone."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="touchpoints"
    )
    # null = not tied to a place (a letter, a web page).
    site = models.ForeignKey(
        Site, verbose_name=_("lieu"), null=True, blank=True, on_delete=models.PROTECT
    )
    name = models.CharField(_("nom du point d’écoute"), max_length=100)
    service = models.CharField(_("service"), max_length=100, blank=True)
    stage = models.CharField(
        _("étape du parcours"), max_length=20, choices=JourneyStage.choices, blank=True
    )
    channel = models.CharField(
        _("canal"), max_length=20, choices=Channel.choices, default=Channel.VISIT
    )
    # How many agents work there: below 5, nothing that could follow one of them is shown.
    staffing = models.PositiveSmallIntegerField(
        _("nombre d’agents"), validators=[MinValueValidator(1)]
    )
    # In the address of the public page and on the poster: eight characters that no eye confuses.
    code = models.CharField(max_length=8, unique=True)
    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("questionnaire"),
        on_delete=models.PROTECT,
        related_name="touchpoints",
    )
    # Days and hours of the counts are read in this zone; answers already counted keep theirs.
    time_zone = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    created_at = models.DateTimeField(default=timezone.now)
    # null = open; otherwise since when it takes no more answers but those made before.
    closed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(TouchpointQuerySet)
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="touchpoint_name_once",
                violation_error_message=_("Vous avez déjà un point d’écoute de ce nom."),
            ),
            models.CheckConstraint(
                condition=Q(staffing__gte=1),
                name="touchpoint_is_staffed",
                violation_error_message=_("Indiquez au moins un agent."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def could_follow_an_agent(self) -> bool:
        """Whether so few work there that an hour or a rank would speak of one of them."""
        return self.staffing < MINIMUM_STAFFING

    def hides_day(self, day: date | str) -> bool:
        """Whether a day (or its ISO date) may not be told by itself: few work there, or did then.

        A team that grew does not open its past. The touchpoint comes with its `watch`.
        """
        if self.could_follow_an_agent:
            return True
        few_until = getattr(getattr(self, "watch", None), "few_agents_on", None)
        return few_until is not None and str(day)[:10] <= few_until.isoformat()


# Below so many agents, neither hour, weekday, rank nor drop alert is shown (statistics.md).
MINIMUM_STAFFING = 5
# And only periods with at least so many answers.
MINIMUM_ANSWERS_WITH_FEW_AGENTS = 30
