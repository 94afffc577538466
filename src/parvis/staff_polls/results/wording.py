"""Figures of a poll in words: shares, scores, guesses out of ten, changes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.documents.charts.scale import whole
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.results.figures import CardFigures, Figure, OptionShare
from parvis.statistics.poll_coarse import AT_LEAST, AT_MOST

# Instruments of guess cards, as what they measured is called.
SOURCES = {
    "mystery_audits": gettext_lazy("l’audit mystère"),
    "feedback": gettext_lazy("les usagers"),
}
_RANKS = (
    gettext_lazy("lors de la première révélation"),
    gettext_lazy("lors de la deuxième révélation"),
    gettext_lazy("lors de la troisième révélation"),
)
_MOST_NAMED = 3


def release_words(number: int) -> str:
    """When a table was shown, for the milestones; empty beyond them."""
    return str(_RANKS[number - 1]) if 1 <= number <= len(_RANKS) else ""


def share_words(option: OptionShare) -> str:
    """ "72 %", or the class of a coarse share: "au moins 90 %"."""
    if option.lower is not None:
        return _("%(number)s %%") % {"number": whole(option.percent)}
    said = {
        AT_LEAST: _("au moins %(number)s %%"),
        AT_MOST: _("au plus %(number)s %%"),
    }.get(option.end, _("environ %(number)s %%"))
    return said % {"number": whole(option.percent)}


def range_words(lower: float, upper: float) -> str:
    """ "entre 65 et 78"; "exactement" when everybody has answered."""
    if whole(lower) == whole(upper):
        return _("sans incertitude")
    return _("entre %(lower)s et %(upper)s") % {"lower": whole(lower), "upper": whole(upper)}


def score_words(figure: Figure) -> str:
    """ "72 sur 100, entre 65 et 78"."""
    return _("%(score)s sur 100, %(range)s") % {
        "score": whole(figure.estimate),
        "range": range_words(figure.lower, figure.upper),
    }


def tenths(value: float) -> str:
    """ "6,2" for 62."""
    # Rounded first: `number_format` cuts.
    return str(number_format(round(value / 10.0, 1), 1, use_l10n=True))


def out_of_ten(figure: Figure) -> str:
    """ "6,2 sur 10, entre 5,8 et 6,6"."""
    low, high = tenths(figure.lower), tenths(figure.upper)
    if low == high:
        return _("%(mean)s sur 10") % {"mean": tenths(figure.estimate)}
    return _("%(mean)s sur 10, entre %(lower)s et %(upper)s") % {
        "mean": tenths(figure.estimate),
        "lower": low,
        "upper": high,
    }


def points(value: float) -> str:
    """A signed whole number of points: "+4", "−12", "0"."""
    said = whole(abs(value))
    if said == "0":
        return said
    return ("+" if value > 0 else "−") + said


def quoted(text: str) -> str:
    """In quotation marks, without its full stop: the sentence around has its own."""
    return _("« %(text)s »") % {"text": text.removesuffix(".")}


def joined(words: Sequence[str], *, most: int = _MOST_NAMED) -> str:
    """ "a", "a et b", "a, b et 3 autres" beyond `most`."""
    named = list(words)
    if len(named) > most:
        left = len(named) - most + 1
        named = [*named[: most - 1], _("%(count)d autres") % {"count": left}]
    if len(named) < 2:
        return "".join(named)
    return _("%(first)s et %(last)s") % {"first": ", ".join(named[:-1]), "last": named[-1]}


def card_in_short(figures: CardFigures) -> str:
    """What a card's table says in one figure, as groups are compared by it."""
    kind, options = figures.card.kind, figures.options
    if kind == CardKind.AGREE:
        return _("%(share)s d’accord") % {"share": share_words(options[1])}
    if kind == CardKind.GUESS and figures.score is not None:
        return out_of_ten(figures.score)
    if figures.score is not None:
        return score_words(figures.score)
    if kind == CardKind.RANKING:
        return _("En tête : %(item)s") % {"item": options[0].label}
    first = max(options, key=lambda option: (option.percent, option.end))
    return _("%(option)s : %(share)s") % {"option": first.label, "share": share_words(first)}
