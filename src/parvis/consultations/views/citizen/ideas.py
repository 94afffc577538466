"""Pages of a phase of ideas: the mosaic and its filters, the map, the points of the map."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.exposure import log_shown
from parvis.consultations.idea_cards import cards, ideas_settings
from parvis.consultations.idea_listing import (
    MOST_SEED,
    ORDERS,
    RANDOM,
    STATUSES,
    IdeaFilters,
    IdeaPage,
    idea_page,
    read_seed,
    written_zone,
)
from parvis.consultations.idea_map import HEIGHT, WIDTH, compact, picture, points_of
from parvis.consultations.models import Contribution
from parvis.consultations.phase_settings import IdeasSettings
from parvis.consultations.views.citizen.maps import allow_tiles, tiles
from parvis.consultations.views.citizen.visit import Visit, visiting

SEED_COOKIE = "parvis-ordre"
SEED = "graine"


def phase_of_ideas(visit: Visit) -> IdeasSettings:
    """The settings of the phase; 404 where the phase is of another kind."""
    if visit.running.kind != PhaseKind.IDEAS:
        raise Http404
    return ideas_settings(visit.running)


def page(visit: Visit) -> HttpResponse:
    """The page of the phase: the mosaic."""
    own = phase_of_ideas(visit)
    filters = IdeaFilters.read(visit.request.GET, own).without_zone()
    seed, is_new = _seed_of(visit)
    shown = idea_page(visit.running, filters, number=visit.request.GET.get("page", ""), seed=seed)
    if visit.may_take_part():
        log_shown(idea.pk for idea in shown.ideas)
    response = visit.render(
        "consultations/public/ideas/index.html",
        {
            **_common(visit, own, filters),
            "cards": cards(
                shown.ideas,
                visit.running,
                participant=visit.participant,
                language=visit.language,
                with_files=filters.photos,
            ),
            "shown": shown,
            "pages": _page_links(filters, shown, seed),
            "photos_url": filters.parameters(photos="" if filters.photos else "oui") or "?",
            "drafts": _drafts(visit),
        },
    )
    if is_new:
        # The visitor's own order: a number that means nothing, gone with the browser's session.
        response.set_cookie(
            SEED_COOKIE,
            str(seed),
            path=f"/participer/{visit.consultation.code}/",
            secure=visit.request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


@require_safe
@visiting
def idea_map(visit: Visit) -> HttpResponse:
    """The same ideas on a map, and beside it the list of those that it shows."""
    own = phase_of_ideas(visit)
    if own.map is None:
        raise Http404
    filters = IdeaFilters.read(visit.request.GET, own)
    seed, _is_new = _seed_of(visit)
    drawn = picture(
        points_of(filters.without_zone().rows(visit.running)), view=own.map, zone=filters.zone
    )
    inside = IdeaFilters.read(visit.request.GET, own)
    if filters.zone is None:
        inside = IdeaFilters.read(_with_zone(visit, drawn.zone), own)
    shown = idea_page(visit.running, inside, number=visit.request.GET.get("page", ""), seed=seed)
    number_urls = {
        spot.number: reverse(
            "consultations:idea",
            args=[visit.consultation.code, visit.running.position, spot.number],
        )
        for spot in drawn.spots
        if spot.number
    }
    response = visit.render(
        "consultations/public/ideas/map.html",
        {
            **_common(visit, own, filters),
            "picture": drawn,
            "spots": [
                (
                    spot,
                    number_urls.get(spot.number)
                    or filters.parameters(zone=written_zone(spot.zone)),
                )
                for spot in drawn.spots
            ],
            "picture_zone": written_zone(drawn.zone),
            "zone_value": written_zone(filters.zone) if filters.zone else "",
            "width": WIDTH,
            "height": HEIGHT,
            "wider_url": filters.parameters(zone=written_zone(drawn.wider)) if drawn.wider else "",
            "whole_url": filters.without_zone().parameters() or "?",
            "cards": cards(
                shown.ideas,
                visit.running,
                participant=visit.participant,
                language=visit.language,
            ),
            "shown": shown,
            "pages": _page_links(filters, shown, seed),
            "points_url": reverse(
                "consultations:idea_points",
                args=[visit.consultation.code, visit.running.position],
            )
            + filters.without_zone().parameters(),
            **tiles(),
        },
    )
    allow_tiles(response)
    return response


@require_safe
@gzip_page
@visiting
def idea_points(visit: Visit) -> HttpResponse:
    """Where the ideas kept by the filters are, as three columns of numbers."""
    own = phase_of_ideas(visit)
    filters = IdeaFilters.read(visit.request.GET, own)
    response = JsonResponse(
        compact(points_of(filters.rows(visit.running))),
        json_dumps_params={"separators": (",", ":")},
    )
    response["Cache-Control"] = "no-cache"
    return response


def _with_zone(visit: Visit, zone: Any) -> Any:
    sent = visit.request.GET.copy()
    sent["zone"] = written_zone(zone)
    return sent


def _seed_of(visit: Visit) -> tuple[int, bool]:
    """The visitor's order, and whether it was drawn just now."""
    for sent in (visit.request.GET.get(SEED, ""), visit.request.COOKIES.get(SEED_COOKIE, "")):
        seed = read_seed(sent)
        if seed is not None:
            return seed, False
    return secrets.randbelow(MOST_SEED), True


def _common(visit: Visit, own: IdeasSettings, filters: IdeaFilters) -> dict[str, Any]:
    return {
        "own": own,
        "filters": filters,
        "orders": ORDERS.items(),
        "statuses": STATUSES.items(),
        "takes": visit.may_take_part(),
        "here": visit.request.get_full_path(),
        "list_url": reverse(
            "consultations:phase", args=[visit.consultation.code, visit.running.position]
        )
        + filters.without_zone().parameters(),
        "map_url": reverse(
            "consultations:idea_map", args=[visit.consultation.code, visit.running.position]
        )
        + filters.parameters()
        if own.map
        else "",
    }


def _page_links(filters: IdeaFilters, shown: IdeaPage, seed: int) -> dict[str, Any]:
    """Addresses of the pages near this one; the order drawn at random goes along."""
    order = str(seed) if filters.order == RANDOM else ""

    def address(number: int) -> str:
        return filters.parameters(page=str(number), graine=order)

    return {
        "near": [(number, address(number) if number else "") for number in shown.near()],
        "previous": address(shown.number - 1) if shown.number > 1 else "",
        "next": address(shown.number + 1) if shown.number < shown.pages else "",
    }


def _drafts(visit: Visit) -> Sequence[Contribution]:
    """What this browser began to write and did not send."""
    if visit.participant is None:
        return ()
    return list(
        Contribution.objects.filter(
            phase=visit.running,
            author=visit.participant,
            kind=ContributionKind.IDEA,
            state="draft",
        ).order_by("-pk")[:5]
    )
