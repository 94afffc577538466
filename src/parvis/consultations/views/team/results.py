"""The end of a consultation: its conclusion written, its result looked at, then published."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import ConsultationState
from parvis.consultations.forms.answers import ConclusionForm
from parvis.consultations.models import Participant
from parvis.consultations.operations import publishing
from parvis.consultations.permissions.team import access_consultation
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.results.showing import results_of
from parvis.consultations.views.team.answers import outcome_context, stale_page
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.stale import StaleForm


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def conclusion(request: HatRequest, pk: int) -> HttpResponse:
    """What is decided and why; the button `publier` publishes it with the result."""
    consultation = access_consultation(request.hat, pk)
    form = ConclusionForm(
        request.POST if request.method == "POST" else None,
        initial={"conclusion": consultation.conclusion, "revision": consultation.revision},
    )
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["conclusion"]
        try:
            if "publier" in request.POST:
                publishing.publish_result(
                    consultation=consultation,
                    conclusion=words,
                    by=request.user,
                    revision=form.cleaned_data["revision"],
                )
                messages.success(
                    request, _("Résultat publié ; ceux qui ont participé sont prévenus.")
                )
            else:
                publishing.correct_conclusion(
                    consultation=consultation,
                    conclusion=words,
                    by=request.user,
                    revision=form.cleaned_data["revision"],
                )
                messages.success(request, _("Conclusion enregistrée."))
        except StaleForm as stale:
            return stale_page(
                request,
                stale,
                ConclusionForm({"conclusion": words, "revision": stale.current_revision}),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("consultations:conclusion", pk=pk)
    return render(
        request,
        "consultations/team/conclusion.html",
        {
            **outcome_context(consultation, "result"),
            "form": form,
            "is_over": consultation.state
            in (ConsultationState.CLOSED, ConsultationState.PUBLISHED),
            "is_published": consultation.state == ConsultationState.PUBLISHED,
            "waits_for": withheld(consultation),
            "results": results_of(consultation, for_team=True),
            "told": Participant.objects.filter(
                consultation=consultation, erased_on__isnull=True
            ).count(),
        },
        status=422 if form.errors else 200,
    )
