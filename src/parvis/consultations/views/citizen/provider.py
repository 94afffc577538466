"""Going to the identity provider of the installation, and coming back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from parvis.consultations import identity_provider
from parvis.consultations.entrance import participant_of, remember
from parvis.consultations.enums import Proof
from parvis.consultations.operations.verifying import enter_by_provider
from parvis.consultations.permissions.public import open_consultation
from parvis.consultations.views.citizen.entering import (
    admitted,
    entry,
    is_offered,
    refuse_other_means,
    step,
)
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.access import public
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal

# Of the return too, whose address names no consultation: providers want it registered.
_COOKIE_PATH = "/participer/"


@require_safe
@never_cache
@visiting
def to_provider(visit: Visit) -> HttpResponse:
    """Send the browser to the provider; nothing changes here."""
    if not is_offered(visit, Proof.OIDC):
        raise Http404
    attempt = identity_provider.new_attempt(visit.consultation.code, step(visit))
    answer = redirect(identity_provider.sign_in_address(attempt, _return_address(visit.request)))
    answer.set_cookie(
        identity_provider.COOKIE,
        attempt.sealed(),
        max_age=identity_provider.LIFE_SECONDS,
        path=_COOKIE_PATH,
        secure=visit.request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_safe
@never_cache
@public
def from_provider(request: HttpRequest) -> HttpResponse:
    """What the provider answers, whatever it is: admitted, or told why not."""
    attempt = identity_provider.read_attempt(request.COOKIES.get(identity_provider.COOKIE, ""))
    if attempt is None:
        answer = render(request, "consultations/public/provider_refused.html", status=404)
    else:
        with scopes_disabled():
            answer = _come_back(request, attempt)
    # An attempt serves once.
    answer.delete_cookie(identity_provider.COOKIE, path=_COOKIE_PATH, samesite="Lax")
    return answer


def _come_back(request: HttpRequest, attempt: identity_provider.Attempt) -> HttpResponse:
    consultation = open_consultation(attempt.code)
    visit = Visit(request, consultation, participant_of(request, consultation))
    visit.came_from = attempt.step
    try:
        refuse_other_means(visit, Proof.OIDC)
        subject = identity_provider.subject_of(
            attempt, request.GET.dict(), _return_address(request)
        )
        made = enter_by_provider(entry(visit), issuer=identity_provider.issuer(), subject=subject)
        answer: HttpResponse = admitted(visit, made)
    except Refusal as refusal:
        return visit.render(
            "consultations/public/link_refused.html",
            {"reason": refusal.message, "step": attempt.step},
            status=refusal.status,
        )
    remember(request, answer, consultation, visit.secret)
    return answer


def _return_address(request: HttpRequest) -> str:
    return absolute(reverse("consultations:from_provider"), request)
