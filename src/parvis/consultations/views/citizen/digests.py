"""The two links of a digest: what confirms an address, what ends it. Reading changes nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.consultations.operations import digests
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@visiting
def confirm(visit: Visit, token: str) -> HttpResponse:
    try:
        if visit.request.method == "POST":
            digests.confirm(consultation=visit.consultation, token=token)
            messages.success(
                visit.request,
                _("Votre adresse est confirmée : le bulletin de suivi y arrivera."),
            )
            return redirect("consultations:public", visit.consultation.code)
        digests.to_confirm(visit.consultation, token)
    except Refusal as refusal:
        return _refused(visit, refusal)
    return visit.render("consultations/public/digest_link.html", {"confirms": True})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@visiting
def unsubscribe(visit: Visit, token: str) -> HttpResponse:
    try:
        participant = digests.to_unsubscribe(visit.consultation, token)
    except Refusal as refusal:
        return _refused(visit, refusal)
    if visit.request.method == "POST":
        if participant is not None:
            digests.unsubscribe(participant=participant)
        messages.success(visit.request, _("C’est fait : plus rien ne partira à cette adresse."))
        return redirect("consultations:public", visit.consultation.code)
    return visit.render(
        "consultations/public/digest_link.html", {"confirms": False, "is_over": participant is None}
    )


def _refused(visit: Visit, refusal: Refusal) -> HttpResponse:
    return visit.render(
        "consultations/public/digest_refused.html",
        {"reason": refusal.message},
        status=refusal.status,
    )
