"""An edition of the barometer: its calendar, its rules, and who takes part."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.editions.dates import local_day, moment_in_words, zone_in_words
from parvis.editions.enums import OptionCode, RegistrationState, RegistrationWindow, WaveState
from parvis.editions.querysets import EditionQuerySet, RegistrationQuerySet
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.models import Organisation, Site
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.models import Grid


class Edition(models.Model):
    """A campaign of the barometer: its scores are computed with the rules it publishes."""

    title = models.CharField(_("titre"), max_length=120)
    slug = models.SlugField(_("adresse de la page"), max_length=60, unique=True)
    presentation = models.TextField(_("présentation"), blank=True, max_length=4000)
    # Deadlines are read in this zone, whatever the reader's own.
    time_zone = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    registration_opens_at = models.DateTimeField(_("ouverture des inscriptions"))
    registration_closes_at = models.DateTimeField(_("clôture des inscriptions"))
    grid = models.ForeignKey(Grid, verbose_name=_("grille"), on_delete=models.PROTECT)
    # Means need at least so many *other* organisations; never below 5 (domain.md §6).
    minimum_peers = models.PositiveSmallIntegerField(
        _("autres organismes nécessaires pour une moyenne"),
        default=5,
        validators=[MinValueValidator(5)],
    )
    # Quartiles and distributions need at least so many.
    minimum_quartile_peers = models.PositiveSmallIntegerField(
        _("organismes nécessaires pour des quartiles"),
        default=10,
        validators=[MinValueValidator(10)],
    )
    # Share of the mandatory channels' weight to be assessable for an overall score, in percent.
    minimum_coverage_percent = models.PositiveSmallIntegerField(
        _("part du poids à évaluer pour un score d’ensemble (%)"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    # null = draft, seen by the operator only; otherwise since when the public page is open.
    opened_at = models.DateTimeField(null=True, blank=True)
    # A demonstration: fictitious bodies, simulated contacts, said on every page.
    is_simulated = models.BooleanField(default=False)
    # Incremented at each change: a form that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Edition]] = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-registration_opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration_closes_at__gt=F("registration_opens_at")),
                name="edition_registration_in_order",
                violation_error_message=_(
                    "La clôture des inscriptions doit venir après leur ouverture."
                ),
            ),
            models.CheckConstraint(
                condition=Q(minimum_peers__gte=5) & Q(minimum_quartile_peers__gte=10),
                name="edition_thresholds_never_lower",
                violation_error_message=_(
                    "Les seuils de confidentialité ne descendent jamais sous 5 et 10."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_open(self) -> bool:
        """Whether its public page is; says nothing of registrations."""
        return self.opened_at is not None

    def registration_window(self, at: datetime) -> RegistrationWindow:
        """Where a moment falls; the deadline itself still belongs to the window."""
        if at < self.registration_opens_at:
            return RegistrationWindow.BEFORE
        if at > self.registration_closes_at:
            return RegistrationWindow.AFTER
        return RegistrationWindow.DURING

    def takes_registrations(self, at: datetime) -> bool:
        return self.is_open and self.registration_window(at) == RegistrationWindow.DURING

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment where the edition's deadlines are read."""
        return local_day(moment, self.time_zone)

    @property
    def zone_in_words(self) -> str:
        return zone_in_words(self.time_zone)

    @property
    def opening_in_words(self) -> str:
        return moment_in_words(self.registration_opens_at, self.time_zone)

    @property
    def deadline_in_words(self) -> str:
        return moment_in_words(self.registration_closes_at, self.time_zone)


class ChannelWeight(models.Model):
    """Weight of a channel in the overall score, in percent; the weights of an edition total 100."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="channel_weights")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    # 0 = scored and compared, outside the overall score.
    weight_percent = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "channel"], name="channel_weight_once"),
            models.CheckConstraint(
                condition=Q(weight_percent__gte=0, weight_percent__lte=100),
                name="channel_weight_is_a_share",
                violation_error_message=_("Un poids se donne entre 0 et 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.weight_percent} %"


class Wave(models.Model):
    """A period of fieldwork. Dates are inclusive, in the edition's time zone."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField(_("premier jour"))
    ends_on = models.DateField(_("dernier jour"))
    state = models.CharField(max_length=10, choices=WaveState.choices, default=WaveState.PLANNED)
    # null = not closed yet.
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="wave_number_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="wave_dates_in_order",
                violation_error_message=_("Le dernier jour de la vague précède le premier."),
            ),
            models.CheckConstraint(
                condition=Q(state=WaveState.CLOSED, closed_at__isnull=False)
                | (~Q(state=WaveState.CLOSED) & Q(closed_at__isnull=True)),
                name="wave_closure_dated",
                violation_error_message=_("Une vague close porte la date de sa clôture."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} – vague {self.number}"


class Option(models.Model):
    """What a participant may add to the audits, with its price and its quotas."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="options")
    code = models.CharField(max_length=20, choices=OptionCode.choices)
    description = models.CharField(_("description"), max_length=500, blank=True)
    # In cents, excluding tax; 0 = free.
    price_cents = models.PositiveIntegerField(_("prix hors taxes, en centimes"), default=0)
    # How many first takers have it free; 0 = none.
    free_quota = models.PositiveIntegerField(_("gratuite pour les premiers"), default=0)
    # How many may take it in all; null = no limit.
    quota = models.PositiveIntegerField(_("nombre maximal"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "code"],
                name="option_once",
                violation_error_message=_("Cette option figure déjà dans l’édition."),
            )
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class Election(models.Model):
    """An election that concerns a kind of body or one body, and opens an embargo before it.

    The embargo runs from the first day of the sixth month before the month of the election
    (Electoral code, L52-1) to the last round.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="elections")
    label = models.CharField(_("élection"), max_length=120)
    first_round_on = models.DateField(_("premier tour"))
    last_round_on = models.DateField(_("dernier tour"))
    # Empty = every kind; ignored where `organisation` is given.
    organisation_kind = models.CharField(
        max_length=20, choices=OrganisationKind.choices, blank=True
    )
    # null = every body of the kind (a partial election concerns one body).
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["first_round_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_round_on__gte=F("first_round_on")),
                name="election_rounds_in_order",
                violation_error_message=_("Le dernier tour précède le premier."),
            )
        ]

    def __str__(self) -> str:
        return self.label


class Registration(models.Model):
    """A body's participation in an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="registrations"
    )
    state = models.CharField(
        max_length=10, choices=RegistrationState.choices, default=RegistrationState.SUBMITTED
    )
    submitted_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a inscrit l’organisme"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    # The signed undertaking: staff are informed, no disciplinary use (Cass. soc. n° 22-13.783).
    staff_informed = models.BooleanField(_("engagement de non-sanction signé"))
    # The person was told that the body's own report may be requested under access-to-documents law.
    communicability_acknowledged = models.BooleanField()
    # null = takes part; otherwise since when it no longer does.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Given by whoever withdrew the body; empty while it takes part.
    withdrawal_reason = models.CharField(_("motif du retrait"), max_length=500, blank=True)
    # Incremented at each change: a form that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(RegistrationQuerySet),
    )

    class Meta:
        verbose_name = _("inscription d’un organisme")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "organisation"],
                name="registration_once",
                violation_error_message=_("Cet organisme est déjà inscrit à cette édition."),
            ),
            models.CheckConstraint(
                condition=Q(staff_informed=True, communicability_acknowledged=True),
                name="registration_undertakings",
                violation_error_message=_(
                    "L’inscription demande les deux engagements : information des agents et "
                    "caractère communicable du rapport."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=RegistrationState.SUBMITTED,
                    withdrawn_at__isnull=True,
                    withdrawal_reason="",
                )
                | (
                    Q(state=RegistrationState.WITHDRAWN, withdrawn_at__isnull=False)
                    & ~Q(withdrawal_reason="")
                ),
                name="registration_withdrawal_explained",
                violation_error_message=_("Un retrait porte sa date et son motif."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.edition}"

    @property
    def takes_part(self) -> bool:
        return self.state == RegistrationState.SUBMITTED


class RegistrationOption(models.Model):
    """An option ticked, at the price in force when it was."""

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="ticked_options"
    )
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="takers")
    ticked_at = models.DateTimeField(default=timezone.now)
    # In cents, excluding tax; 0 = free, or among the first takers.
    price_cents = models.PositiveIntegerField()

    objects = ScopedManager(organisation="registration__organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "option"], name="registration_option_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.option_id}"


class DeclaredChannel(models.Model):
    """How the public reaches the body by one channel, as its coordinator declares it."""

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="declared_channels"
    )
    channel = models.CharField(max_length=20, choices=Channel.choices)
    # False = the body does not have this channel: a finding for a mandatory one, no penalty else.
    exists = models.BooleanField(default=True)
    # Phone number, e-mail address, URL, postal address or account name; empty for visits.
    address = models.CharField(_("coordonnées"), max_length=300, blank=True)

    objects = ScopedManager(organisation="registration__organisation")

    class Meta:
        verbose_name = _("canal déclaré par un organisme")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "channel"], name="declared_channel_once"
            ),
            models.CheckConstraint(
                condition=Q(exists=False) | Q(channel=Channel.VISIT) | ~Q(address=""),
                name="declared_channel_has_address",
                violation_error_message=_("Indiquez les coordonnées de ce canal."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"


class RegistrationSite(models.Model):
    """A place of reception that the edition's visits may test."""

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="declared_sites"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(organisation="registration__organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "site"], name="registration_site_once")
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.site_id}"
