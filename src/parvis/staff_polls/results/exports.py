"""The shown tables as a spreadsheet: one line a figure, the same figures as the page.

Whether a share is exact or a class ("au moins") stands beside it, and its words as on the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from parvis.documents.spreadsheets import Cell
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.results.figures import CardFigures, Figure
from parvis.staff_polls.results.page import PollResults
from parvis.staff_polls.results.wording import out_of_ten, release_words, score_words, share_words
from parvis.statistics.poll_coarse import AT_LEAST, AT_MOST

Row = list[Cell]


def headers() -> list[str]:
    return [
        _("Service"),
        _("Carte"),
        _("Ce que dit la ligne"),
        _("En mots"),
        _("Valeur, sur 100"),
        _("Borne basse à 95 %"),
        _("Borne haute à 95 %"),
        _("Précision"),
        _("Réponses"),
        _("Révélation"),
    ]


def rows(results: PollResults) -> Iterator[Row]:
    """The whole body first, then each group's shown cards, then what was measured and changed."""
    everybody = _("Tous")
    for card in results.cards:
        yield from _card(everybody, card)
    for group in results.groups:
        for card in group.cards.values():
            yield from _card(group.name, card)
    for guess in results.guesses:
        if guess.real is not None:
            figure = guess.real.figure
            row = _line(everybody, guess.figures, _("Mesuré"), out_of_ten(figure), figure)
            # What was measured rests on other answers than the poll's.
            yield [*row[:8], None, ""]
    for change in results.changes:
        before = change.before
        yield _line(everybody, change.now, _("Sondage précédent"), score_words(before), before)


def _card(who: str, card: CardFigures) -> Iterator[Row]:
    if card.score is not None:
        is_guess = card.card.kind == CardKind.GUESS
        yield _line(
            who,
            card,
            _("Moyenne devinée") if is_guess else _("Score"),
            out_of_ten(card.score) if is_guess else score_words(card.score),
            card.score,
        )
    for option in card.options:
        known = _("exacte")
        if card.card.kind == CardKind.RANKING:
            known = _("place")
        elif option.lower is None:
            known = {AT_LEAST: _("au moins"), AT_MOST: _("au plus")}.get(option.end, _("environ"))
        yield [
            who,
            card.card.text,
            option.label,
            str(round(option.percent)) if known == _("place") else share_words(option),
            round(option.percent, 1),
            None if option.lower is None else round(option.lower, 1),
            None if option.upper is None else round(option.upper, 1),
            known,
            card.answers,
            release_words(card.release),
        ]


def _line(who: str, card: CardFigures, what: str, said: str, figure: Figure) -> Row:
    return [
        who,
        card.card.text,
        what,
        said,
        round(figure.estimate, 1),
        round(figure.lower, 1),
        round(figure.upper, 1),
        "",
        card.answers,
        release_words(card.release),
    ]
