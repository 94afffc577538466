"""What anybody may read: the editions, their calendar and options, and the method."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from parvis.accounts.requests import OpenRequest
from parvis.editions.embargo import embargo_period, embargoes_on
from parvis.editions.enums import RegistrationWindow
from parvis.editions.models import Edition, Registration
from parvis.editions.permissions import access_edition, can_register
from parvis.editions.public_links import links_of
from parvis.foundation.access import public
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.questionnaires.grids import document_of

# Below so many participants the count itself would tell who is alone in taking part.
COUNT_SHOWN_FROM = 10


def participant_count(edition: Edition) -> int | None:
    """How many bodies take part, or None while they are too few to say so."""
    # A total over every tenant, which names none of them.
    with scopes_disabled():
        count: int = Registration.objects.taking_part().filter(edition=edition).count()
    return count if count >= COUNT_SHOWN_FROM else None


@public
@require_safe
def edition_list(request: OpenRequest) -> HttpResponse:
    """Editions open to the public, those one can still join first."""
    now = timezone.now()
    editions = list(Edition.objects.open_to_the_public().prefetch_related("waves"))
    joinable = [edition for edition in editions if edition.takes_registrations(now)]
    others = [edition for edition in editions if not edition.takes_registrations(now)]
    return render(
        request, "editions/public_list.html", {"joinable": joinable, "others": others, "now": now}
    )


@public
@require_safe
def edition_detail(request: OpenRequest, slug: str) -> HttpResponse:
    """What an edition is, when, what one may add to it, and how to join."""
    edition = access_edition(request.hat, slug)
    now = timezone.now()
    return render(
        request,
        "editions/public_detail.html",
        {
            "edition": edition,
            "is_simulated": edition.is_simulated,
            "window": edition.registration_window(now),
            "windows": RegistrationWindow,
            "decision": can_register(edition, now),
            "waves": edition.waves.all(),
            "options": edition.options.all(),
            "participants": participant_count(edition),
            "links": links_of(edition),
            "embargoes": [
                (election, *embargo_period(election))
                for election in embargoes_on(edition, edition.day_of(now))
            ],
        },
    )


@public
@require_safe
def method(request: OpenRequest, slug: str) -> HttpResponse:
    """How the scores are made: channels, weights, thresholds, intervals, sources."""
    edition = access_edition(request.hat, slug)
    document = document_of(edition.grid)
    language = get_language() or "fr"
    weights = {row.channel: row.weight_percent for row in edition.channel_weights.all()}
    return render(
        request,
        "editions/method.html",
        {
            "edition": edition,
            "is_simulated": edition.is_simulated,
            "channels": [
                {
                    "label": channel.label,
                    "weight": weights.get(channel.value, 0),
                    "criteria": len(document.of_channel(channel)),
                    "is_mandatory": channel in MANDATORY_CHANNELS,
                }
                for channel in Channel
            ],
            "criteria_count": len(document.criteria),
            "sources": [
                {
                    "name": source.name.in_language(language),
                    "reference": source.reference.in_language(language),
                    "is_choice": source.nature == "choice",
                }
                for source in document.sources
            ],
            "waves": edition.waves.all(),
            "elections": [
                (election, *embargo_period(election))
                for election in edition.elections.select_related("organisation")
            ],
        },
    )
