"""Who may do what in the directory, with the reason shown to whoever may not."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.organisations.models import Mandate, Organisation, Site


def access_organisation(number: int) -> Organisation:
    """A body of the directory: public, hence open to anybody."""
    body = Organisation.objects.select_related("successor").filter(pk=number).first()
    if body is None:
        raise Http404
    return body


def body_of(hat: Hat) -> Organisation:
    """The body a coordinator acts for."""
    assert hat.organisation_id is not None  # a coordinator's hat names its body
    return Organisation.objects.get(pk=hat.organisation_id)


def access_mandate(number: int, hat: Hat) -> Mandate:
    """A mandate the hat may see; the same answer for one that is absent and one that is not."""
    mandate = (
        Mandate.objects.visible_to(hat)
        .select_related("person", "organisation")
        .filter(pk=number)
        .first()
    )
    if mandate is None:
        raise Http404
    return mandate


def access_site(number: int, hat: Hat) -> Site:
    """A place of reception of the body the hat acts for."""
    site = Site.objects.visible_to(hat).select_related("organisation").filter(pk=number).first()
    if site is None:
        raise Http404
    return site


def may_decide_mandate(hat: Hat, mandate: Mandate) -> Decision:
    """The operator decides, but never on their own request."""
    if hat.kind != RoleKind.OPERATOR:
        return Denied(_("Seul l’opérateur confirme qui peut agir pour un organisme."))
    if hat.person_id == mandate.person_id:
        return Denied(_("Vous ne pouvez pas décider de votre propre demande."))
    return Allowed()
