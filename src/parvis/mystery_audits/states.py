"""How the state of a contact is shown: the kind of pill beside its name."""

from __future__ import annotations

from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact

_PILLS = {
    ContactState.PLANNED: "",
    ContactState.ASSIGNED: "info",
    ContactState.IN_PROGRESS: "info",
    ContactState.SUBMITTED: "wait",
    ContactState.IN_REVIEW: "wait",
    ContactState.RETURNED: "bad",
    ContactState.APPEALED: "wait",
    ContactState.CANCELLED: "bad",
}


def pill_of(contact: Contact) -> str:
    """The kind of pill of `foundation`'s lists; accepted states are the good ones."""
    return _PILLS.get(ContactState(contact.state), "good")
