"""What the figures of cards say together: stages and determinants, guesses beside the real figure,
the last pulse.

Each is a function of shown tables, and of measures already published of the same body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from parvis.measures.models import Measure
from parvis.staff_polls.enums import SCORED_KINDS, CardKind
from parvis.staff_polls.poll_document import Card
from parvis.staff_polls.results.figures import CardFigures, Figure, figures_of
from parvis.statistics.poll_scores import Estimates, changes, difference, mean_of_cards


@dataclass(frozen=True, slots=True)
class Together:
    """The mean of several cards' scores; `answers` is the greatest number that one of them has."""

    code: str
    score: Figure
    cards: int
    answers: int


def scored(figures: Iterable[CardFigures]) -> list[CardFigures]:
    """The cards whose answers make a score of quality: guesses are none."""
    return [one for one in figures if one.card.kind in SCORED_KINDS and one.score is not None]


def together(figures: Iterable[CardFigures], *, code: str = "") -> Together | None:
    """The mean score of these cards, None without a scored one."""
    cards = scored(figures)
    score = figures_of(mean_of_cards(_estimates(cards)))[0] if cards else None
    if score is None:
        return None
    return Together(code, score, len(cards), max(card.answers for card in cards))


def by_dimension(figures: Sequence[CardFigures], name: str, codes: Sequence[str]) -> list[Together]:
    """The mean score of the cards of each stage, channel or determinant that has one."""
    found = (
        together((one for one in figures if getattr(one.card, name) == code), code=code)
        for code in codes
    )
    return [one for one in found if one is not None]


# --- Guesses -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Real:
    """The measured figure of a guess card, 0–100, its source and the period it speaks of."""

    source: str
    figure: Figure
    has_interval: bool
    period_start: date
    period_end: date


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess card; `gap` is guess less real, in points out of 100."""

    figures: CardFigures
    mean: Figure
    real: Real | None
    # −100 to 100: not a `Figure` on the scale, its fields all the same. None = no real figure.
    gap: Figure | None

    @property
    def is_certain(self) -> bool:
        """Chance does not explain the gap."""
        return self.gap is not None and (self.gap.lower > 0 or self.gap.upper < 0)


def guesses(figures: Iterable[CardFigures], real: Mapping[str, Real]) -> list[Guess]:
    """The guess cards with what was measured, in their order."""
    found = []
    for one in figures:
        if one.card.kind == CardKind.GUESS and one.score is not None:
            measured = real.get(one.card.key)
            gap = None if measured is None else _gap(one.score, measured.figure)
            found.append(Guess(one, one.score, measured, gap))
    return found


def real_figures(organisation_id: int, cards: Iterable[Card]) -> dict[str, Real]:
    """What was last measured of the body for each guess card; needs the scopes disabled.

    Only the very stage, channel and determinant that the card says: a wider measure would be the
    answer to another question.
    """
    asked = [card for card in cards if card.kind == CardKind.GUESS and card.source]
    if not asked:
        return {}
    rows = Measure.objects.filter(
        organisation_id=organisation_id, source__in={card.source for card in asked}
    ).order_by("period_end", "period_start", "pk")
    latest = {(row.source, row.stage, row.channel, row.determinant): row for row in rows}
    found = {}
    for card in asked:
        row = latest.get((card.source, card.stage, card.channel, card.determinant))
        if row is not None:
            found[card.key] = _real(row)
    return found


def _real(row: Measure) -> Real:
    estimate = row.estimate_percent
    lower = estimate if row.lower_percent is None else min(row.lower_percent, estimate)
    upper = estimate if row.upper_percent is None else max(row.upper_percent, estimate)
    return Real(
        row.source,
        Figure(estimate, max(lower, 0.0), min(upper, 100.0)),
        row.lower_percent is not None,
        row.period_start,
        row.period_end,
    )


def _gap(guess: Figure, real: Figure) -> Figure:
    gap = difference(_one(guess), _one(real))
    return Figure(*(float(value[0]) for value in (gap.estimate, gap.lower, gap.upper)))


# --- The last pulse ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A card now and in the poll before; `points` is now less before."""

    now: CardFigures
    before: Figure
    points: Figure
    is_established: bool


def changes_since(now: Iterable[CardFigures], before: Iterable[CardFigures]) -> list[Change]:
    """The scored cards that both polls have, in today's order."""
    former = {one.card.key: one for one in scored(before)}
    pairs = [
        (one, former[one.card.key])
        for one in scored(now)
        if one.card.key in former and former[one.card.key].card.kind == one.card.kind
    ]
    if not pairs:
        return []
    found = changes(
        _estimates([today for today, _before in pairs]),
        _estimates([yesterday for _now, yesterday in pairs]),
    )
    gap = found.difference
    return [
        Change(
            today,
            _score(yesterday),
            Figure(float(gap.estimate[row]), float(gap.lower[row]), float(gap.upper[row])),
            bool(found.is_established[row]),
        )
        for row, (today, yesterday) in enumerate(pairs)
    ]


def _score(one: CardFigures) -> Figure:
    assert one.score is not None  # `scored` kept it
    return one.score


def _estimates(figures: Sequence[CardFigures]) -> Estimates:
    rows = np.array([(s.estimate, s.lower, s.upper) for s in map(_score, figures)])
    return Estimates(rows[:, 0], rows[:, 1], rows[:, 2])


def _one(figure: Figure) -> Estimates:
    return Estimates(
        np.array([figure.estimate]), np.array([figure.lower]), np.array([figure.upper])
    )
