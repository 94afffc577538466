"""The one gate through which a contact changes state.

Every other operation passes here: the table of `enums.CONTACT_TRANSITIONS` is checked, the row is
written only if nobody changed it meanwhile, and the step is kept with its author and its reason.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict
from parvis.journal.operations import record
from parvis.mystery_audits.enums import CONTACT_TRANSITIONS, ContactState
from parvis.mystery_audits.models import Contact, Transition
from parvis.mystery_audits.querysets import ContactQuerySet

# Bound on the numbers named in one statement: SQLite accepts some 32,000 parameters.
BATCH = 5000


def is_legal(from_state: str, to_state: str) -> bool:
    return ContactState(to_state) in CONTACT_TRANSITIONS[ContactState(from_state)]


def illegal(from_state: str, to_state: str) -> Conflict:
    """The refusal of a step the table does not know, in words, naming both states."""
    return Conflict(
        _("Une prise de contact « %(from)s » ne peut pas devenir « %(to)s ».")
        % {"from": ContactState(from_state).label, "to": ContactState(to_state).label}
    )


@transaction.atomic
def transition(
    *, contact: Contact, to_state: ContactState, by: Person | None, reason: str = "", **changes: Any
) -> Contact:
    """Move one contact, with the other `changes` of its fields that go with the step.

    `by` is None for the software itself. Raises Conflict when the table forbids the step, or when
    the row is no longer at the state and revision of `contact`: of two persons who act on the same
    version, one wins and the other is told. `contact` is brought up to date.
    """
    from_state = ContactState(contact.state)
    if not is_legal(from_state, to_state):
        raise illegal(from_state, to_state)
    moved = Contact.objects.filter(
        pk=contact.pk, state=from_state, revision=contact.revision
    ).update(state=to_state, revision=F("revision") + 1, **changes)
    if not moved:
        current = ContactState(Contact.objects.values_list("state", flat=True).get(pk=contact.pk))
        raise Conflict(
            _(
                "Cette prise de contact a changé entre-temps : elle est maintenant « %(state)s ». "
                "Rien n’a été modifié ; rechargez la page."
            )
            % {"state": current.label}
        )
    Transition.objects.create(
        contact=contact, from_state=from_state, to_state=to_state, actor=by, reason=reason
    )
    record(
        action=f"contact.{to_state}",
        actor_id=by.pk if by else None,
        subject=contact,
        organisation_id=contact.organisation_id,
        from_state=str(from_state),
    )
    contact.state = to_state
    contact.revision += 1
    for name, value in changes.items():
        setattr(contact, name, value)
    return contact


@transaction.atomic
def transition_all(
    *,
    contacts: ContactQuerySet,
    to_state: ContactState,
    by: Person | None,
    reason: str = "",
    **changes: Any,
) -> int:
    """Move a set of contacts together, or none of them; returns how many moved.

    The rows are locked first, in the order of their numbers, so that two bulk acts cannot wait for
    each other. Raises Conflict naming the states that forbid the step. The journal gets one entry;
    each contact keeps its own `Transition`.
    """
    # A caller's joins (`select_related` on a null) would be locked too: keep the numbers only.
    numbers = sorted(contacts.order_by().values_list("pk", flat=True).distinct())
    moved = 0
    forbidden: Counter[str] = Counter()
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        states = list(
            Contact.objects.select_for_update()
            .filter(pk__in=batch)
            .order_by("pk")
            .values_list("pk", "state")
        )
        forbidden.update(state for _pk, state in states if not is_legal(state, to_state))
        if forbidden:
            continue
        Transition.objects.bulk_create(
            [
                Transition(
                    contact_id=pk, from_state=state, to_state=to_state, actor=by, reason=reason
                )
                for pk, state in states
            ],
            batch_size=500,
        )
        moved += Contact.objects.filter(pk__in=batch).update(
            state=to_state, revision=F("revision") + 1, **changes
        )
    if forbidden:
        raise Conflict(
            _("Rien n’a été modifié : %(states)s ne peuvent pas devenir « %(to)s ».")
            % {
                "states": ", ".join(
                    f"{count} « {ContactState(state).label} »"
                    for state, count in sorted(forbidden.items())
                ),
                "to": to_state.label,
            }
        )
    if moved:
        record(
            action=f"contacts.{to_state}",
            actor_id=by.pk if by else None,
            contacts=moved,
            first=numbers[0],
            last=numbers[-1],
        )
    return moved
