"""The charts of a poll's results, each with the title that states its finding."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from parvis.documents.charts import (
    Chart,
    IntervalRow,
    IntervalWords,
    Position,
    Theme,
    interval_bar,
)
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.results.comparing import Guess, Together, scored
from parvis.staff_polls.results.figures import CardFigures
from parvis.staff_polls.results.findings import change_words
from parvis.staff_polls.results.page import PollResults
from parvis.staff_polls.results.wording import out_of_ten, score_words

# Kinds whose options are numbers in a row, which a table says better than bars.
_NUMBERS = (CardKind.SLIDER, CardKind.GUESS)
# Rows of a drawing that leave room, on a sheet, for its table.
_ON_A_SHEET = 6


def score_chart(results: PollResults) -> Chart | None:
    """The scored cards, beside the former poll; None without any."""
    cards = scored(results.cards)
    return _score_chart("cartes", cards, results, Theme.SCREEN) if cards else None


def score_charts_on_paper(results: PollResults) -> list[Chart]:
    """The same, cut into drawings that a sheet can hold."""
    cards = scored(results.cards)
    return [
        _score_chart(f"cartes-{start}", cards[start : start + _ON_A_SHEET], results, Theme.PAPER)
        for start in range(0, len(cards), _ON_A_SHEET)
    ]


def _score_chart(
    identifier: str, cards: Sequence[CardFigures], results: PollResults, theme: Theme
) -> Chart:
    rows = []
    for card in cards:
        assert card.score is not None  # `scored` kept it
        change = results.change_of(card.card.key)
        position = Position.WITHIN
        if change is not None and change.is_established:
            position = Position.ABOVE if change.points.estimate > 0 else Position.BELOW
        rows.append(
            IntervalRow(
                label=card.card.text,
                value_percent=card.score.estimate,
                lower_percent=card.score.lower,
                upper_percent=card.score.upper,
                reference_percent=None if change is None else change.before.estimate,
                position=position,
            )
        )
    return interval_bar(
        identifier=identifier,
        title=change_words(results) or _score_title(results),
        description=_(
            "Chaque carte de 0 (le pire) à 100 (le mieux), avec son intervalle à 95 % ; « je ne "
            "sais pas » n’y entre pas. Des intervalles qui se recouvrent ne classent pas deux "
            "cartes."
        ),
        rows=rows,
        words=_words(
            label=_("Carte"),
            value=_("Score"),
            reference=_("Sondage précédent"),
            position=_("Changement sûr"),
            outside=_("a changé de façon sûre"),
            above=_("en hausse"),
            below=_("en baisse"),
        ),
        theme=theme,
    )


def dimension_chart(
    identifier: str,
    subject: str,
    label: str,
    found: Sequence[tuple[str, Together]],
    *,
    theme: Theme = Theme.SCREEN,
) -> Chart | None:
    """Mean scores by stage, channel or determinant, named by the caller; None without any."""
    if not found:
        return None
    return interval_bar(
        identifier=identifier,
        title=_dimension_title(subject, found),
        description=_(
            "Moyenne des cartes qui en parlent, sur les mêmes étapes, canaux et déterminants que "
            "les autres mesures du baromètre."
        ),
        rows=[
            IntervalRow(
                label=name,
                value_percent=one.score.estimate,
                lower_percent=one.score.lower,
                upper_percent=one.score.upper,
            )
            for name, one in found
        ],
        words=_words(label=label, value=_("Score")),
        theme=theme,
    )


def dimension_charts(results: PollResults, *, theme: Theme = Theme.SCREEN) -> list[Chart]:
    """One for the stages, the channels and the determinants that scored cards speak of."""
    found = [
        dimension_chart(
            "etapes",
            _("Par étape du parcours"),
            _("Étape"),
            [(str(JourneyStage(one.code).label), one) for one in results.stages],
            theme=theme,
        ),
        dimension_chart(
            "canaux",
            _("Par canal"),
            _("Canal"),
            [(str(Channel(one.code).label), one) for one in results.channels],
            theme=theme,
        ),
        dimension_chart(
            "determinants",
            _("Par déterminant"),
            _("Déterminant"),
            [(str(Determinant(one.code).label), one) for one in results.determinants],
            theme=theme,
        ),
    ]
    return [chart for chart in found if chart is not None]


def guess_chart(guesses: Sequence[Guess], *, theme: Theme = Theme.SCREEN) -> Chart | None:
    """What agents guessed, beside what was measured; None without guess."""
    if not guesses:
        return None
    return interval_bar(
        identifier="devinettes",
        title=_guess_title(guesses),
        description=_(
            "Moyenne de ce que les agents ont deviné, en %, avec son intervalle à 95 % ; le trait "
            "est ce qui a été mesuré. Un triangle marque un écart que le hasard n’explique pas."
        ),
        rows=[guess_row(guess) for guess in guesses],
        words=_words(
            label=_("Devinette"),
            value=_("Deviné, en %"),
            reference=_("Mesuré, en %"),
            position=_("Écart sûr"),
            outside=_("écart sûr avec la mesure"),
            above=_("au-dessus de la mesure"),
            below=_("en dessous de la mesure"),
        ),
        theme=theme,
    )


def guess_charts_on_paper(guesses: Sequence[Guess]) -> list[Chart]:
    """The same, cut into drawings that a sheet can hold."""
    parts = [
        guess_chart(guesses[start : start + _ON_A_SHEET], theme=Theme.PAPER)
        for start in range(0, len(guesses), _ON_A_SHEET)
    ]
    return [chart for chart in parts if chart is not None]


def guess_row(guess: Guess) -> IntervalRow:
    position = Position.WITHIN
    if guess.is_certain and guess.gap is not None:
        position = Position.ABOVE if guess.gap.estimate > 0 else Position.BELOW
    return IntervalRow(
        label=guess.figures.card.text,
        value_percent=guess.mean.estimate,
        lower_percent=guess.mean.lower,
        upper_percent=guess.mean.upper,
        reference_percent=None if guess.real is None else guess.real.figure.estimate,
        position=position,
    )


def option_chart(card: CardFigures, *, theme: Theme = Theme.SCREEN) -> Chart | None:
    """How the answers of a card divide; None where a table says it better, or coarse shares."""
    if card.card.kind in _NUMBERS or any(option.lower is None for option in card.options):
        return None
    ranking = card.card.kind == CardKind.RANKING
    return interval_bar(
        identifier=f"carte-{card.card.key}",
        title=card_title(card),
        description=_(
            "Place moyenne de chaque proposition : 100 si tous la classent première, 0 si tous la "
            "classent dernière, avec son intervalle à 95 %."
        )
        if ranking
        else _("Part des réponses, en %, avec son intervalle à 95 % parmi les agents interrogés."),
        rows=[
            IntervalRow(
                label=option.label,
                value_percent=option.percent,
                lower_percent=option.lower,
                upper_percent=option.upper,
            )
            for option in card.options
        ],
        words=_words(
            label=_("Proposition") if ranking else _("Réponse"),
            value=_("Place, sur 100") if ranking else _("Part, en %"),
        ),
        theme=theme,
    )


def one_score_chart(card: CardFigures, *, theme: Theme = Theme.SCREEN) -> Chart | None:
    """The score of a single card, for an image of its own; None without any."""
    if card.score is None:
        return None
    return interval_bar(
        identifier=f"score-{card.card.key}",
        title=card_title(card),
        description=_("Score de 0 (le pire) à 100 (le mieux), avec son intervalle à 95 %."),
        rows=[
            IntervalRow(
                label=_("Score"),
                value_percent=card.score.estimate,
                lower_percent=card.score.lower,
                upper_percent=card.score.upper,
            )
        ],
        words=_words(label=_("Carte"), value=_("Score")),
        theme=theme,
    )


def card_title(card: CardFigures) -> str:
    """The finding of one card: its score, its guess, or what comes first."""
    if card.card.kind == CardKind.GUESS and card.score is not None:
        return _("Deviné : %(mean)s") % {"mean": out_of_ten(card.score)}
    if card.score is not None:
        return _("Score : %(score)s") % {"score": score_words(card.score)}
    first = max(card.options, key=lambda option: (option.percent, option.end))
    return _("En tête : %(option)s") % {"option": first.label}


def _score_title(results: PollResults) -> str:
    if results.overall is None:
        return _("Les cartes, de 0 à 100")
    return _("Toutes cartes réunies : %(score)s") % {"score": score_words(results.overall.score)}


def _dimension_title(subject: str, found: Sequence[tuple[str, Together]]) -> str:
    """Which is lower than which, only where the intervals leave no doubt."""
    lowest = min(found, key=lambda pair: pair[1].score.estimate)
    highest = max(found, key=lambda pair: pair[1].score.estimate)
    if lowest[1].score.upper < highest[1].score.lower:
        return _("%(subject)s : « %(low)s » est nettement sous « %(high)s »") % {
            "subject": subject,
            "low": lowest[0],
            "high": highest[0],
        }
    if len(found) == 1:
        return _("%(subject)s : %(name)s") % {"subject": subject, "name": found[0][0]}
    return _("%(subject)s : rien ne se distingue nettement") % {"subject": subject}


def _guess_title(guesses: Sequence[Guess]) -> str:
    measured = [guess for guess in guesses if guess.real is not None]
    if not measured:
        return _("Ce que les agents devinent, que rien n’a encore mesuré")
    if not any(guess.is_certain for guess in measured):
        return _("À l’incertitude près, les agents voient juste")
    return _("Ce que les agents croient s’écarte de ce qui est mesuré")


def _words(
    *,
    label: str,
    value: str,
    reference: str = "",
    position: str = "",
    outside: str = "",
    above: str = "",
    below: str = "",
) -> IntervalWords:
    return IntervalWords(
        label_header=label,
        value_header=value,
        interval_header=_("Intervalle à 95 %"),
        reference_header=reference,
        position_header=position,
        value_sign=value,
        interval_sign=_("possible à 95 %"),
        reference_sign=reference,
        outside_sign=outside,
        above=above,
        below=below,
        missing=_("aucune réponse"),
    )
