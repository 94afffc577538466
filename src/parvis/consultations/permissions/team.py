"""Who may prepare and run consultations; another body's are absent: 404.

What is open keeps working whether the option is still ticked or not; only preparing something new
asks for it.
"""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.editions.enums import OptionCode, RegistrationState
from parvis.editions.models import RegistrationOption
from parvis.foundation.permissions import Allowed, Decision, Denied


def may_prepare(hat: Hat) -> Decision:
    """A coordinator of a body that ticked the option in an edition that is open."""
    if hat.kind != RoleKind.COORDINATOR or not hat.is_effective:
        return Denied(_("Seul un coordinateur confirmé de l’organisme prépare une consultation."))
    ticked = RegistrationOption.objects.filter(
        option__code=OptionCode.CONSULTATION,
        registration__organisation=hat.organisation_id,
        registration__state=RegistrationState.SUBMITTED,
        registration__edition__opened_at__isnull=False,
    )
    if not ticked.exists():
        return Denied(
            _(
                "La consultation du public est une option du baromètre : votre organisme ne l’a "
                "cochée dans aucune édition ouverte."
            )
        )
    return Allowed()


def access_consultation(hat: Hat, pk: int) -> Consultation:
    """The consultation, or 404."""
    found: Consultation | None = (
        Consultation.objects.visible_to(hat).select_related("organisation").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def access_phase(hat: Hat, pk: int, position: int) -> Phase:
    """A phase of a consultation, with it; or 404."""
    found: Phase | None = (
        Phase.objects.visible_to(hat)
        .select_related("consultation__organisation")
        .filter(consultation=pk, position=position)
        .first()
    )
    if found is None:
        raise Http404
    return found


def access_contribution(hat: Hat, pk: int, contribution: int) -> Contribution:
    """A contribution of a consultation, by its key, with its phase; or 404."""
    found: Contribution | None = (
        Contribution.objects.visible_to(hat)
        .select_related("phase__consultation__organisation")
        .filter(phase__consultation=pk, pk=contribution)
        .first()
    )
    if found is None:
        raise Http404
    return found
