"""The sentences that open the results: what is certain, then what is worth doing.

A sentence is said only where the whole interval agrees with it; where nothing is certain, that is
what is said.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.staff_polls.results.comparing import Guess, scored
from parvis.staff_polls.results.figures import CardFigures
from parvis.staff_polls.results.page import PollResults
from parvis.staff_polls.results.wording import SOURCES, joined, out_of_ten, quoted, score_words

MIDDLE = 50.0


def certain(results: PollResults) -> list[str]:
    """What the shown figures establish, the most useful first."""
    sentences = [_participation(results)]
    high, low = _beyond(results)
    if high:
        sentences.append(
            _("Ce qui tient : %(card)s (%(score)s).")
            % {"card": quoted(high[0].card.text), "score": _score(high[0])}
        )
    if low:
        sentences.append(
            _("Ce qui ne va pas : %(card)s (%(score)s).")
            % {"card": quoted(low[0].card.text), "score": _score(low[0])}
        )
    if not high and not low and scored(results.cards):
        sentences.append(_("Aucune carte ne penche nettement d’un côté ou de l’autre."))
    sentences += [gap_words(guess) for guess in results.guesses if guess.is_certain]
    return sentences + _changed(results)


def to_do(results: PollResults) -> list[str]:
    """What to do with it, in one line each; at least one."""
    _high, low = _beyond(results)
    advice = [
        _("En parler d’abord, en équipe : %(card)s.") % {"card": quoted(card.card.text)}
        for card in low[:3]
    ]
    for guess in results.guesses:
        if guess.is_certain and guess.gap is not None:
            text = quoted(guess.figures.card.text)
            advice.append(
                _("Montrer le vrai chiffre, plus bas que ce que les agents croient : %(card)s.")
                % {"card": text}
                if guess.gap.estimate > 0
                else _("Le faire savoir, c’est mieux que ce qu’ils croient : %(card)s.")
                % {"card": text}
            )
    fallen = [
        change for change in results.changes if change.is_established and change.points.upper < 0
    ]
    advice += [
        _("Chercher ce qui a changé depuis le sondage précédent : %(card)s.")
        % {"card": quoted(change.now.card.text)}
        for change in fallen[:3]
    ]
    if results.goes_on:
        return [*advice, _("Le vote continue : attendez la clôture pour conclure.")]
    return advice or [_("Rien ne presse : montrez ces résultats, et redemandez plus tard.")]


def gap_words(guess: Guess) -> str:
    """What agents guessed beside what was measured; only the guess where nothing was."""
    text = quoted(guess.figures.card.text)
    if guess.real is None or guess.gap is None:
        return _("%(card)s Les agents disent %(guess)s ; rien ne l’a encore mesuré.") % {
            "card": text,
            "guess": out_of_ten(guess.mean),
        }
    values = {
        "card": text,
        "guess": out_of_ten(guess.mean),
        "real": out_of_ten(guess.real.figure),
        "source": SOURCES[guess.real.source],
    }
    if not guess.is_certain:
        return (
            _(
                "%(card)s Les agents disent %(guess)s ; selon %(source)s, %(real)s : à "
                "l’incertitude près, ils voient juste."
            )
            % values
        )
    if guess.gap.estimate > 0:
        return (
            _(
                "%(card)s Les agents disent %(guess)s ; selon %(source)s, %(real)s : la réalité "
                "est en dessous de ce qu’ils croient."
            )
            % values
        )
    return (
        _(
            "%(card)s Les agents disent %(guess)s ; selon %(source)s, %(real)s : la réalité est "
            "meilleure que ce qu’ils croient."
        )
        % values
    )


def change_words(results: PollResults) -> str:
    """How many cards changed since the former poll; empty without one to compare with."""
    if not results.changes:
        return ""
    moved = sum(change.is_established for change in results.changes)
    total = len(results.changes)
    if not moved:
        return ngettext(
            "Depuis le sondage précédent, aucun changement sûr sur la carte reprise.",
            "Depuis le sondage précédent, aucun changement sûr sur les %(total)d cartes reprises.",
            total,
        ) % {"total": total}
    return ngettext(
        "Depuis le sondage précédent, %(moved)d carte sur %(total)d a changé de façon sûre.",
        "Depuis le sondage précédent, %(moved)d cartes sur %(total)d ont changé de façon sûre.",
        moved,
    ) % {"moved": moved, "total": total}


def _participation(results: PollResults) -> str:
    if results.ballots is None:
        return _("Trop peu d’agents ont répondu pour que leur nombre soit dit.")
    return _("Au moins %(ballots)d agents sur %(eligible)d ont répondu, soit %(percent)d %%.") % {
        "ballots": results.ballots,
        "eligible": results.eligible,
        "percent": results.percent,
    }


def _changed(results: PollResults) -> list[str]:
    if not results.changes:
        return []
    up = [c for c in results.changes if c.is_established and c.points.estimate > 0]
    down = [c for c in results.changes if c.is_established and c.points.estimate < 0]
    sentences = [change_words(results)]
    if up:
        names = joined([quoted(change.now.card.text) for change in up])
        sentences.append(_("En hausse : %(cards)s.") % {"cards": names})
    if down:
        names = joined([quoted(change.now.card.text) for change in down])
        sentences.append(_("En baisse : %(cards)s.") % {"cards": names})
    return sentences


def _beyond(results: PollResults) -> tuple[list[CardFigures], list[CardFigures]]:
    """Cards whose interval lies above the middle of the scale, the best first; and below, the
    worst first."""
    found = [(card.score, card) for card in scored(results.cards) if card.score is not None]
    high = [pair for pair in found if pair[0].lower > MIDDLE]
    low = [pair for pair in found if pair[0].upper < MIDDLE]
    high.sort(key=lambda pair: -pair[0].estimate)
    low.sort(key=lambda pair: pair[0].estimate)
    return [card for _score, card in high], [card for _score, card in low]


def _score(card: CardFigures) -> str:
    assert card.score is not None  # `_beyond` kept it
    return score_words(card.score)
