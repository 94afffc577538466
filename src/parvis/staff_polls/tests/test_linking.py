"""Attacks that try to tie agents to ballots, with all that a thief could have taken.

`docs/anonymity.md` says which attacker has what; the figures there come from the full size, which
`make test-long` runs.
"""

from __future__ import annotations

import hashlib
import logging
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from parvis.foundation import keys_apart, sealed_box
from parvis.foundation.blind_signatures import new_private_key
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
from parvis.staff_polls.operations.casting import written
from parvis.staff_polls.operations.releasing import close, stir
from parvis.staff_polls.tests.loot import (
    AGENTS,
    LEVELS,
    TAIL,
    Copy,
    Loot,
    copy,
    devices_of,
    finish,
    rows,
    simulate,
    vote,
)
from parvis.staff_polls.tests.voting import agents_of, cast, collect, open_poll
from parvis.statistics.tests.chance import is_chance

pytestmark = pytest.mark.django_db

# What an attacker says: agent → token.
Ties = dict[str, str]


@pytest.fixture(scope="module")
def pair() -> bytes:
    return new_private_key()


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch, pair: bytes) -> None:
    """The same pair for all the polls: making one takes longer than a poll."""
    monkeypatch.setattr(keys, "new_private_key", lambda: pair)


# --- Attackers -----------------------------------------------------------------------------------


def in_step(roll: list[dict[str, Any]], box: list[dict[str, Any]]) -> Ties:
    """The agent who lies k-th among those who collected has the k-th ballot."""
    return dict(zip((row["email"] for row in roll), (row["token"] for row in box), strict=False))


def by_order(taken: Copy) -> Ties:
    return in_step(taken.collected(), taken.box)


def by_key(taken: Copy) -> Ties:
    """The same, once each side is sorted by its own numbers."""
    return in_step(
        sorted(taken.collected(), key=lambda row: str(row["id"])),
        sorted(taken.box, key=lambda row: row["token"]),
    )


def by_place(taken: Copy) -> Ties:
    """The same, once each side is sorted by where it lies, or by what wrote it."""
    return in_step(
        sorted(taken.collected(), key=lambda row: row["place"]),
        sorted(taken.box, key=lambda row: row["place"]),
    )


def by_hash(taken: Copy) -> Ties:
    """The ballot whose token resembles most what the roll keeps of the request."""

    def likeness(kept: str, token: str) -> int:
        again = hashlib.sha256(bytes.fromhex(kept)).hexdigest()
        return max(sum(a == b for a, b in zip(one, token, strict=True)) for one in (kept, again))

    return {
        row["email"]: max(taken.box, key=lambda b: likeness(row["blinded_hash"], b["token"]))[
            "token"
        ]
        for row in taken.collected()
    }


FROM_ONE_COPY: dict[str, Callable[[Copy], Ties]] = {
    "order": by_order,
    "key": by_key,
    "place": by_place,
    "hash": by_hash,
}


def by_elimination(rng: random.Random, copies: list[Copy]) -> Ties:
    """A ballot that appears between two copies is of somebody who had collected by then."""
    ties: Ties = {}
    seen: set[str] = set()
    for taken in copies:
        may = [row["email"] for row in taken.collected() if row["email"] not in ties]
        for token in {row["token"] for row in taken.box} - seen:
            seen.add(token)
            ties[may.pop(rng.randrange(len(may)))] = token
    return ties


def by_sealing(poll: StaffPoll, sealed: bytes, token: str) -> int:
    """The answer which, sealed for the same box and token, gives what looks most like it."""

    def likeness(level: int) -> int:
        again = keys.seal(poll, written({"accueil": level}), token=token)
        return sum(a == b for a, b in zip(again, sealed, strict=False)) - abs(
            len(again) - len(sealed)
        )

    return max(range(LEVELS), key=likeness)


def attack(rng: random.Random, polls: int, *, every: int) -> dict[str, list[int]]:
    """How many of the agents each attacker has right, poll by poll.

    Asserts on the way what leaves no room for chance.
    """
    right: dict[str, list[int]] = defaultdict(list)
    for _poll in range(polls):
        loot = Loot()
        poll = simulate(rng, loot, every=every)
        stir(poll=poll)
        last = copy()
        loot.copies.append(last)
        for name, attacker in FROM_ONE_COPY.items():
            right[name].append(rightly_tied(loot, attacker(last)))
        eliminated = by_elimination(rng, loot.copies)
        right["elimination"].append(rightly_tied(loot, eliminated))
        sealed = {row["token"]: row["sealed"] for row in last.box}
        right["answer"].append(
            sum(
                loot.answer_of[agent] == by_sealing(poll, sealed[token], token)
                for agent, token in eliminated.items()
            )
        )
        assert len({len(one) for one in sealed.values()}) == 1
        assert_logs_tell_nothing(loot)
        after = finish(poll, loot)
        assert (after.roll, after.box) == ([], [])
        assert_no_byte_is_left(after, last)
    return right


def rightly_tied(loot: Loot, claimed: Ties) -> int:
    return sum(loot.token_of[agent] == token for agent, token in claimed.items())


def assert_logs_tell_nothing(loot: Loot) -> None:
    text = "\n".join(loot.logs)
    assert not [secret for secret in loot.secrets() if secret in text]


def assert_no_byte_is_left(after: Copy, before: Copy) -> None:
    """Of an embedded database; test_storage looks at the files of a server's."""
    if after.image:
        held = [row["blinded_hash"].encode() for row in before.roll if row["blinded_hash"]]
        held += [row["token"].encode() for row in before.box]
        held += [row["sealed"][-TAIL:] for row in before.box]
        assert all(before.image.count(one) for one in held)
        assert not [one for one in held if one in after.image]


CHANCE = dict.fromkeys(FROM_ONE_COPY, 1 / AGENTS) | {"answer": 1 / LEVELS}


def assert_chance(right: dict[str, list[int]]) -> None:
    """No more and no fewer right than who knows nothing has."""
    for name, chance in CHANCE.items():
        found, expected = sum(right[name]), AGENTS * chance * len(right[name])
        assert is_chance(found, expected), f"{name}: {found}, {expected:.0f} expected"


def told(name: str, right: list[int]) -> str:
    """A share of the agents with its interval at 95 %."""
    share = statistics.mean(right) / AGENTS
    margin = 1.96 * statistics.stdev(right) / math.sqrt(len(right)) / AGENTS
    return (
        f"{connection.vendor} {name}: {sum(right)} of {AGENTS * len(right)}, "
        f"{100 * share:.2f} % [{100 * (share - margin):.2f}; {100 * (share + margin):.2f}]"
    )


def test_no_attack_does_better_than_chance() -> None:
    assert_chance(attack(random.Random(4), 6, every=5))


@pytest.mark.long
def test_no_attack_does_better_than_chance_in_a_thousand_polls() -> None:
    rng, right = random.Random(1), defaultdict[str, list[int]](list)
    for _slice in range(20):
        for name, found in attack(rng, 50, every=5).items():
            right[name] += found
            print(told(name, right[name]), flush=True)  # noqa: T201  # for docs/anonymity.md
    assert_chance(right)


def test_the_round_takes_away_the_order_in_which_ballots_lie() -> None:
    """The attacker who reads places succeeds before the round: each agent votes at once."""
    loot = Loot()
    poll = open_poll(AGENTS)
    devices = devices_of(poll)
    random.Random(5).shuffle(devices)
    rng = random.Random(6)
    for device in devices:
        device.collect()
        vote(rng, loot, device)
    arrived = list(loot.token_of.values())

    def lying() -> list[str]:
        return [row["token"] for row in sorted(copy().box, key=lambda row: row["place"])]

    assert lying() == arrived
    orders = set()
    for _round in range(3):
        stir(poll=poll)
        orders.add(tuple(lying()))
    assert len(orders) == 3
    assert tuple(arrived) not in orders


def test_two_copies_one_act_apart_tie_an_agent_to_a_sealed_ballot_only() -> None:
    """What durability cannot hide: `docs/anonymity.md`, last section."""
    poll = open_poll(AGENTS)
    one, *others = agents_of(poll)
    for agent in others:
        cast(poll, collect(agent), {"accueil": 1})
    before = copy()
    cast(poll, collect(one), {"accueil": 3})
    after = copy()

    known = {row["id"] for row in before.collected()}
    (agent,) = [row for row in after.collected() if row["id"] not in known]
    (ballot,) = [row for row in after.box if row["token"] not in {b["token"] for b in before.box}]
    assert agent["email"] == one.email
    # With the key, its content could be read; the key is in no copy, and the close destroys it.
    assert keys.Box(poll).open(ballot["sealed"], token=ballot["token"]) == b'{"accueil":3}'
    close(poll=poll, by=None)
    keys.destroy(poll)
    with pytest.raises(Exception, match="clé"):
        keys.Box(poll)


# --- What is written ------------------------------------------------------------------------------


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {
        model._meta.db_table: rows(model) for model in apps.get_models(include_auto_created=True)
    }


def test_collecting_writes_in_the_roll_alone_and_answering_in_the_box_alone() -> None:
    poll = open_poll(AGENTS)
    device = devices_of(poll)[0]
    start = everything()
    device.collect()
    collected = everything()
    device.cast({"accueil": 1})
    end = everything()

    def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
        return {table for table in after if before[table] != after[table]}

    assert changed(start, collected) == {EligibleAgent._meta.db_table}
    assert changed(collected, end) == {Ballot._meta.db_table}


def test_no_row_holds_a_key() -> None:
    """What opens the box, signs tokens or makes invitations is in no table, in no writing of it."""
    poll = open_poll(AGENTS)
    cast(poll, collect(agents_of(poll)[0]), {"accueil": 1})
    names = [f"{poll.keys_name}-{use}" for use in ("box", "group-1", "invitations")]
    private = [keys_apart.read(name) for name in names]
    private[0] = private[0][: sealed_box.KEY_BYTES]
    text = str(everything()).encode() + copy().image
    for key in private:
        for form in (key, repr(key)[2:-1].encode(), key.hex().encode()):
            assert form not in text


def test_logs_name_neither_agents_nor_ballots() -> None:
    loot = Loot()
    poll = simulate(random.Random(2), loot, every=50, level=logging.DEBUG)
    loot.copies.append(copy())
    finish(poll, loot)
    assert_logs_tell_nothing(loot)
