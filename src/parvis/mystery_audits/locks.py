"""What the fieldwork forbids to change in an edition and in a registration, and why."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.editions.locks import Section
from parvis.editions.models import Edition, Registration
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact


def locked_by_fieldwork(edition: Edition) -> Mapping[Section, str]:
    """Once contacts are planned, the waves they were planned in keep their dates."""
    # The operator's rule reads every tenant: one contact is enough.
    with scopes_disabled():
        planned = Contact.objects.filter(wave__edition=edition).exists()
    if not planned:
        return {}
    return {Section.WAVES: _("Des prises de contact sont planifiées : les dates ne changent plus.")}


def objection_of_fieldwork(registration: Registration) -> str:
    """A body no longer withdraws by itself once contacts are planned.

    Somebody may be on the phone already, and what was observed is not taken back: the operator
    cancels what is left first.
    """
    contacts = Contact.objects.filter(
        organisation=registration.organisation_id, wave__edition=registration.edition_id
    )
    if not contacts.exclude(state=ContactState.CANCELLED).exists():
        return ""
    return _(
        "Des prises de contact sont déjà prévues ou faites pour votre organisme : écrivez à "
        "l’opérateur, qui annulera celles qui restent."
    )
