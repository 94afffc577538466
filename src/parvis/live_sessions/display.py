"""What a round shows, in words: rows of a card, words of a cloud, ideas with their support.

Everything is computed from what was counted once (`LiveRound.tables`) and from the texts that the
facilitator left; nothing from ballots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.documents.charts.scale import interval, whole
from parvis.live_sessions.enums import RoundState, Shape, Step
from parvis.live_sessions.models import MOST_SHOWN, LiveRound, LiveSession, LiveText
from parvis.live_sessions.session_document import LiveCard, folded
from parvis.live_sessions.snapshots import card_of
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.results.charts import card_title
from parvis.staff_polls.results.comparing import Real, real_figures
from parvis.staff_polls.results.figures import CardFigures, card_figures
from parvis.staff_polls.results.wording import SOURCES, out_of_ten, share_words
from parvis.statistics.poll_coarse import AT_LEAST, AT_MOST, BETWEEN

# Who leads reads this many times as many, so that what takes the place of a text was read too.
_READ_AHEAD = 2
SIZES = 6
_MOST_ON_A_PHONE = 12


class Reader(Enum):
    """Who reads: the room, once it is shown; who leads, texts taken off too; the file of all."""

    ROOM = auto()
    DESK = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """An option with its share: `share` says it, `sure` and `possible` draw its bar."""

    label: str
    percent: float
    share: str
    # Empty for a coarse share, which has none.
    interval: str = ""
    # What a coarse `percent` is: `AT_MOST`, `BETWEEN` (about) or `AT_LEAST`.
    end: int = BETWEEN

    @property
    def sure(self) -> float:
        """How far the bar is full: nowhere for "au plus 40 %"."""
        return 0.0 if self.end == AT_MOST else self.percent

    @property
    def possible(self) -> float:
        """How far it may go: to the end for "au moins 60 %"."""
        return 100.0 if self.end == AT_LEAST else self.percent


@dataclass(frozen=True, slots=True)
class Word:
    id: str
    text: str
    times: int
    # 1 for the smallest of `SIZES`.
    size: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a round; all empty as long as nothing is."""

    card: LiveCard
    # Rounded down; 0 = nothing is shown.
    answers: int
    # The finding: "En tête : le guichet".
    title: str = ""
    # Of a guess: what was measured, "Selon les usagers : 7,2 sur 10, entre 6,9 et 7,5".
    real: str = ""
    rows: Sequence[Row] = ()
    words: Sequence[Word] = ()
    ideas: Sequence[Word] = ()
    # Texts beyond those of a screen, in the file alone.
    others: int = 0

    @property
    def answers_in_words(self) -> str:
        if not self.answers:
            return ""
        # Rounded down, except where the table is exact.
        return ngettext("%d réponse", "%d réponses", self.answers) % self.answers


def shown_of(session: LiveSession, found: LiveRound, *, reader: Reader = Reader.ROOM) -> Shown:
    """What a round shows to whoever reads; to the room, nothing before the facilitator says so."""
    card = card_of(session, found)
    if found.tables is None or (found.state != RoundState.SHOWN and reader == Reader.ROOM):
        return Shown(card, 0)
    answers = int(found.tables["answers"])
    if card.gives_texts:
        return _texts(card, answers, found, reader)
    figures = card_figures(card.card, found.tables, eligible=session.expected)
    real = real_figures(session.organisation_id, [card.card]).get(card.key)
    rows = _rows(figures)
    title = card_title(figures)
    if found.step == Step.SUPPORT:
        rows = sorted(rows, key=lambda row: -row.percent)
        title = _("Les plus soutenues : %(idea)s") % {"idea": rows[0].label}
    return Shown(card, answers, title, "" if real is None else real_words(real), rows)


def real_words(real: Real) -> str:
    """What was measured behind a guess, and by whom."""
    return _("Selon %(source)s : %(real)s") % {
        "source": SOURCES[real.source],
        "real": out_of_ten(real.figure),
    }


def phone_lines(shown: Shown) -> list[list[str]]:
    """The same for a phone: label and share, the first ones of a long list."""
    if shown.words:
        most_said = sorted(shown.words, key=lambda word: -word.times)[:_MOST_ON_A_PHONE]
        return [[word.text, _times(word.times)] for word in most_said]
    if shown.ideas:
        return [[idea.text, _times(idea.times)] for idea in shown.ideas[:_MOST_ON_A_PHONE]]
    return [[row.label, row.share] for row in shown.rows]


def _rows(figures: CardFigures) -> list[Row]:
    ranking = figures.card.kind == CardKind.RANKING
    return [
        Row(
            option.label,
            option.percent,
            _("%(place)s sur 100") % {"place": whole(option.percent)}
            if ranking
            else share_words(option),
            "" if option.lower is None else interval(option.lower, option.upper),
            option.end,
        )
        for option in figures.options
    ]


def _texts(card: LiveCard, answers: int, found: LiveRound, reader: Reader) -> Shown:
    written = LiveText.objects.filter(round=found)
    kept = written.filter(is_hidden=False)
    others = max(kept.count() - MOST_SHOWN[Shape(card.shape)], 0)
    if reader == Reader.FILE:
        texts = list(written)
    elif reader == Reader.DESK:
        hidden = written.filter(is_hidden=True)
        texts = [*kept.on_the_screen(card.shape, _READ_AHEAD), *hidden]
    else:
        texts = list(kept.on_the_screen(card.shape))
    if card.shape == Shape.IDEAS:
        return Shown(card, answers, ideas=[_word(text, 1) for text in texts], others=others)
    most = max((text.times for text in texts), default=1)
    sized = [_word(text, most) for text in texts]
    # In the order of the alphabet: a cloud has no first word but by its size.
    words = sorted(sized, key=lambda word: folded(word.text))
    return Shown(card, answers, words=words, others=others)


def _word(text: LiveText, most: int) -> Word:
    size = 1 + (SIZES - 1) * (text.times - 1) // max(most - 1, 1)
    return Word(str(text.pk), text.text, text.times, size, text.is_hidden)


def _times(times: int) -> str:
    return "" if times < 2 else _("%d fois") % times
