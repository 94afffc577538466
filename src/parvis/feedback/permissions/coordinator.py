"""Who may set up on-the-spot feedback, and the entrances to a body's own objects.

Another body's object is absent: 404. What is already there keeps working, whether the option is
still ticked or not; only setting up something new asks for it.
"""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.editions.enums import OptionCode, RegistrationState
from parvis.editions.models import RegistrationOption
from parvis.feedback.models import Device, Questionnaire, Touchpoint
from parvis.foundation.permissions import Allowed, Decision, Denied


def may_set_up(hat: Hat) -> Decision:
    """A coordinator of a body that ticked the option in an edition that is open."""
    if hat.kind != RoleKind.COORDINATOR or not hat.is_effective:
        return Denied(_("Seul un coordinateur confirmé de l’organisme prépare l’écoute à chaud."))
    ticked = RegistrationOption.objects.filter(
        option__code=OptionCode.FEEDBACK,
        registration__organisation=hat.organisation_id,
        registration__state=RegistrationState.SUBMITTED,
        registration__edition__opened_at__isnull=False,
    )
    if not ticked.exists():
        return Denied(
            _(
                "L’écoute à chaud est une option du baromètre : votre organisme ne l’a cochée dans "
                "aucune édition ouverte."
            )
        )
    return Allowed()


def access_touchpoint(hat: Hat, pk: int) -> Touchpoint:
    """The touchpoint, with what its pages read, or 404."""
    found: Touchpoint | None = (
        Touchpoint.objects.visible_to(hat)
        .select_related("organisation", "site", "questionnaire")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def access_questionnaire(hat: Hat, pk: int) -> Questionnaire:
    """The questionnaire, or 404."""
    found: Questionnaire | None = (
        Questionnaire.objects.visible_to(hat).select_related("organisation").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def access_kiosk(hat: Hat, pk: int) -> Device:
    """The kiosk, revoked or not, or 404; the public page of a touchpoint is none."""
    found: Device | None = (
        Device.objects.visible_to(hat)
        .kiosks()
        .select_related("organisation", "touchpoint")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found
