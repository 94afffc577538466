"""The published edition: its rules by the product's own operations, its participants in bulk.

Operations date what they do with the present moment; an edition of last year needs its own dates,
hence the few rows that are written again with them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from parvis.accounts.models import Person
from parvis.editions.enums import OptionCode
from parvis.editions.models import (
    DeclaredChannel,
    Edition,
    Registration,
    RegistrationOption,
    RegistrationSite,
)
from parvis.editions.operations import create_edition, open_edition
from parvis.editions.rules import EditionRules, ElectionRule, OptionRule
from parvis.organisations.enums import MandateState, Stratum
from parvis.organisations.models import Mandate, Organisation, Site
from parvis.organisations.search_words import words_of
from parvis.organisations.strata import stratum_of
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.models import Grid
from parvis.web.demo.dates import municipal_elections, published_dates
from parvis.web.demo.people import create_people

OPTIONS = (
    OptionRule(OptionCode.VISITS, description="Deux visites sur place par vague."),
    OptionRule(
        OptionCode.PERSONALISED_REPORT,
        price_cents=250_000,
        description="Des recommandations propres à l’organisme.",
    ),
    OptionRule(
        OptionCode.FEEDBACK,
        price_cents=120_000,
        description="Des bornes et des questionnaires dans les lieux d’accueil.",
    ),
    # The first ten to choose the consultation have it free (domain.md §1).
    OptionRule(
        OptionCode.CONSULTATION,
        price_cents=300_000,
        free_quota=10,
        description="Une plateforme clés en main pour consulter la population.",
    ),
    OptionRule(
        OptionCode.STAFF_POLL,
        price_cents=80_000,
        description="Un sondage ludique et anonyme des agents.",
    ),
)
# Share of the participants that tick each option: choices.
_TAKERS = {
    OptionCode.VISITS: 0.4,
    OptionCode.PERSONALISED_REPORT: 0.45,
    OptionCode.FEEDBACK: 0.15,
    OptionCode.CONSULTATION: 0.08,
    OptionCode.STAFF_POLL: 0.12,
}
# Share of the participants that have the channel, where not all do: choices.
_SOCIAL_SHARE = 0.8
_SMALL_COMMUNE_SOCIAL_SHARE = 0.3
_SMALL_COMMUNE_WEBSITE_SHARE = 0.85
_FUNCTIONS = (
    "directrice de l’accueil",
    "responsable des relations avec les usagers",
    "directeur général des services",
    "responsable qualité",
    "chargée de la transformation numérique",
)
_HOURS = "Du lundi au vendredi, 9 h – 12 h et 13 h 30 – 17 h"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a body declares: the channels it has, and the options it ticks."""

    channels: frozenset[Channel]
    options: frozenset[OptionCode]


def create_published_edition(*, grid: Grid, today: date, operator: Person) -> Edition:
    """The edition, open since its registrations were, with its waves still to be conducted."""
    dates = published_dates(today)
    first_round, last_round = municipal_elections(dates.year)
    edition = create_edition(
        rules=EditionRules(
            title=f"Baromètre {dates.year} – simulation",
            slug=f"barometre-{dates.year}-simulation",
            presentation=(
                "Une édition simulée : ses organismes sont fictifs et ses résultats tirés au sort "
                "à partir d’une vérité connue. Deux vagues, avant et après les élections "
                "municipales."
            ),
            registration_opens_at=dates.registration_opens_at,
            registration_closes_at=dates.registration_closes_at,
            grid=grid,
            waves=dates.waves,
            options=OPTIONS,
            elections=[
                ElectionRule("Élections municipales", first_round, last_round, kind)
                for kind in ("commune", "epci")
            ],
        ),
        by=operator,
        is_simulated=True,
    )
    edition = open_edition(edition=edition, by=operator)
    edition.opened_at = dates.registration_opens_at
    edition.save(update_fields=["opened_at"])
    return edition


def declare(rng: np.random.Generator, bodies: Sequence[Organisation]) -> list[Declared]:
    """Draw what each body declares."""
    declared = []
    for body in bodies:
        channel_draws, option_draws = rng.random(2), rng.random(len(_TAKERS))
        is_small = stratum_of(body) == Stratum.COMMUNE_UNDER_2000
        channels = set(Channel)
        if channel_draws[0] >= (_SMALL_COMMUNE_SOCIAL_SHARE if is_small else _SOCIAL_SHARE):
            channels.discard(Channel.SOCIAL)
        if is_small and channel_draws[1] >= _SMALL_COMMUNE_WEBSITE_SHARE:
            channels.discard(Channel.WEBSITE)
        options = {
            code
            for (code, share), draw in zip(_TAKERS.items(), option_draws, strict=True)
            if draw < share
        }
        declared.append(Declared(frozenset(channels), frozenset(options)))
    return declared


def register_all(
    *,
    edition: Edition,
    bodies: Sequence[Organisation],
    declared: Sequence[Declared],
    coordinators: Sequence[Person],
    operator: Person,
    rng: np.random.Generator,
) -> None:
    """Register every body, with a coordinator whose mandate is confirmed, in bulk."""
    opens, closes = edition.registration_opens_at, edition.registration_closes_at
    spread = np.sort(rng.uniform(0.0, 1.0, len(bodies)))
    moments: list[datetime] = [
        (opens + (closes - opens) * float(share)).replace(second=0, microsecond=0)
        for share in spread
    ]
    functions = rng.integers(0, len(_FUNCTIONS), len(bodies))
    Mandate.objects.bulk_create(
        [
            Mandate(
                person=person,
                organisation=body,
                state=MandateState.CONFIRMED,
                function=_FUNCTIONS[turn],
                requested_at=at,
                decided_at=at + timedelta(days=3),
                decided_by=operator,
            )
            for person, body, at, turn in zip(coordinators, bodies, moments, functions, strict=True)
        ],
        batch_size=500,
    )
    registrations = Registration.objects.bulk_create(
        [
            Registration(
                edition=edition,
                organisation=body,
                submitted_by=person,
                submitted_at=at,
                staff_informed=True,
                communicability_acknowledged=True,
            )
            for body, person, at in zip(bodies, coordinators, moments, strict=True)
        ],
        batch_size=500,
    )
    DeclaredChannel.objects.bulk_create(
        [
            declared_channel(registration, channel, exists=channel in facts.channels)
            for registration, facts in zip(registrations, declared, strict=True)
            for channel in Channel
        ],
        batch_size=500,
    )
    _declare_sites(registrations, declared)
    _tick(edition, registrations, declared)


def declared_channel(
    registration: Registration, channel: Channel, *, exists: bool
) -> DeclaredChannel:
    body = registration.organisation
    return DeclaredChannel(
        registration=registration,
        channel=channel,
        exists=exists,
        address=address_of(body, channel) if exists else "",
    )


def address_of(body: Organisation, channel: Channel) -> str:
    """Where a fictitious body is reached: numbers of the range kept for fiction, `.invalid`."""
    domain = f"{'-'.join(words_of(body.name))}.invalid"
    return {
        # ARCEP keeps 01 99 00 and its five sisters for fiction.
        Channel.PHONE: f"01 99 00 {body.pk % 10_000 // 100:02d} {body.pk % 100:02d}",
        Channel.EMAIL: f"accueil@{domain}",
        Channel.WEBSITE: f"https://{domain}/",
        Channel.POST: f"1, place de l’Accueil, {body.name}"[:300],
        Channel.SOCIAL: f"@{''.join(words_of(body.name))}",
        Channel.VISIT: "",
    }[channel]


def coordinators_of(bodies: Sequence[Organisation], played: Sequence[Person]) -> list[Person]:
    """One coordinator a body; those who may be played act for the first bodies."""
    others = create_people(
        (f"coordination-{number:03d}", f"Coordination simulée n° {number}")
        for number in range(len(played) + 1, len(bodies) + 1)
    )
    return [*played, *others]


def _declare_sites(registrations: Sequence[Registration], declared: Sequence[Declared]) -> None:
    visited = [
        registration
        for registration, facts in zip(registrations, declared, strict=True)
        if OptionCode.VISITS in facts.options
    ]
    sites = Site.objects.bulk_create(
        [
            Site(
                organisation=registration.organisation,
                name=name,
                address=f"{number}, place de l’Accueil",
                opening_hours=_HOURS,
            )
            for registration in visited
            for number, name in ((1, "Accueil principal"), (12, "Annexe"))
        ],
        batch_size=500,
    )
    RegistrationSite.objects.bulk_create(
        [
            RegistrationSite(registration=registration, site=site)
            for index, registration in enumerate(visited)
            for site in sites[2 * index : 2 * index + 2]
        ],
        batch_size=500,
    )


def _tick(
    edition: Edition, registrations: Sequence[Registration], declared: Sequence[Declared]
) -> None:
    """Tick options in the order of the registrations: the first takers have the free places."""
    options = {OptionCode(option.code): option for option in edition.options.all()}
    taken = dict.fromkeys(options, 0)
    rows = []
    for registration, facts in zip(registrations, declared, strict=True):
        for code in sorted(facts.options):
            option = options[code]
            is_free = taken[code] < option.free_quota
            taken[code] += 1
            rows.append(
                RegistrationOption(
                    registration=registration,
                    option=option,
                    ticked_at=registration.submitted_at,
                    price_cents=0 if is_free else option.price_cents,
                )
            )
    RegistrationOption.objects.bulk_create(rows, batch_size=500)
