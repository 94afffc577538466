"""Wall screens: the pages of the coordinator who opens and revokes them, and the screen itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_scopes import scope

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.boards.wall import SECONDS_A_VIEW, read_wall
from parvis.feedback.forms.boards import WallLinkForm
from parvis.feedback.models import Touchpoint, WallLink
from parvis.feedback.operations.walls import create_wall_link, revoke_wall_link
from parvis.feedback.permissions.boards import access_wall, access_wall_link
from parvis.feedback.views.board import touchpoints_of
from parvis.foundation.access import public
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.organisations.models import Organisation, Site

WAITING_SECONDS = 60


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@hat_required(RoleKind.COORDINATOR)
def wall_links(request: HatRequest) -> HttpResponse:
    """The screens of the body; a new one shows its address once, on the page that answers."""
    organisation_id = request.hat.organisation_id
    assert organisation_id is not None
    sites = Site.objects.visible_to(request.hat).open().order_by("name")
    form = WallLinkForm(request.POST or None, sites=sites)
    address, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                link, secret = create_wall_link(
                    organisation_id=organisation_id,
                    name=form.cleaned_data["name"],
                    site=form.cleaned_data["site"],
                    by=request.user,
                )
            except Refusal as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, refusal.message
                )
            else:
                path = reverse("feedback:wall_screen", args=[secret])
                address, status = absolute(path, request), 200
                form = WallLinkForm(sites=sites)
                messages.success(request, _("« %(name)s » est ouvert.") % {"name": link.name})
    return render(
        request,
        "feedback/wall_links.html",
        {
            "form": form,
            "address": address,
            "links": WallLink.objects.visible_to(request.hat)
            .select_related("site")
            .order_by("revoked_at", "name", "pk"),
            "is_simulated": request.hat.is_simulated,
        },
        status=status,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def revoke_wall(request: HatRequest, pk: int) -> HttpResponse:
    link = revoke_wall_link(link=access_wall_link(request.hat, pk), by=request.user)
    messages.success(request, _("L’adresse de « %(name)s » ne marche plus.") % {"name": link.name})
    return redirect("feedback:wall_links")


@require_safe
@never_cache
@hat_required(RoleKind.COORDINATOR)
def wall(request: HatRequest) -> HttpResponse:
    """The screen as a coordinator previews it, or leaves it open in full screen."""
    organisation_id = request.hat.organisation_id
    assert organisation_id is not None
    body = Organisation.objects.get(pk=organisation_id)
    return _screen(request, body, "", touchpoints_of(request.hat))


@public
@require_safe
@never_cache
def wall_screen(request: HttpRequest, secret: str) -> HttpResponse:
    """The screen in the hall: whoever has the address sees it, until it is revoked."""
    link = access_wall(secret)
    # The address opens the tenancy of its body, and of no other.
    with scope(organisation=[link.organisation_id]):
        touchpoints = Touchpoint.objects.filter(organisation=link.organisation_id).select_related(
            "watch"
        )
        if link.site_id is not None:
            touchpoints = touchpoints.filter(site=link.site_id)
        place = link.site.name if link.site is not None else ""
        response = _screen(request, link.organisation, place, list(touchpoints.order_by("name")))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _screen(
    request: HttpRequest, body: Organisation, place: str, touchpoints: Sequence[Touchpoint]
) -> HttpResponse:
    raw = request.GET.get("vue", "")
    view = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0
    wall = read_wall(
        organisation_id=body.pk,
        touchpoints=touchpoints,
        today=timezone.localdate(),
        view=view,
    )
    is_still = "arret" in request.GET
    response = render(
        request,
        "feedback/wall.html",
        {"body": body, "place": place, "wall": wall, "view": view, "is_still": is_still},
    )
    if not is_still:
        # By the header rather than by a tag: nothing in the page moves, and a link stops it.
        seconds = WAITING_SECONDS if wall.view == "waiting" else SECONDS_A_VIEW
        response["Refresh"] = f"{seconds}; url={request.path}?vue={wall.next_view}"
    return response
