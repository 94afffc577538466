"""What anybody may open: consultations that left their preparation, by their code."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.consultations.enums import INTERACTIVE, ConsultationState
from parvis.consultations.models import CODE_LENGTH, Consultation, Contribution, Phase
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.foundation.readable_codes import read_code


def open_consultation(code: str) -> Consultation:
    """The public consultation of that code, or 404. To be called with scopes disabled."""
    read = read_code(code, CODE_LENGTH)
    found: Consultation | None = None
    if read:
        found = (
            Consultation.objects.public().select_related("organisation").filter(code=read).first()
        )
    if found is None:
        raise Http404
    return found


def open_phase(consultation: Consultation, position: int) -> Phase:
    """A phase of a public consultation, or 404."""
    found: Phase | None = Phase.objects.filter(consultation=consultation, position=position).first()
    if found is None:
        raise Http404
    found.consultation = consultation
    return found


def open_contribution(phase: Phase, number: int) -> Contribution:
    """What anybody may read of a phase, by its number; or 404."""
    found: Contribution | None = (
        Contribution.objects.public().filter(phase=phase, number=number).first()
    )
    if found is None:
        raise Http404
    found.phase = phase
    return found


def may_take_part(phase: Phase, now: datetime) -> Decision:
    """Whether the phase takes votes and contributions at that instant, and why not."""
    consultation = phase.consultation
    if consultation.state != ConsultationState.OPEN or now >= phase.closes_at or phase.closed_at:
        return Denied(_("Cette étape est close : on ne peut plus y participer."))
    if now < phase.opens_at:
        return Denied(_("Cette étape n’a pas encore commencé."))
    if phase.kind not in INTERACTIVE:
        return Denied(_("Cette étape informe : il n’y a rien à y déposer."))
    return Allowed()
