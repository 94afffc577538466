"""Polls that never took place: agents of a few groups answer, skip cards, change their ballot;
tables are released at milestones and at closing. The memory of who is counted where, which the
product does not have, is kept for the attack."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from parvis.statistics.poll_attack import unanimous_remainders
from parvis.statistics.poll_disclosure import (
    DISSENT,
    FinalTables,
    exact_tables,
    final_tables,
    hide_groups,
    plan_release,
)
from parvis.statistics.poll_tables import NO_ANSWER, tabulate

ABSENT = NO_ANSWER


@dataclass
class Column:
    """Tables shown of one column: answer of each ballot as counted in each."""

    interim: list[np.ndarray] = field(default_factory=list)
    final: np.ndarray | None = None
    groups: list[np.ndarray] = field(default_factory=list)

    @property
    def tables(self) -> np.ndarray:
        every = [*self.interim, *([] if self.final is None else [self.final]), *self.groups]
        return np.array(every)


@dataclass
class SimulatedPoll:
    """A poll with the state that the product keeps (`entered`, `refreshes`, marks of ballots
    replaced) and what was shown."""

    options: np.ndarray
    groups: np.ndarray
    n_groups: int
    threshold: int
    answers: np.ndarray
    cards: np.ndarray | None = None
    received: np.ndarray = field(init=False)
    entered: np.ndarray = field(init=False)
    refreshes: np.ndarray = field(init=False)
    unsteady: np.ndarray = field(init=False)
    columns: list[Column] = field(init=False)

    def __post_init__(self) -> None:
        n_ballots, n_columns = self.answers.shape
        self.received = np.zeros(n_ballots, dtype=bool)
        self.entered = np.zeros(n_ballots, dtype=int)
        self.refreshes = np.zeros((0, n_columns), dtype=bool)
        self.unsteady = np.zeros(self.answers.shape, dtype=bool)
        self.columns = [Column() for _ in range(n_columns)]

    def rules(self) -> dict:
        return {"options": self.options, "threshold": self.threshold, "cards": self.cards}

    def replace(self, ballots: np.ndarray, answers: np.ndarray) -> None:
        appeared_or_left = (self.answers[ballots] < 0) != (answers < 0)
        inside = (self.entered[ballots] > 0)[:, np.newaxis]
        self.unsteady[ballots] |= appeared_or_left & inside
        self.answers[ballots] = answers

    def release(self, rng: np.random.Generator) -> None:
        here = self.received
        plan = plan_release(
            self.answers[here], self.entered[here], self.refreshes, rng=rng, **self.rules()
        )
        if not plan.refreshed.any():
            return
        self.entered[here] = plan.entered
        self.refreshes = np.vstack([self.refreshes, plan.refreshed])
        for column in np.flatnonzero(plan.refreshed):
            self.columns[column].interim.append(self.counted(self.entered > 0, column))

    def release_all_but(self, absent: np.ndarray) -> None:
        """A release that holds nobody back but those given, as a careless product would: what is
        shown at closing must be safe beside it. Only cards with a threshold of newcomers are
        refreshed."""
        last = np.array(
            [np.flatnonzero(past)[-1] + 1 if past.any() else 0 for past in self.refreshes.T]
        )
        entered = np.where(
            self.received & ~absent & (self.entered == 0), len(self.refreshes) + 1, self.entered
        )
        newcomers = (entered[:, np.newaxis] > last) & (self.answers >= 0)
        refreshed = newcomers.sum(axis=0) >= self.threshold
        if not refreshed.any():
            return
        self.entered = entered
        self.refreshes = np.vstack([self.refreshes, refreshed])
        for column in np.flatnonzero(refreshed):
            self.columns[column].interim.append(self.counted(self.entered > 0, column))

    def close(self) -> FinalTables:
        here = self.received
        state = (self.entered[here], self.refreshes)
        final = final_tables(self.answers[here], *state, **self.rules())
        hidden = hide_groups(
            self.answers[here],
            self.groups[here],
            *state,
            n_groups=self.n_groups,
            unsteady=self.unsteady[here],
            **self.rules(),
        )
        for position, column in enumerate(self.columns):
            if final.shown[position]:
                column.final = self.counted(here, position)
            column.groups = [
                self.counted(here & (self.groups == group), position)
                for group in np.flatnonzero(~hidden[position])
            ]
        return final

    def counted(self, ballots: np.ndarray, column: int) -> np.ndarray:
        return np.where(ballots, self.answers[:, column], ABSENT)

    def unanimous(self, column: int) -> list[tuple[int, int]]:
        """Unanimous remainders among the exact tables of the whole and, as if its coarse tables
        were exact, the union of the groups shown."""
        shown = self.columns[column]
        wholes = [*shown.interim, *([] if shown.final is None else [shown.final])]
        tables = [table for table in wholes if self.is_exact(table, column)]
        exact = len(tables)
        if shown.final is not None and shown.groups and self.is_exact(shown.final, column):
            tables.append(np.max(shown.groups, axis=0))
        found = unanimous_remainders(
            np.array(tables).reshape(-1, len(self.answers)), dissent=DISSENT
        )
        # The union is only subtracted: each group in it is coarse, and nothing gives it alone.
        return [(larger, smaller) for larger, smaller in found if larger < exact]

    def is_exact(self, table: np.ndarray, column: int) -> bool:
        counts = tabulate(
            table[:, np.newaxis],
            np.zeros(len(table), dtype=int),
            options=self.options[[column]],
            n_groups=1,
        )
        return bool(exact_tables(counts[:, 0])[0])


def random_answers(
    rng: np.random.Generator, n_ballots: int, options: np.ndarray, consensus: np.ndarray
) -> np.ndarray:
    """Answers of which a share is the first option, the rest any; a tenth to a third skipped."""
    answers = rng.integers(0, options, (n_ballots, options.size))
    answers[rng.random(answers.shape) < consensus] = 0
    skipped = rng.random(answers.shape) < rng.uniform(0.0, 0.35, options.size)
    answers[skipped] = NO_ANSWER
    return answers


def run_random_poll(seed: int, *, careless: bool = False, n_columns: int = 4) -> SimulatedPoll:
    """A poll of 15 to 250 people in 1 to 9 groups, some tiny, some late, with several releases.

    Between two releases ballots are replaced: by other answers, by none, and back to what they
    were. `careless` holds few people back, or none (`SimulatedPoll.release_all_but`).
    """
    rng = np.random.default_rng(seed)
    limit = int(rng.integers(5, 13))
    n_ballots = int(rng.integers(15, 250))
    n_groups = int(rng.integers(1, 10))
    groups = rng.choice(n_groups, n_ballots, p=rng.dirichlet(np.ones(n_groups)))
    options = rng.integers(2, 7, n_columns)
    consensus = rng.choice([0.0, 0.5, 0.9, 1.0], n_columns)
    answers = random_answers(rng, n_ballots, options, consensus)
    poll = SimulatedPoll(options, groups, n_groups, limit, answers)
    # Each group has its own moment, more or less marked: a late group is the attack to fear.
    hour = rng.random(n_ballots) + rng.choice([0.0, 0.3, 3.0]) * rng.random(n_groups)[groups]
    order = np.argsort(hour)
    moments = np.sort(rng.integers(0, n_ballots + 1, int(rng.integers(0, 7))))
    first = answers.copy()
    restless = rng.choice([0.0, 0.02, 0.2])
    for moment in moments:
        poll.received[order[:moment]] = True
        if careless:
            poll.release_all_but(rng.random(n_ballots) < rng.choice([0.0, 0.02, 0.2]))
        else:
            poll.release(rng)
        changing = np.flatnonzero(poll.received & (rng.random(n_ballots) < restless))
        again = random_answers(rng, changing.size, options, consensus)
        back = rng.random(again.shape) < 0.4
        poll.replace(changing, np.where(back, first[changing], again))
    poll.received[:] = True
    poll.close()
    return poll
