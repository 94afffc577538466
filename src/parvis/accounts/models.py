"""People and the roles that belong to no organisation.

A person signs in with an e-mail address. What they may do is a row: a `Role` here for the
operator's own staff, a `Mandate` (room organisations) for who acts for a body, a `MysteryCitizen`
profile (room mystery_audits). Each room offers its rows as hats; see `parvis.accounts.hats`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.accounts.enums import RoleKind


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str | None) -> Person:
        return self.get(email=(email or "").lower())


class Person(AbstractBaseUser):
    """Somebody who can sign in. Erasing a person replaces their identity by a pseudonym."""

    email = models.EmailField(_("adresse électronique"), unique=True)
    display_name = models.CharField(_("nom affiché"), max_length=120, blank=True)
    language = models.CharField(max_length=5, default="fr")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # null = identity still held; otherwise when it was replaced by a pseudonym.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("personne")

    def __str__(self) -> str:
        return self.display_name or self.email


class Role(models.Model):
    """The operator's own staff: operator or reviewer of the installation."""

    person = models.ForeignKey(
        Person, verbose_name=_("personne"), on_delete=models.PROTECT, related_name="roles"
    )
    kind = models.CharField(
        max_length=20,
        choices=[
            (RoleKind.OPERATOR.value, RoleKind.OPERATOR.label),
            (RoleKind.REVIEWER.value, RoleKind.REVIEWER.label),
        ],
    )
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(
        Person,
        verbose_name=_("qui l’a confié"),
        null=True,
        on_delete=models.PROTECT,
        related_name="granted_roles",
    )
    # null = in force; otherwise the departure.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rôle")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(ended_at__isnull=True),
                name="role_once_in_force",
                violation_error_message=_("Cette personne tient déjà ce rôle."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.get_kind_display()}"


class Invitation(models.Model):
    """A role offered by mail; the link proves the address, so accepting it also signs in."""

    email = models.EmailField(_("adresse électronique"))
    kind = models.CharField(_("rôle"), max_length=20, choices=RoleKind.choices)
    # SHA-256 of the token in the mail.
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a invité"),
        null=True,
        on_delete=models.PROTECT,
        related_name="sent_invitations",
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # null = not accepted.
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a accepté"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # null = still valid until it expires.
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        constraints = [
            models.UniqueConstraint(
                fields=["email", "kind"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_once_pending",
                violation_error_message=_("Une invitation à ce rôle attend déjà cette personne."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_kind_display()}"

    @property
    def is_pending(self) -> bool:
        return (
            self.accepted_at is None
            and self.revoked_at is None
            and self.expires_at > timezone.now()
        )


class SignInLink(models.Model):
    """A link that signs its person in once, within minutes."""

    person = models.ForeignKey(
        Person, verbose_name=_("personne"), on_delete=models.CASCADE, related_name="sign_in_links"
    )
    # SHA-256 of the token in the mail.
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # null = not used.
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("lien de connexion")

    def __str__(self) -> str:
        return f"lien de connexion du {self.created_at:%Y-%m-%d %H:%M}"
