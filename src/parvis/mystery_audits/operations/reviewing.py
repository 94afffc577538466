"""The second reading: one reviewer at a time takes a contact, then validates, returns or cancels.

Nothing is accepted by mere lapse of time, nobody reads their own test, and a decision is never
edited: what follows it is another decision. The same decision sent twice is one decision.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations.transitions import transition, transition_all
from parvis.mystery_audits.permissions import may_review
from parvis.mystery_audits.querysets import ContactQuerySet

MAX_REASON_LENGTH = 1000
# What the operator may give up without a reading: nothing was handed in yet.
NOT_HANDED_IN = (
    ContactState.PLANNED,
    ContactState.ASSIGNED,
    ContactState.IN_PROGRESS,
    ContactState.RETURNED,
)


@transaction.atomic
def take(*, contact: Contact, by: Person) -> Contact:
    """Hold a submitted contact for review; taking again what one holds changes nothing.

    What another holds is given back first, where `may_review` allows to take it over.
    """
    locked = _locked(contact, by)
    if locked.state == ContactState.IN_REVIEW and locked.reviewer_id == by.pk:
        return locked
    if locked.state == ContactState.IN_REVIEW:
        transition(
            contact=locked,
            to_state=ContactState.SUBMITTED,
            by=by,
            reason=_("Relecture reprise par quelqu’un d’autre."),
            reviewer=None,
        )
    return transition(contact=locked, to_state=ContactState.IN_REVIEW, by=by, reviewer=by)


@transaction.atomic
def validate(*, contact: Contact, by: Person) -> Contact:
    """Accept the observation: it counts in scoring runs from now on."""
    locked = _locked(contact, by)
    if _already(locked, ContactState.VALIDATED, by):
        return locked
    _require_held(locked, by)
    return transition(
        contact=locked, to_state=ContactState.VALIDATED, by=by, validated_at=timezone.now()
    )


@transaction.atomic
def return_to_tester(*, contact: Contact, reason: str, by: Person) -> Contact:
    """Send the contact back with what is to be completed, which the mystery citizen reads.

    Raises Conflict when that person has left the panel: nobody could complete it.
    """
    locked = _locked(contact, by)
    if _already(locked, ContactState.RETURNED, by):
        return locked
    reason = _required(reason, _("Indiquez ce que le citoyen-mystère doit compléter ou corriger."))
    _require_held(locked, by)
    if locked.mystery_citizen is None or locked.mystery_citizen.left_at is not None:
        raise Conflict(
            _("La personne qui a fait ce test a quitté le panel : validez-le ou annulez-le.")
        )
    return transition(contact=locked, to_state=ContactState.RETURNED, by=by, reason=reason)


@transaction.atomic
def cancel(*, contact: Contact, reason: str, by: Person) -> Contact:
    """Set the contact aside for good: it never counts. Asked of the reviewer who holds it."""
    locked = _locked(contact, by)
    if _already(locked, ContactState.CANCELLED, by):
        return locked
    reason = _required(reason, _("Indiquez pourquoi cette prise de contact est annulée."))
    _require_held(locked, by)
    return transition(contact=locked, to_state=ContactState.CANCELLED, by=by, reason=reason)


@transaction.atomic
def cancel_not_handed_in(*, contacts: ContactQuerySet, reason: str, by: Person | None) -> int:
    """Give up, among these contacts, those nobody handed in; returns how many.

    What was handed in deserves a reading: it is left to the reviewers.
    """
    reason = _required(reason, _("Indiquez pourquoi ces prises de contact sont annulées."))
    return transition_all(
        contacts=contacts.filter(state__in=NOT_HANDED_IN),
        to_state=ContactState.CANCELLED,
        by=by,
        reason=reason,
    )


def _locked(contact: Contact, by: Person) -> Contact:
    locked = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("mystery_citizen")
        .get(pk=contact.pk)
    )
    decision = may_review(by, locked)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    return locked


def _already(contact: Contact, state: ContactState, by: Person) -> bool:
    """Whether this person has just made this very decision: a second click is no error."""
    return contact.state == state and contact.reviewer_id == by.pk


def _require_held(contact: Contact, by: Person) -> None:
    if contact.state == ContactState.IN_REVIEW and contact.reviewer_id == by.pk:
        return
    raise Conflict(
        _(
            "Cette prise de contact est « %s » : prenez-la d’abord en relecture. "
            "Rien n’a été modifié."
        )
        % ContactState(contact.state).label
    )


def _required(reason: str, message: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal(message, field="reason")
    if len(reason) > MAX_REASON_LENGTH:
        raise Refusal(
            _("Le motif compte %(length)d caractères, pour %(limit)d au plus.")
            % {"length": len(reason), "limit": MAX_REASON_LENGTH},
            field="reason",
        )
    if "\x00" in reason:
        raise Refusal(_("Le motif contient un caractère impossible."), field="reason")
    return reason
