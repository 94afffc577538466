"""Who may do what to a contact: allowed, or denied with the reason shown to the person.

Which contacts a person sees at all is `visible_to`, in `querysets.py`; `access_contact` and
`access_evidence` are the entrances of every page, and answer 404 for absent and forbidden alike.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person, Role
from parvis.editions.enums import WaveState
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.mystery_audits.enums import EDITABLE_STATES, ContactState
from parvis.mystery_audits.models import Contact, Evidence


def access_contact(hat: Hat, pk: int) -> Contact:
    """The contact, with what its pages read, or 404."""
    contact: Contact | None = Contact.objects.visible_to(hat).for_its_page().filter(pk=pk).first()
    if contact is None:
        raise Http404
    return contact


def access_evidence(hat: Hat, pk: UUID) -> Evidence:
    """The piece of evidence, or 404. Coordinators never open one."""
    evidence: Evidence | None = Evidence.objects.visible_to(hat).filter(pk=pk).first()
    if evidence is None:
        raise Http404
    return evidence


def may_write(person: Person, contact: Contact) -> Decision:
    """Only its tester writes on a contact, while it is theirs to fill and its wave is open."""
    if contact.mystery_citizen is None or contact.mystery_citizen.person_id != person.pk:
        return Denied(_("Cette prise de contact est confiée à quelqu’un d’autre."))
    if contact.state not in EDITABLE_STATES:
        return Denied(
            _("Cette prise de contact est « %s » : elle ne se modifie plus.")
            % ContactState(contact.state).label
        )
    if contact.wave.state != WaveState.OPEN:
        return Denied(
            _("La vague n’est pas ouverte : les prises de contact attendent son ouverture.")
        )
    return Allowed()


def may_review(person: Person, contact: Contact) -> Decision:
    """Nobody reviews their own test, nor one that another reviewer holds and may still decide.

    The operator may take it over from anybody: a wave does not wait for whoever is away.
    """
    if contact.mystery_citizen is not None and contact.mystery_citizen.person_id == person.pk:
        return Denied(_("Vous avez fait ce test : quelqu’un d’autre doit le relire."))
    held = contact.state == ContactState.IN_REVIEW and contact.reviewer_id not in (None, person.pk)
    if held and not _may_take_over(person, contact):
        return Denied(_("Quelqu’un d’autre relit déjà cette prise de contact."))
    return Allowed()


def _may_take_over(person: Person, contact: Contact) -> bool:
    roles = Role.objects.filter(ended_at__isnull=True)
    return (
        roles.filter(person=person, kind=RoleKind.OPERATOR).exists()
        or not roles.filter(person=contact.reviewer_id).exists()
    )
