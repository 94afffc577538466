"""The poster of a touchpoint, to print."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.poster import PosterSize, render_poster
from parvis.feedback.addresses import public_address
from parvis.feedback.permissions.coordinator import access_touchpoint
from parvis.feedback.posters import poster_of


@hat_required(RoleKind.COORDINATOR)
@require_safe
def poster(request: HatRequest, pk: int, size: str) -> HttpResponse:
    touchpoint = access_touchpoint(request.hat, pk)
    try:
        paper = PosterSize(size)
    except ValueError:
        raise Http404 from None
    version = touchpoint.questionnaire.versions.order_by("-number").first()
    if version is None:
        messages.warning(request, _("Publiez d’abord le questionnaire de ce point d’écoute."))
        return redirect("feedback:touchpoint", pk)
    content = render_poster(
        poster_of(touchpoint, version, public_address(request, touchpoint)), paper
    )
    response = HttpResponse(content, content_type="application/pdf")
    name = f"affiche-{slugify(touchpoint.name) or touchpoint.code}-{paper.value}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
