"""Time the results of a staff poll of 10,000 agents in 40 groups and 50 cards, on both databases.

    python -m bench.poll_results [--postgresql postgres://user@host:port/server_database]

The box fills as in service: releases at 30, 50 and 70 % first, so that the close has to withhold
what a difference of two dates would tell, and not only of two groups. Two moments are promised:
from sealed ballots to safe tables (the box opened, every ballot counted, the tables of the body and
of each group with their suppression; piece by piece, then together), and from those tables to the
figures of a page. The close, beside them, also keeps the tables, publishes measures, erases the
ballots and destroys the keys. Seconds that passed, and of processor (PostgreSQL's own left out).
`PARVIS_BENCH_AGENTS` for another number of agents.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.databases import analyse, on_both_databases

AGENTS = int(os.environ.get("PARVIS_BENCH_AGENTS", "10000"))
GROUPS = 40
CARDS = 50
TURNS = 5
SKIPPED = 0.05
SEED = 7
PROMISED_SECONDS = 2


def cards() -> list[dict[str, Any]]:
    """As many of each kind that has tables; sentences have none."""
    options = [{"code": code, "text": f"Proposition {code}"} for code in range(5)]
    kinds: list[dict[str, Any]] = [
        {"kind": "agree"},
        {"kind": "smiley"},
        {"kind": "slider", "low": "Peu", "high": "Beaucoup"},
        {"kind": "single", "options": options},
        {"kind": "multiple", "options": options},
        {"kind": "ranking", "options": options},
        {"kind": "guess"},
    ]
    return [
        {"key": f"carte-{number}", "text": f"Carte {number}", **kinds[number % len(kinds)]}
        for number in range(CARDS)
    ]


def timed(label: str, name: str, act: Callable[[], Any], turns: int = 1) -> Any:
    """Do it so many times, print the median of the time that passed and of the processor's."""
    spent, used = [], []
    for _turn in range(turns):
        before = time.perf_counter(), time.process_time()
        result = act()
        spent.append(time.perf_counter() - before[0])
        used.append(time.process_time() - before[1])
    print(
        f"{label:<11} {name:<34} {sorted(spent)[turns // 2]:6.2f} s   "
        f"{sorted(used)[turns // 2]:6.2f} s of processor",
        flush=True,
    )
    return result


def measure(label: str) -> None:
    from django_scopes import scopes_disabled

    from parvis.staff_polls.columns import columns_of
    from parvis.staff_polls.models import Ballot
    from parvis.staff_polls.operations import releasing
    from parvis.staff_polls.poll_document import read_document
    from parvis.staff_polls.results import report
    from parvis.staff_polls.results.page import read_results
    from parvis.staff_polls.views.coordinator.results import page_context

    with scopes_disabled():
        poll = full_poll()
        voting = poll.voting_groups()
        ballots = sealed_ballots(poll, voting)
        laid = 0
        for percent in releasing.MILESTONES:
            due = -(-percent * AGENTS // 100)
            Ballot.objects.bulk_create(ballots[laid:due], batch_size=500)
            laid = due
            analyse()
            timed(label, f"release at {percent} %", lambda: releasing.release_if_due(poll=poll))
        Ballot.objects.bulk_create(ballots[laid:], batch_size=500)
        analyse()

        document = read_document(poll.document)
        columns = columns_of(document)

        def opened() -> Any:
            return releasing._open(poll, voting, document, columns)

        def tables(box: Any) -> Any:
            return releasing._final(poll, voting, box, columns)

        promised = f"(promised: {PROMISED_SECONDS} s)"
        box = timed(label, "box opened, ballots counted", opened, TURNS)
        timed(label, "tables with their suppression", lambda: tables(box), TURNS)
        timed(label, f"both {promised}", lambda: tables(opened()), TURNS)
        timed(
            label, "close: all that, kept, and erased", lambda: releasing.close(poll=poll, by=None)
        )
        poll.refresh_from_db()
        found = timed(label, f"results read {promised}", lambda: read_results(poll), TURNS)
        timed(label, "what the page shows of them", lambda: page_context(found), TURNS)
        timed(label, "the report as a PDF", lambda: report.render(found), TURNS)
        shown = sum(len(group.cards) for group in found.groups)
        print(
            f"{label:<11} {AGENTS:,} ballots, {len(found.cards)} cards shown of {CARDS}, "
            f"{shown:,} tables of groups of {CARDS * GROUPS:,}"
        )


def full_poll() -> Any:
    """An open poll with its box; nobody's token is signed here."""
    from datetime import timedelta

    from django.utils import timezone

    from parvis.staff_polls import keys
    from parvis.staff_polls.enums import PollState
    from parvis.staff_polls.models import PollGroup
    from parvis.staff_polls.tests.factories import StaffPollFactory

    now = timezone.now()
    poll = StaffPollFactory(
        document={"cards": cards()},
        state=PollState.OPEN,
        launched_at=now,
        closes_at=now + timedelta(days=7),
    )
    poll.box_public_key = keys.make_box(poll)
    poll.save(update_fields=["box_public_key"])
    PollGroup.objects.bulk_create(
        PollGroup(
            organisation_id=poll.organisation_id,
            poll=poll,
            number=number,
            name=f"Service {number}",
            eligible=AGENTS // GROUPS,
        )
        for number in range(1, GROUPS + 1)
    )
    return poll


def sealed_ballots(poll: Any, voting: Any) -> list[Any]:
    """A ballot of each agent, in a random order of groups; groups do not answer alike."""
    from parvis.staff_polls import keys
    from parvis.staff_polls.models import Ballot
    from parvis.staff_polls.operations.casting import written
    from parvis.staff_polls.poll_document import read_answers, read_document

    rng = np.random.default_rng(SEED)
    document = read_document(poll.document)
    leanings = rng.random(GROUPS)
    made = []
    for number in rng.permutation(np.repeat(np.arange(GROUPS), AGENTS // GROUPS)).tolist():
        given = {
            card.key: drawn(card, float(leanings[number]), rng)
            for card in document.cards
            if rng.random() > SKIPPED
        }
        token = secrets.token_hex(32)
        made.append(
            Ballot(
                token=token,
                organisation_id=poll.organisation_id,
                poll=poll,
                group=voting[number],
                sealed=keys.seal(poll, written(read_answers(document, given)), token=token),
            )
        )
    return made


def drawn(card: Any, leaning: float, rng: np.random.Generator) -> Any:
    """An answer; the higher the leaning, the later the option."""
    from parvis.staff_polls.enums import CardKind
    from parvis.staff_polls.poll_document import offered

    if card.kind == CardKind.MULTIPLE:
        return [code for code in card.codes if rng.random() < leaning]
    if card.kind == CardKind.RANKING:
        return rng.permutation(card.codes).tolist()
    values = offered(card)
    return values[int(rng.binomial(len(values) - 1, leaning))]


if __name__ == "__main__":
    on_both_databases((__doc__ or "").splitlines()[0], measure)
