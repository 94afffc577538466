"""What a publication does to the contacts it rests on; the room `results` decides when."""

from __future__ import annotations

from django.db import transaction

from parvis.accounts.models import Person
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.operations.transitions import transition_all
from parvis.mystery_audits.querysets import ContactQuerySet


@transaction.atomic
def mark_preliminary(*, contacts: ContactQuerySet, by: Person | None) -> int:
    """Say of validated contacts that their result was shown; returns how many moved.

    Contacts already shown, or decided on after an appeal, are left as they are.
    """
    return transition_all(
        contacts=contacts.filter(state=ContactState.VALIDATED),
        to_state=ContactState.PRELIMINARY,
        by=by,
    )


@transaction.atomic
def freeze(*, contacts: ContactQuerySet, by: Person | None) -> int:
    """Close the matter of contacts shown, upheld or corrected; returns how many moved."""
    return transition_all(
        contacts=contacts.filter(
            state__in=[ContactState.PRELIMINARY, ContactState.UPHELD, ContactState.CORRECTED]
        ),
        to_state=ContactState.FROZEN,
        by=by,
    )
