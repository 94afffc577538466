"""Ideas merged or split: each supporter says whether their support goes along."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parvis.consultations.enums import ConsultationState, ContributionState, MoveState
from parvis.consultations.models import SupportMove
from parvis.consultations.operations.merging import answer_move
from parvis.consultations.traces import end_of
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.errors import Refusal

SHOWN = 100


@require_safe
@visiting
def moves(visit: Visit) -> HttpResponse:
    """The questions asked of this participant, those not answered yet first."""
    rows = []
    if visit.participant is not None:
        found = (
            SupportMove.objects.filter(participant=visit.participant)
            .select_related("source__phase", "target__phase")
            .order_by("pk")[:SHOWN]
        )
        rows = [
            {
                "move": move,
                "end": end_of(move.target),
                "is_split": move.source.state == ContributionState.SPLIT,
            }
            for move in found
        ]
        rows.sort(key=lambda row: row["move"].state != MoveState.ASKED)  # type: ignore[attr-defined]
    return visit.render(
        "consultations/public/moves.html",
        {
            "rows": rows,
            "may_answer": visit.consultation.state == ConsultationState.OPEN,
        },
    )


@require_POST
@visiting
def answer(visit: Visit, move: int) -> HttpResponse:
    """Yes or no; one may change one's mind until the consultation closes."""
    said = visit.request.POST.get("answer", "")
    back = redirect("consultations:moves", visit.consultation.code)
    back.status_code = 303
    if visit.participant is None or said not in ("yes", "no"):
        messages.warning(visit.request, _("Répondez par oui ou par non à une question posée ici."))
        return back
    try:
        answer_move(participant=visit.participant, pk=move, accepts=said == "yes")
    except Refusal as refusal:
        messages.warning(visit.request, refusal.message)
    else:
        messages.success(
            visit.request,
            _("C’est noté : votre soutien suit.")
            if said == "yes"
            else _("C’est noté : votre soutien reste où il est."),
        )
    return back
