"""What agents may see of their poll: the whole body's tables, each as soon as a milestone opens it.

The first milestone opens the first results, the second what citizens really answered to the guess
cards, the third what the mystery audit measured; the close opens everything, sentences included.
Groups are the coordinator's: agents see the body they are part of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.documents.charts import Chart
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.releasing import MILESTONES
from parvis.staff_polls.poll_document import Card
from parvis.staff_polls.results import charts, findings
from parvis.staff_polls.results.cards import CardView, card_views
from parvis.staff_polls.results.page import PollResults, read_results

# Which release opens the real figure of a guess card, by the instrument that measured it.
OPENED_BY = {"feedback": 2, "mystery_audits": 3}
# A whole body may look at once: it is read once in that time, and a sentence hidden by the
# coordinator disappears within it.
SECONDS = 20


@dataclass(frozen=True, slots=True)
class RevealedSentences:
    title: str
    # Label of a theme, empty for the others; its sentences.
    themes: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Reveal:
    """What `staff_polls/_reveal.html` shows."""

    goes_on: bool
    certain: Sequence[str]
    score_chart: Chart | None
    guess_chart: Chart | None
    cards: Sequence[CardView]
    sentences: Sequence[RevealedSentences]


def reveal(poll: StaffPoll) -> Reveal | None:
    """What is open to agents, as it was at most `SECONDS` ago; None before the first release."""
    with scopes_disabled():
        last = poll.releases.count()
    name = f"staff-poll-reveal-{poll.reference}-{poll.state}-{last}-{get_language()}"
    found: Reveal | None = cache.get(name)
    if found is None:
        found = read_reveal(poll)
        cache.set(name, found, SECONDS)
    return found


def read_reveal(poll: StaffPoll) -> Reveal | None:
    """The same, read anew."""
    results = read_results(poll, with_hidden_sentences=False)
    if results is None:
        return None
    results = _without_locked(results)
    return Reveal(
        goes_on=results.goes_on,
        certain=findings.certain(results),
        score_chart=charts.score_chart(results),
        guess_chart=charts.guess_chart(results.guesses),
        cards=[_for_agents(view, results) for view in card_views(results)],
        sentences=[
            RevealedSentences(
                block.title,
                [
                    (theme.label, [comment.text for comment in theme.comments])
                    for theme in block.themes
                ],
            )
            for block in results.sentences
        ],
    )


def is_open(card: Card, results: PollResults) -> bool:
    """Whether agents may see what was measured of a guess card."""
    return results.is_final or results.release.number >= OPENED_BY.get(card.source, 0)


def _without_locked(results: PollResults) -> PollResults:
    return replace(
        results,
        groups=(),
        guesses=[
            guess if is_open(guess.figures.card, results) else replace(guess, real=None, gap=None)
            for guess in results.guesses
        ],
    )


def _for_agents(view: CardView, results: PollResults) -> CardView:
    card = view.figures.card
    if card.kind != CardKind.GUESS or is_open(card, results):
        return view
    percent = MILESTONES[OPENED_BY[card.source] - 1]
    locked = _("La vraie réponse se dévoile à %(percent)d %% de participation, ou à la clôture.")
    return replace(view, gap=locked % {"percent": percent})
