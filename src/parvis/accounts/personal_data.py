"""What the installation knows of people who sign in, why, and how long."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from parvis.accounts.operations import (
    erase_person_again,
    purge_ended_sessions,
    purge_old_invitations,
    purge_spent_links,
)
from parvis.foundation.personal_data import Controller, declare, erases, not_personal

ACCOUNT = _("aussi longtemps que le compte existe ; effacé sur demande")
BY_NUMBER = _("gardé : un numéro, devenu pseudonyme quand la personne est effacée")

declare(
    "accounts.Person",
    "email",
    "display_name",
    "password",
    purpose=_("se connecter, et savoir comment s’adresser à la personne"),
    controller=Controller.OPERATOR,
    retention=ACCOUNT,
)
erases("accounts.Person", erase_person_again)
not_personal("accounts.Person", "language", because="one of two interface languages")
declare(
    "accounts.Role",
    "person",
    "granted_by",
    purpose=_("qui peut faire quoi, et qui l’a décidé"),
    controller=Controller.OPERATOR,
    retention=BY_NUMBER,
)
not_personal("accounts.Role", "kind", because="one of the kinds of roles")
declare(
    "accounts.Invitation",
    "email",
    "invited_by",
    "accepted_by",
    purpose=_("proposer un rôle à quelqu’un qui n’a peut-être pas encore de compte"),
    controller=Controller.OPERATOR,
    retention=timedelta(days=365),
    purge=purge_old_invitations,
)
not_personal(
    "accounts.Invitation", "kind", "token_sha256", because="a kind of role, and a random number"
)
declare(
    "accounts.SignInLink",
    "person",
    purpose=_("se connecter par un lien reçu par courriel"),
    controller=Controller.OPERATOR,
    retention=timedelta(days=1),
    purge=purge_spent_links,
)
not_personal("accounts.SignInLink", "token_sha256", because="the hash of a random number")

# Tables of the libraries that sign people in.
declare(
    "sessions.Session",
    "session_key",
    "session_data",
    purpose=_("garder une personne connectée"),
    controller=Controller.OPERATOR,
    retention=timedelta(days=1),
    purge=purge_ended_sessions,
)
declare(
    "account.EmailAddress",
    "user",
    "email",
    purpose=_("savoir quelles adresses une personne a prouvées"),
    controller=Controller.OPERATOR,
    retention=ACCOUNT,
)
not_personal("account.EmailConfirmation", "key", because="a random number sent by mail")
declare(
    "mfa.Authenticator",
    "user",
    "data",
    purpose=_("second facteur : clé de l’application, clé de sécurité ou codes de secours"),
    controller=Controller.OPERATOR,
    retention=ACCOUNT,
)
