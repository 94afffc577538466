"""Who is on the panel: joining by invitation, and leaving."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Invitation, Person
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact, MysteryCitizen
from parvis.mystery_audits.operations.assignments import unassign
from parvis.mystery_audits.operations.transitions import transition_all

# What a person who leaves has begun and will not finish.
BEGUN = (ContactState.IN_PROGRESS, ContactState.RETURNED)


@transaction.atomic
def join_panel(*, person: Person, by: Person | None, departement_code: str = "") -> MysteryCitizen:
    """Make somebody a mystery citizen under a new code name; whoever left comes back as before."""
    citizen = MysteryCitizen.objects.select_for_update().filter(person=person).first()
    if citizen is not None and citizen.left_at is None:
        return citizen
    if citizen is None:
        citizen = MysteryCitizen.objects.create(
            person=person, code_name=uuid4().hex[:20], departement_code=departement_code
        )
        # The row's own number: two persons who join together cannot get the same name.
        citizen.code_name = f"MC-{citizen.pk:04d}"
        citizen.save(update_fields=["code_name"])
    else:
        citizen.left_at = None
        citizen.save(update_fields=["left_at"])
    record(action="panel.joined", actor_id=by.pk if by else None, subject=citizen)
    return citizen


@transaction.atomic
def set_departement(*, citizen: MysteryCitizen, departement_code: str, by: Person) -> None:
    """Say where the person can pay visits; empty: anywhere."""
    code = departement_code.strip().upper()
    if code and not (2 <= len(code) <= 3 and code.isascii() and code.isalnum()):
        raise Refusal(
            _("Donnez un code de département, par exemple 69, 2A ou 974."),
            field="departement_code",
        )
    if code != citizen.departement_code:
        MysteryCitizen.objects.filter(pk=citizen.pk).update(departement_code=code)
        citizen.departement_code = code
        record(action="panel.departement_changed", actor_id=by.pk, subject=citizen)


@transaction.atomic
def leave_panel(*, citizen: MysteryCitizen, by: Person | None) -> None:
    """End somebody's part in the panel.

    What they had not begun goes back to be assigned, what they had begun is cancelled; what they
    handed in stays and is reviewed.
    """
    locked = MysteryCitizen.objects.select_for_update().get(pk=citizen.pk)
    if locked.left_at is not None:
        return
    theirs = Contact.objects.filter(mystery_citizen=locked)
    unassign(contacts=theirs.filter(state=ContactState.ASSIGNED), by=by)
    transition_all(
        contacts=theirs.filter(state__in=BEGUN),
        to_state=ContactState.CANCELLED,
        by=by,
        reason=_("Départ du citoyen-mystère"),
    )
    locked.left_at = timezone.now()
    locked.save(update_fields=["left_at"])
    record(action="panel.left", actor_id=by.pk if by else None, subject=locked)


def join_by_invitation(invitation: Invitation, person: Person) -> None:
    """What an accepted invitation to the panel grants (registered with `accounts`)."""
    join_panel(person=person, by=invitation.invited_by)


def leave_with_the_rest(person: Person, by: Person | None) -> None:
    """What ends on the panel when a person leaves altogether (registered with `accounts`)."""
    citizen = MysteryCitizen.objects.filter(person=person).first()
    if citizen is not None:
        # Whoever leaves, leaves every body tested, whatever the hat worn, if any.
        with scopes_disabled():
            leave_panel(citizen=citizen, by=by)
