"""How simulated agents answer the cards of a poll.

Every agent has a mood, every service its own; on each card the two and a logistic draw are added to
what the card is worth at that poll, in logits, then cut into the answers that the card offers. What
agents believe of a figure that was measured departs from it by a bias: they think better of their
telephone than mystery citizens found it and of the waiting than users do, and worse of their
counter than its users do. All parameters are choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from parvis.staff_polls.enums import Agreement, CardKind
from parvis.staff_polls.poll_document import SLIDER_MAX, Answer, Answers, Card
from parvis.web.demo.poll_texts import sentences

# Of each scored card, in logits, at the three polls: answering by telephone gets better at the
# second and answers are clearer, complaints are followed less well.
LEVELS: Mapping[str, tuple[float, float, float]] = {
    "fierte": (0.9, 1.2, 1.3),
    "attente-telephone": (-1.5, 0.4, 0.5),
    "accueil-courtois": (1.6, 1.7, 1.6),
    "reponse-claire": (-0.5, 0.8, 0.9),
    "reclamation-suivie": (0.4, -0.9, -0.8),
}
# What agents believe less what was measured, in points out of ten.
BIASES: Mapping[str, float] = {
    "devinette-telephone": 1.6,
    "devinette-accueil-usagers": -1.3,
    "devinette-attente-usagers": 1.7,
}
# Nobody believes much more of what is near perfection.
_MOST_BELIEVED = 9.2
# How much each option is chosen, in the order of the card: shares, shares, utilities.
SHARES: Mapping[str, tuple[float, ...]] = {
    "canal-ameliorer": (0.36, 0.22, 0.18, 0.05, 0.15, 0.04),
    "manque-repondre": (0.55, 0.42, 0.20, 0.34, 0.47, 0.0),
    "frein-traitement": (0.2, 1.0, 0.0, 0.7),
}
_MOOD_SD = 0.7
_SMILEY_BOUNDS = (-1.8, -0.4, 1.4)
_LOGIT_STEPS = 1.1
_DO_NOT_KNOW = 0.07
_SKIPPED = 0.04
_GUESS_SD = 1.1
# Without a published figure, what agents believe is around that.
_UNKNOWN_FIGURE = 70.0
_WRITES = 0.45


@dataclass(frozen=True, slots=True)
class Voters:
    """Who answers: the position of the service of each, and the mood of each service in logits."""

    services: Sequence[int]
    moods: Sequence[float]


def answer(
    cards: Sequence[Card],
    voters: Voters,
    *,
    poll: int,
    measured: Mapping[str, float],
    rng: np.random.Generator,
) -> list[Answers]:
    """The answers of each voter at the `poll`-th poll, from 0.

    `measured` gives the published figure, 0–100, of the guess cards that have one.
    """
    number = len(voters.services)
    moods = np.array(voters.moods)[list(voters.services)] + _MOOD_SD * rng.standard_normal(number)
    ballots: list[Answers] = [{} for _voter in range(number)]
    for card in cards:
        if card.kind == CardKind.SENTENCE:
            answers: Sequence[Answer | None] = _sentences(number, rng)
        elif card.kind == CardKind.GUESS:
            answers = _guesses(card, number, measured.get(card.key, _UNKNOWN_FIGURE), rng)
        elif card.key in SHARES:
            answers = _choices(card, number, rng)
        else:
            latent = LEVELS[card.key][poll] + moods + rng.logistic(size=number)
            answers = _scored(card, latent, rng)
        skipped = rng.random(number) < _SKIPPED
        for ballot, given, is_skipped in zip(ballots, answers, skipped, strict=True):
            if given is not None and not is_skipped:
                ballot[card.key] = given
    return ballots


def _scored(card: Card, latent: np.ndarray, rng: np.random.Generator) -> list[Answer]:
    if card.kind == CardKind.SMILEY:
        return list(map(int, np.searchsorted(_SMILEY_BOUNDS, latent)))
    if card.kind == CardKind.SLIDER:
        values = np.rint(SLIDER_MAX / 2 + _LOGIT_STEPS * latent)
        return list(map(int, np.clip(values, 0, SLIDER_MAX)))
    unsure = rng.random(latent.size) < _DO_NOT_KNOW
    agreed = np.where(latent > 0, int(Agreement.AGREE), int(Agreement.DISAGREE))
    return list(map(int, np.where(unsure, int(Agreement.DO_NOT_KNOW), agreed)))


def _guesses(
    card: Card, number: int, measured_percent: float, rng: np.random.Generator
) -> list[Answer]:
    around = min(measured_percent / 10 + BIASES[card.key], _MOST_BELIEVED)
    believed = np.rint(around + _GUESS_SD * rng.standard_normal(number))
    return list(map(int, np.clip(believed, 0, SLIDER_MAX)))


def _choices(card: Card, number: int, rng: np.random.Generator) -> list[Answer]:
    shares, codes = np.array(SHARES[card.key]), np.array(card.codes)
    if card.kind == CardKind.SINGLE:
        return list(map(int, rng.choice(codes, size=number, p=shares)))
    if card.kind == CardKind.MULTIPLE:
        # Who ticks nothing else needs nothing in particular: the last option.
        ticked = rng.random((number, codes.size)) < shares
        ticked[:, -1] = ~ticked.any(axis=1)
        return [codes[row].tolist() for row in ticked]
    order = np.argsort(-(shares + rng.gumbel(size=(number, codes.size))), axis=1)
    return [codes[row].tolist() for row in order]


def _sentences(number: int, rng: np.random.Generator) -> list[str | None]:
    writers = np.flatnonzero(rng.random(number) < _WRITES)
    texts = iter(sentences(rng, writers.size))
    return [next(texts) if voter in writers else None for voter in range(number)]
