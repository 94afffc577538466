"""Who may prepare polls, and the entrance to a body's own.

Another body's poll is absent: 404. What is launched keeps working, whether the option is still
ticked or not; only preparing something new asks for it.
"""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.editions.enums import OptionCode, RegistrationState
from parvis.editions.models import RegistrationOption
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.staff_polls.models import StaffPoll


def may_prepare(hat: Hat) -> Decision:
    """A coordinator of a body that ticked the option in an edition that is open."""
    if hat.kind != RoleKind.COORDINATOR or not hat.is_effective:
        return Denied(_("Seul un coordinateur confirmé de l’organisme prépare un sondage interne."))
    ticked = RegistrationOption.objects.filter(
        option__code=OptionCode.STAFF_POLL,
        registration__organisation=hat.organisation_id,
        registration__state=RegistrationState.SUBMITTED,
        registration__edition__opened_at__isnull=False,
    )
    if not ticked.exists():
        return Denied(
            _(
                "Le sondage interne est une option du baromètre : votre organisme ne l’a cochée "
                "dans aucune édition ouverte."
            )
        )
    return Allowed()


def access_poll(hat: Hat, pk: int) -> StaffPoll:
    """The poll, or 404."""
    found: StaffPoll | None = (
        StaffPoll.objects.visible_to(hat).select_related("organisation").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found
