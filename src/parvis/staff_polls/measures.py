"""A closed poll on the one scale: what agents believe of each stage, channel and determinant.

Read from the tables of the close alone, scored cards only, in which "I do not know" has no place: a
measure tells no more than what is shown. A guess is no measure: it is what agents think of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from parvis.foundation.working_time import time_zone_of
from parvis.measures.models import Measure
from parvis.measures.operations import publish
from parvis.staff_polls.models import Release, StaffPoll
from parvis.staff_polls.poll_document import Card, read_document
from parvis.staff_polls.results.comparing import scored, together
from parvis.staff_polls.results.figures import CardFigures, card_figures

SOURCE: Final = "staff_polls"
_DIMENSIONS: Final = ("stage", "channel", "determinant")

# The value of each dimension; empty = all of them together.
Place = tuple[str, str, str]


def reference_of(poll: StaffPoll) -> str:
    return f"poll:{poll.pk}"


def publish_measures(*, poll: StaffPoll, release: Release) -> int:
    """Write what the final release of a closed poll says; returns how many measures.

    Needs the scopes disabled. Run twice, it leaves one of each.
    """
    return publish(_measures(poll, release), source=SOURCE, reference=reference_of(poll))


def _measures(poll: StaffPoll, release: Release) -> Iterator[Measure]:
    assert poll.launched_at is not None
    assert poll.closed_at is not None
    tables = release.tables
    cards = scored(
        card_figures(card, tables["cards"][card.key], eligible=tables["eligible"])
        for card in read_document(poll.document).cards
        if card.key in tables["cards"]
    )
    zone = ZoneInfo(time_zone_of(poll.organisation.departement_code))
    for place, speaking in sorted(_by_place(cards).items()):
        found = together(speaking)
        if found is None:
            continue
        yield Measure(
            organisation_id=poll.organisation_id,
            source=SOURCE,
            source_reference=reference_of(poll),
            period_start=poll.launched_at.astimezone(zone).date(),
            period_end=poll.closed_at.astimezone(zone).date(),
            estimate_percent=found.score.estimate,
            lower_percent=found.score.lower,
            upper_percent=found.score.upper,
            answers=found.answers,
            **dict(zip(_DIMENSIONS, place, strict=True)),
        )


def _by_place(cards: Sequence[CardFigures]) -> dict[Place, list[CardFigures]]:
    """The cards of every combination of stage, channel and determinant that one of them says."""
    places: dict[Place, list[CardFigures]] = {}
    for one in cards:
        for place in places_of(one.card):
            places.setdefault(place, []).append(one)
    return places


def places_of(card: Card) -> list[Place]:
    """Where a card counts: everything, each of its dimensions, and their combinations.

    Examples
    --------
    A card of access by phone counts in four: ("", "", ""), ("access", "", ""), ("", "phone", ""),
    ("access", "phone", "").
    """
    said = [name for name in _DIMENSIONS if getattr(card, name)]
    chosen = [names for size in range(len(said) + 1) for names in combinations(said, size)]
    return [
        (
            card.stage if "stage" in names else "",
            card.channel if "channel" in names else "",
            card.determinant if "determinant" in names else "",
        )
        for names in chosen
    ]
