"""Who takes part: known by a keyed hash of what was verified, never by name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.consultations.enums import NoticeKind, Proof
from parvis.consultations.models.consultations import Consultation, Phase
from parvis.consultations.models.contributions import Contribution
from parvis.consultations.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation


class Participant(models.Model):
    """One person in one consultation: one voice.

    `identity` is HMAC-SHA256 (hexadecimal) of what was verified under the consultation's key, or a
    random number once that key is destroyed. Erasing somebody takes their mail, accesses and texts
    away, never this row: nobody votes twice by leaving and coming back.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="participants"
    )
    identity = models.CharField(max_length=64)
    proof = models.CharField(max_length=10, choices=Proof.choices)
    joined_on = models.DateField(default=timezone.localdate)
    # null = still there.
    erased_on = models.DateField(null=True)
    # How they sign what they write; empty = without a name.
    display_name = models.CharField(_("nom affiché"), max_length=60, blank=True)
    # Where the digest goes, only if asked for; empty = nowhere.
    mail = models.EmailField(_("courriel"), blank=True)
    # When that address was given; null = there is none.
    mail_asked_on = models.DateField(null=True)
    # When the address was shown to be theirs; null = not yet, and nothing is sent.
    mail_confirmed_at = models.DateTimeField(null=True)
    wants_digest = models.BooleanField(_("recevoir le bulletin de suivi"), default=False)
    language = models.CharField(max_length=8, default="fr")

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "identity"], name="consultation_one_person_one_voice"
            ),
            models.CheckConstraint(
                condition=Q(erased_on__isnull=True) | Q(mail="", display_name=""),
                name="consultation_erased_participant_is_bare",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"


class ParticipantAccess(models.Model):
    """A browser that may act as a participant: the hash of the secret in its cookie."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="accesses")
    # SHA-256, hexadecimal, of 32 random bytes.
    secret_hash = models.CharField(max_length=64, unique=True)
    opened_on = models.DateField(default=timezone.localdate)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return str(self.participant_id)


class MailProof(models.Model):
    """A link sent to an address: used once, by a button on the page it opens; then its row leaves.

    Until then nothing in it is a participant's: rows lie in the order of the mails that they go
    with, whose addresses wait in the outbox.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    # SHA-256, hexadecimal, of the secret in the link.
    secret_hash = models.CharField(max_length=64, unique=True)
    # The identity that the address gives, hexadecimal, under a pad made of the link's secret and of
    # the consultation's key: read by who opens the link, where the key is held.
    sealed_identity = models.CharField(max_length=64)
    # A full hour.
    expires_at = models.DateTimeField()

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return str(self.pk)


class PrintedCode(models.Model):
    """A code of a letter: what the database keeps of it is its keyed hash."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    # HMAC of the code under the consultation's key: the identity of whoever types it.
    identity = models.CharField(max_length=64)
    # Sheet it was printed with, from 1.
    batch = models.PositiveSmallIntegerField()

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "identity"], name="consultation_printed_code_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RollEntry(models.Model):
    """A person of a local roll, by keyed hashes of their folded names and date of birth."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    # HMAC of the family name and date of birth, shared by twins and homonyms.
    identity = models.CharField(max_length=64, db_index=True)
    # The same with the name somebody goes by; empty = the roll gives none.
    usage_identity = models.CharField(max_length=64, blank=True, db_index=True)
    # HMAC of each first name with the above, 16 hexadecimal digits each: one of them is enough.
    given = models.JSONField(default=list)
    # HMAC of all that and of the roll's own number, asked only where several people fit. It is who
    # the person is as a participant.
    numbered_identity = models.CharField(max_length=64)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "numbered_identity"], name="consultation_roll_entry_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EntryTry(models.Model):
    """How many times something was tried in an hour: what bounds guesses and mails."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    # HMAC, under the consultation's key, of what is bounded: a browser, a name, an address.
    subject = models.CharField(max_length=64)
    # Its beginning.
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "subject", "hour"], name="consultation_tries_once_an_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.count}"


class Follow(models.Model):
    """A participant who wants to know what becomes of a contribution."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="follows")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "contribution"], name="consultation_followed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.contribution_id}"


class Notice(models.Model):
    """What a participant is to be told: on their page at once, by mail in the next digest."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=15, choices=NoticeKind.choices)
    # What it is about; null = the consultation as a whole.
    contribution = models.ForeignKey(
        Contribution, null=True, on_delete=models.CASCADE, related_name="+"
    )
    phase = models.ForeignKey(Phase, null=True, on_delete=models.CASCADE, related_name="+")
    # What it tells, so that it is told once: "answered:12", "milestone:3".
    key = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)
    # When it was put into a digest; null = not yet, or no digest is wanted.
    sent_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "key"],
                name="consultation_told_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.kind}"
