"""What an account holds about its person, for the person themselves."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from parvis.accounts.hats import hats_of
from parvis.accounts.models import Person


def account_of(person: Person) -> dict[str, Any]:
    """The person's own data, as JSON-serialisable values; dates in ISO 8601, UTC."""
    return {
        "email": person.email,
        "display_name": person.display_name,
        "language": person.language,
        "joined_at": person.joined_at.isoformat(),
        "last_sign_in_at": person.last_login.isoformat() if person.last_login else None,
        "roles": [{"kind": str(hat.kind), "label": hat.label} for hat in hats_of(person)],
        "second_factors": [
            {"type": authenticator.type, "created_at": authenticator.created_at.isoformat()}
            for authenticator in Authenticator.objects.filter(user=person).order_by("pk")
        ],
    }
