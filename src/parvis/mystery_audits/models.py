"""Mystery audits: who tests, what they test, what they observed, and the evidence it rests on."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.editions.models import Wave
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.querysets import ContactQuerySet, EvidenceQuerySet
from parvis.organisations.models import Organisation, Site
from parvis.questionnaires.enums import Channel


class MysteryCitizen(models.Model):
    """A member of the panel, known to others by a code name only."""

    person = models.OneToOneField(
        Person, verbose_name=_("personne"), on_delete=models.PROTECT, related_name="mystery_citizen"
    )
    # What reviewers and the journal see instead of a name, e.g. "MC-0042".
    code_name = models.CharField(max_length=20, unique=True)
    # Where they can pay visits; empty = anywhere.
    departement_code = models.CharField(max_length=3, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # null = on the panel.
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("citoyen-mystère")

    def __str__(self) -> str:
        return self.code_name


class Scenario(models.Model):
    """Persona, request, and what a good answer contains."""

    code = models.SlugField(max_length=60, unique=True)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    # Organisation kinds it suits, separated by commas; empty = every kind.
    kinds = models.CharField(max_length=200, blank=True)
    title_fr = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    persona_fr = models.TextField()
    persona_en = models.TextField()
    request_fr = models.TextField()
    request_en = models.TextField()
    good_answer_fr = models.TextField()
    good_answer_en = models.TextField()
    # null = in use; otherwise no longer drawn for new contacts.
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title_fr


class Contact(models.Model):
    """One test: organisation × wave × channel × scenario."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contacts"
    )
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    # Rank of the contact among those of its organisation, wave and channel: makes generation
    # idempotent and gives people a name for it.
    rank = models.PositiveSmallIntegerField()
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="contacts")
    # The place visited; null = a channel at a distance.
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    state = models.CharField(
        max_length=12, choices=ContactState.choices, default=ContactState.PLANNED
    )
    # null = not assigned.
    mystery_citizen = models.ForeignKey(
        MysteryCitizen, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    # Day on which the test should be made, in the edition's zone; null = any day of the wave.
    planned_on = models.DateField(null=True, blank=True)
    # When the request was made (call placed, message sent, visit begun); null = not yet.
    sent_at = models.DateTimeField(_("demande faite le"), null=True, blank=True)
    # Automatic or written acknowledgement; null = none received.
    acknowledged_at = models.DateTimeField(_("accusé de réception le"), null=True, blank=True)
    # First real answer or holding reply; null = none received.
    answered_at = models.DateTimeField(_("réponse le"), null=True, blank=True)
    # The mystery citizen states that no answer came: items about the answer score 0.
    no_answer = models.BooleanField(_("aucune réponse reçue"), default=False)
    # Neutral, without names.
    comment = models.TextField(_("commentaire"), blank=True, max_length=2000)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # Who holds or made the review; null = nobody yet.
    reviewer = models.ForeignKey(
        Person,
        verbose_name=_("qui relit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    validated_at = models.DateTimeField(null=True, blank=True)
    # Incremented at each change of the contact's own fields or state.
    revision = models.PositiveIntegerField(default=1)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ContactQuerySet)
    )

    class Meta:
        verbose_name = _("prise de contact")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "wave", "channel", "rank"], name="contact_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ContactState.PLANNED, ContactState.CANCELLED])
                | Q(mystery_citizen__isnull=False),
                name="contact_assigned_to_somebody",
                violation_error_message=_("Une prise de contact attribuée l’est à quelqu’un."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("sent_at")),
                name="contact_answer_after_sending",
                violation_error_message=_("La réponse ne peut pas précéder la demande."),
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(acknowledged_at__gte=F("sent_at")),
                name="contact_acknowledgement_after_sending",
                violation_error_message=_("L’accusé de réception ne peut pas précéder la demande."),
            ),
            models.CheckConstraint(
                condition=Q(no_answer=False) | Q(answered_at__isnull=True),
                name="contact_answered_or_not",
                violation_error_message=_(
                    "Une prise de contact sans réponse ne peut pas porter de date de réponse."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["wave", "state"], name="contact_wave_state"),
            # The order of the operator's list.
            models.Index(fields=["wave", "planned_on", "id"], name="contact_wave_day"),
            models.Index(fields=["mystery_citizen", "state"], name="contact_citizen_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.rank}"

    # Django's own versions translate every choice at each call: about 0.1 ms, three times a row,
    # which a list of 50 and an export of 20,000 feel.
    def get_channel_display(self) -> str:  # type: ignore[no-redef]
        return str(Channel(self.channel).label)

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        return str(ContactState(self.state).label)


class ClockReading(models.Model):
    """What a device's clock said when one touch dated an event, whatever was stored of it.

    The event itself holds the corrected moment. Never edited, never deleted.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="clock_readings")
    # The event dated, e.g. "sent_at".
    event = models.CharField(max_length=20)
    # By the device's own clock, uncorrected.
    device_at = models.DateTimeField()
    # Server minus device, as the page measured it; added to `device_at` to date the event.
    offset_seconds = models.FloatField()
    # By the server's clock. Later than the event where the device was without network.
    received_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="contact__organisation")

    class Meta:
        verbose_name = _("heure d’un appareil")

    def __str__(self) -> str:
        return f"{self.event} {self.device_at.isoformat()} {self.offset_seconds:+.1f} s"


class Answer(models.Model):
    """The value given to one criterion; values are those of `questionnaires.grid_schema`."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="answers")
    criterion = models.CharField(max_length=60)
    value = models.CharField(max_length=40)
    # Incremented at each change: a save that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="contact__organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "criterion"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.criterion} = {self.value}"


class Transition(models.Model):
    """A change of state and its reason. Never edited, never deleted."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=ContactState.choices)
    to_state = models.CharField(max_length=12, choices=ContactState.choices)
    at = models.DateTimeField(default=timezone.now)
    # null = the software (a closing wave, a scheduled task).
    actor = models.ForeignKey(
        Person,
        verbose_name=_("qui agit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Shown to the mystery citizen when the contact is returned; empty where none is needed.
    reason = models.CharField(_("motif"), max_length=1000, blank=True)

    objects = ScopedManager(organisation="contact__organisation")

    class Meta:
        verbose_name = _("étape d’une prise de contact")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Evidence(models.Model):
    """A file an observation rests on, hashed on arrival, kept outside the web root."""

    # Drawn by the browser: the same file sent twice is one piece of evidence.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices)
    # As shown to people; the stored file bears a generated name.
    original_name = models.CharField(_("nom du fichier"), max_length=200)
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveIntegerField()
    # Of the stored bytes (after images were re-encoded without metadata).
    sha256 = models.CharField(max_length=64)
    # Of the bytes received: recognises the same file sent again.
    received_sha256 = models.CharField(max_length=64)
    # null = the piece itself; otherwise other bytes that came under the same number: kept apart for
    # inspection, never counted as a piece of the contact. PROTECT: evidence is never deleted.
    conflicts_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="conflicting"
    )
    # Relative to EVIDENCE_ROOT.
    path = models.CharField(max_length=120, unique=True)
    received_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="contact__organisation",
        _manager_class=models.Manager.from_queryset(EvidenceQuerySet),
    )

    class Meta:
        verbose_name = _("pièce jointe")
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conflicts_with", "received_sha256"],
                condition=Q(conflicts_with__isnull=False),
                name="evidence_conflict_once",
            )
        ]

    def __str__(self) -> str:
        return self.original_name
