"""What the installation knows of people who sign in, why, and how long."""

from __future__ import annotations

from datetime import timedelta

from parvis.accounts.operations import (
    erase_person_again,
    purge_old_invitations,
    purge_spent_links,
)
from parvis.foundation.personal_data import Controller, declare, erases, not_personal

ACCOUNT = "as long as the account exists; erased on request"
BY_NUMBER = "kept: a number, turned into a pseudonym when the person is erased"

declare(
    "accounts.Person",
    "email",
    "display_name",
    "password",
    purpose="sign-in, and how to address the person",
    controller=Controller.OPERATOR,
    retention=ACCOUNT,
)
erases("accounts.Person", erase_person_again)
not_personal("accounts.Person", "language", because="one of two interface languages")
declare(
    "accounts.Role",
    "person",
    "granted_by",
    purpose="who may do what, and who decided it",
    controller=Controller.OPERATOR,
    retention=BY_NUMBER,
)
not_personal("accounts.Role", "kind", because="one of the kinds of roles")
declare(
    "accounts.Invitation",
    "email",
    "invited_by",
    "accepted_by",
    purpose="offering a role to somebody who may have no account yet",
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
    purpose="signing in by mail",
    controller=Controller.OPERATOR,
    retention=timedelta(days=1),
    purge=purge_spent_links,
)
not_personal("accounts.SignInLink", "token_sha256", because="the hash of a random number")
