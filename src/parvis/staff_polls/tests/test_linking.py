"""Attacks that try to tie agents to ballots, with all that a thief could have taken.

`docs/anonymity.md` says which attacker has what; the figures there come from the full size, which
`make test-long` runs.
"""

from __future__ import annotations

import hashlib
import logging
import math
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from parvis.foundation.blind_signatures import new_private_key
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, Release, StaffPoll
from parvis.staff_polls.operations.releasing import close, stir
from parvis.staff_polls.tests.voting import agents_of, cast, collect, open_poll

pytestmark = pytest.mark.django_db

AGENTS = 12
LEVELS = 4


@dataclass
class Loot:
    """What the attacker has of one poll, and the truth to be compared with, kept apart."""

    # Copies of the database: rows of roll and box in the order in which they lie on the disk.
    copies: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    tables: dict[str, Any] = field(default_factory=dict)
    # Agent → token, agent → answer; never given to an attacker.
    token_of: dict[str, str] = field(default_factory=dict)
    answer_of: dict[str, int] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pair for all the polls of a test: making one takes longer than a poll."""
    pair = new_private_key()
    monkeypatch.setattr(keys, "new_private_key", lambda: pair)


def on_disk(model: type[Any]) -> list[dict[str, Any]]:
    """Every column of every row, in the order of the files of the database."""
    order = "" if connection.vendor == "sqlite" else " ORDER BY ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {model._meta.db_table}{order}")
        names = (
            [column.name for column in cursor.description or ()]
            if order
            else [column[0] for column in cursor.description or ()]
        )
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def copy(loot: Loot) -> None:
    loot.copies.append((on_disk(EligibleAgent), on_disk(Ballot)))


def simulate(rng: random.Random, loot: Loot, *, every: int) -> StaffPoll:
    """A poll in which agents collect and answer in any order, copied every so many acts."""
    poll = open_poll(AGENTS)
    waiting = agents_of(poll)
    rng.shuffle(waiting)
    holding: list[tuple[EligibleAgent, Any]] = []
    acts = 0
    while waiting or holding:
        if waiting and (not holding or rng.random() < 0.5):
            agent = waiting.pop()
            holding.append((agent, collect(agent)))
        else:
            agent, held = holding.pop(rng.randrange(len(holding)))
            level = rng.randrange(LEVELS)
            before = {row["token"] for row in on_disk(Ballot)}
            cast(poll, held, {"accueil": level})
            (token,) = {row["token"] for row in on_disk(Ballot)} - before
            loot.token_of[str(agent.email)] = token
            loot.answer_of[str(agent.email)] = level
        acts += 1
        if acts % every == 0:
            stir(poll=poll)
            copy(loot)
    stir(poll=poll)
    copy(loot)
    return poll


def finish(poll: StaffPoll, loot: Loot) -> None:
    close(poll=poll, by=None)
    copy(loot)
    with scopes_disabled():
        loot.tables = Release.objects.get(poll=poll, is_final=True).tables


# --- Attackers -----------------------------------------------------------------------------------


def by_order(roll: list[dict[str, Any]], box: list[dict[str, Any]]) -> dict[str, str]:
    """The agent who lies k-th among those who collected has the k-th ballot."""
    collected = [row["email"] for row in roll if row["blinded_hash"]]
    return dict(zip(collected, (row["token"] for row in box), strict=False))


def by_key(roll: list[dict[str, Any]], box: list[dict[str, Any]]) -> dict[str, str]:
    """The same, once each side is sorted by its own numbers."""
    return by_order(
        sorted(roll, key=lambda row: str(row["id"])), sorted(box, key=lambda row: row["token"])
    )


def by_hash(roll: list[dict[str, Any]], box: list[dict[str, Any]]) -> dict[str, str]:
    """The ballot whose token resembles most what the roll keeps of the request."""

    def likeness(kept: str, token: str) -> int:
        again = hashlib.sha256(bytes.fromhex(kept)).hexdigest()
        return max(sum(a == b for a, b in zip(one, token, strict=True)) for one in (kept, again))

    return {
        row["email"]: max(box, key=lambda b: likeness(row["blinded_hash"], b["token"]))["token"]
        for row in roll
        if row["blinded_hash"] and box
    }


def answers_guessed(loot: Loot) -> dict[str, int]:
    """What a thief without the key says each agent answered: the likeliest of the shown table."""
    table = loot.tables["cards"].get("accueil")
    figures = [0] * LEVELS
    if table is not None:
        figures = table["counts"][0] if "counts" in table else [s[0] for s in table["shares"][0]]
    likeliest = max(range(LEVELS), key=figures.__getitem__)
    return dict.fromkeys(loot.answer_of, likeliest)


def agents_in_sealed(loot: Loot) -> int:
    """How many sealed ballots hold, in clear or hashed, something of the roll."""
    found = 0
    for roll, box in loot.copies:
        known = [str(row[name]).encode() for row in roll for name in ("email", "blinded_hash")]
        known = [text for text in known if text]
        found += sum(any(text in bytes(row["sealed"]) for text in known) for row in box)
    return found


def attack(rng: random.Random, polls: int, *, every: int) -> dict[str, float]:
    """Share of the agents tied to their own ballot, by attacker."""
    hits = dict.fromkeys(("order", "key", "hash"), 0)
    agents = guessed = best_of_table = 0
    for _poll in range(polls):
        loot = Loot()
        poll = simulate(rng, loot, every=every)
        roll, box = loot.copies[-1]
        for name, attacker in (("order", by_order), ("key", by_key), ("hash", by_hash)):
            claimed = attacker(roll, box)
            hits[name] += sum(loot.token_of[agent] == token for agent, token in claimed.items())
        finish(poll, loot)
        assert agents_in_sealed(loot) == 0
        # After the close: no roll, no box.
        assert loot.copies[-1] == ([], [])
        claimed_answers = answers_guessed(loot)
        guessed += sum(loot.answer_of[agent] == said for agent, said in claimed_answers.items())
        counts = [list(loot.answer_of.values()).count(level) for level in range(LEVELS)]
        best_of_table += max(counts)
        agents += AGENTS
    # Whoever reads the table and says "the most frequent answer" does as well as with all the loot.
    assert guessed <= best_of_table
    return {name: found / agents for name, found in hits.items()}


def assert_chance(shares: dict[str, float], polls: int) -> None:
    chance = 1 / AGENTS
    # One tie right makes the others likelier by a little: matchings have variance 1 a poll.
    margin = 4 / (AGENTS * math.sqrt(polls))
    for name, share in shares.items():
        assert abs(share - chance) <= margin, f"{name}: {share:.3f}, {chance:.3f} expected"


def test_no_attack_does_better_than_chance() -> None:
    polls = 6
    assert_chance(attack(random.Random(4), polls, every=5), polls)


@pytest.mark.long
def test_no_attack_does_better_than_chance_in_a_thousand_polls() -> None:
    polls = 1000
    shares = attack(random.Random(1), polls, every=5)
    print(f"{connection.vendor}: {shares}")  # noqa: T201 – the figures of docs/anonymity.md
    assert_chance(shares, polls)


def test_two_copies_one_act_apart_tie_an_agent_to_a_sealed_ballot_only() -> None:
    """What durability cannot hide: `docs/anonymity.md`, last section."""
    loot = Loot()
    poll = open_poll(AGENTS)
    one, *others = agents_of(poll)
    for agent in others:
        cast(poll, collect(agent), {"accueil": 1})
    copy(loot)
    cast(poll, collect(one), {"accueil": 3})
    copy(loot)

    (roll_before, box_before), (roll, box) = loot.copies
    collected_before = {row["id"] for row in roll_before if row["blinded_hash"]}
    (agent,) = [r for r in roll if r["blinded_hash"] and r["id"] not in collected_before]
    (ballot,) = [row for row in box if row["token"] not in {b["token"] for b in box_before}]
    assert agent["email"] == one.email
    # With the key, its content could be read; the key is in no copy, and the close destroys it.
    assert keys.Box(poll).open(bytes(ballot["sealed"]), token=ballot["token"]) == b'{"accueil":3}'
    lengths = {len(bytes(row["sealed"])) for row in box}
    assert len(lengths) == 1
    close(poll=poll, by=None)
    keys.destroy(poll)
    with pytest.raises(Exception, match="clé"):
        keys.Box(poll)


def test_logs_name_neither_agents_nor_ballots(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    loot = Loot()
    poll = simulate(random.Random(2), loot, every=50)
    finish(poll, loot)

    text = caplog.text
    for agent, token in loot.token_of.items():
        assert agent not in text
        assert token not in text
