"""Who may do what with editions and registrations, and the only entrances to both.

What a hat may not see is absent for it: a draft for the public, another body's registration for a
coordinator. Both raise Http404, so that nothing tells one from the other.
"""

from __future__ import annotations

from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.editions.locks import objection_to_withdrawal
from parvis.editions.models import Edition, Registration, Wave
from parvis.editions.operations import refuse_after_fieldwork, refuse_outside_window
from parvis.foundation.errors import Refusal
from parvis.foundation.permissions import Allowed, Decision, Denied


def access_edition(hat: Hat | None, slug: str) -> Edition:
    """The edition at this address; Http404 when it does not exist or is a draft of the operator."""
    return get_object_or_404(Edition.objects.visible_to(hat).select_related("grid"), slug=slug)


def access_wave(hat: Hat | None, slug: str, number: int) -> Wave:
    """A wave of an edition the hat may see; Http404 otherwise."""
    return get_object_or_404(
        Wave.objects.select_related("edition").filter(
            edition__in=Edition.objects.visible_to(hat).filter(slug=slug)
        ),
        number=number,
    )


def access_registration(hat: Hat | None, pk: int) -> Registration:
    """The registration of that number; Http404 for another tenant's as for none."""
    if hat is None:
        raise Http404
    return get_object_or_404(
        Registration.objects.visible_to(hat)
        .with_confirmation()
        .select_related("edition__grid", "organisation"),
        pk=pk,
    )


def can_register(edition: Edition, at: datetime) -> Decision:
    """Anybody signed in may register a body while the window is open."""
    try:
        refuse_outside_window(edition, at)
    except Refusal as refusal:
        return Denied(refusal.message)
    return Allowed()


def can_amend(hat: Hat, registration: Registration, at: datetime) -> Decision:
    """The body's coordinators until the deadline; the operator until the last wave is closed."""
    if hat.kind not in (RoleKind.COORDINATOR, RoleKind.OPERATOR):
        return Denied(_("Seul un coordinateur de l’organisme peut modifier son inscription."))
    if not registration.takes_part:
        return Denied(_("Cet organisme s’est retiré de l’édition."))
    if hat.kind == RoleKind.COORDINATOR:
        return can_register(registration.edition, at)
    try:
        refuse_after_fieldwork(registration.edition)
    except Refusal as refusal:
        return Denied(refusal.message)
    return Allowed()


def can_withdraw(hat: Hat, registration: Registration) -> Decision:
    """The body's coordinators and the operator, as long as no room above objects."""
    if hat.kind not in (RoleKind.COORDINATOR, RoleKind.OPERATOR):
        return Denied(_("Seul un coordinateur de l’organisme ou l’opérateur peut le retirer."))
    if not registration.takes_part:
        return Denied(_("Cet organisme s’est déjà retiré de l’édition."))
    if objection := objection_to_withdrawal(registration):
        return Denied(objection)
    return Allowed()
