"""The results of a poll, read once: what the page, the report, the files and the tests look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django_scopes import scopes_disabled

from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.enums import CardKind, PollState
from parvis.staff_polls.models import Release, StaffPoll
from parvis.staff_polls.poll_document import Card, read_document
from parvis.staff_polls.reading import last_release
from parvis.staff_polls.results.comparing import (
    Change,
    Guess,
    Together,
    by_dimension,
    changes_since,
    guesses,
    real_figures,
    together,
)
from parvis.staff_polls.results.figures import CardFigures, card_figures, coarse_figures
from parvis.staff_polls.results.sentences import CardSentences, sentences_of


@dataclass(frozen=True, slots=True)
class GroupResults:
    """A group as the close shows it; a card that is absent has too few answers to be shown."""

    number: int
    name: str
    eligible: int
    # Rounded down; None = too few to be told.
    ballots: int | None
    cards: Mapping[str, CardFigures]


@dataclass(frozen=True, slots=True)
class PollResults:
    """Everything that may be said of a poll at a release."""

    poll: StaffPoll
    release: Release
    eligible: int
    # Rounded down; None = too few to be told.
    ballots: int | None
    # Shown cards, in their order, sentences apart.
    cards: Sequence[CardFigures]
    # Cards that are not shown: too few answers, or not yet.
    missing: Sequence[Card]
    overall: Together | None
    stages: Sequence[Together]
    channels: Sequence[Together]
    determinants: Sequence[Together]
    guesses: Sequence[Guess]
    # Empty before the close, or without a former poll that is closed.
    changes: Sequence[Change]
    groups: Sequence[GroupResults] = ()
    sentences: Sequence[CardSentences] = field(default_factory=list)

    @property
    def is_final(self) -> bool:
        return self.release.is_final

    @property
    def goes_on(self) -> bool:
        """More is to come. Without it, what is not final stays so: a backup was put back."""
        return self.poll.state != PollState.CLOSED

    @property
    def percent(self) -> int | None:
        """Participation, rounded down; None = too few to be told."""
        return None if self.ballots is None else 100 * self.ballots // max(self.eligible, 1)

    def change_of(self, key: str) -> Change | None:
        return next((one for one in self.changes if one.now.card.key == key), None)

    def guess_of(self, key: str) -> Guess | None:
        return next((one for one in self.guesses if one.figures.card.key == key), None)


def read_results(poll: StaffPoll, *, with_hidden_sentences: bool = True) -> PollResults | None:
    """What is shown of a poll now; None before its first release."""
    with scopes_disabled():
        release = last_release(poll)
        if release is None:
            return None
        cards = read_document(poll.document).cards
        shown = shown_cards(cards, release.tables)
        return PollResults(
            poll=poll,
            release=release,
            eligible=release.tables["eligible"],
            ballots=release.tables["ballots"] or None,
            cards=shown,
            missing=_missing(cards, release),
            overall=together(shown),
            stages=by_dimension(shown, "stage", JourneyStage.values),
            channels=by_dimension(shown, "channel", Channel.values),
            determinants=by_dimension(shown, "determinant", Determinant.values),
            guesses=guesses(shown, real_figures(poll.organisation_id, cards)),
            changes=_changes(poll, release, shown),
            groups=_groups(cards, release.tables),
            sentences=sentences_of(poll, cards, with_hidden=with_hidden_sentences)
            if release.is_final
            else [],
        )


def shown_cards(cards: Sequence[Card], tables: Mapping[str, Any]) -> list[CardFigures]:
    """The figures of the cards that a release shows."""
    shown = tables["cards"]
    return [
        card_figures(card, shown[card.key], eligible=tables["eligible"])
        for card in cards
        if card.key in shown
    ]


def _missing(cards: Sequence[Card], release: Release) -> list[Card]:
    tables = release.tables
    shown = {*tables["cards"], *tables.get("sentences", {})}
    return [
        card
        for card in cards
        if card.key not in shown and (release.is_final or card.kind != CardKind.SENTENCE)
    ]


def _changes(poll: StaffPoll, release: Release, shown: Sequence[CardFigures]) -> list[Change]:
    if poll.follows is None or not release.is_final:
        return []
    former = last_release(poll.follows)
    if former is None or not former.is_final:
        return []
    return changes_since(
        shown, shown_cards(read_document(poll.follows.document).cards, former.tables)
    )


def _groups(cards: Sequence[Card], tables: Mapping[str, Any]) -> list[GroupResults]:
    groups = tables.get("groups", [])
    figures: list[dict[str, CardFigures]] = [{} for _group in groups]
    for card in cards:
        shown = [place for place, group in enumerate(groups) if card.key in group["cards"]]
        if shown:
            found = coarse_figures(
                card,
                [groups[place]["cards"][card.key] for place in shown],
                [groups[place]["eligible"] for place in shown],
            )
            for place, one in zip(shown, found, strict=True):
                figures[place][card.key] = one
    return [
        GroupResults(
            number=group["number"],
            name=group["name"],
            eligible=group["eligible"],
            ballots=group["ballots"] or None,
            cards=own,
        )
        for group, own in zip(groups, figures, strict=True)
    ]
