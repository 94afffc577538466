"""Time equal shares on a budget of 15,000 voters and 134 projects, beside pabutools.

    python -m bench.budgets

Ballots are drawn: one to ten approvals, some projects far more popular than others. The completion
by adding one runs the method again for each unit added, hence some 290 times with the envelope of
a large city: there the peer takes twenty minutes. Both are compared on an envelope and costs
twenty times smaller, which takes a dozen runs; ours alone on the large one. Seconds that passed,
and of processor. The projects chosen must be the same, in the same order.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

VOTERS, PROJECTS = 15_000, 134
ENVELOPE = 5_000_000
SMALLER = 20
SEED = 1
PROMISED_TIMES = 5


def draw(divisor: int) -> tuple[dict[str, int], int, list[dict[str, int]]]:
    """Costs, envelope and ballots."""
    rng = np.random.default_rng(SEED)
    amounts = np.clip(rng.lognormal(11, 1, PROJECTS), 3_000, 1_500_000)
    costs = {str(n + 1): max(round(cost / divisor), 1) for n, cost in enumerate(amounts.tolist())}
    popular = rng.pareto(1.5, PROJECTS) + 0.2
    names = list(costs)
    ballots = [
        {
            names[project]: 1
            for project in rng.choice(
                PROJECTS, rng.integers(1, 11), replace=False, p=popular / popular.sum()
            )
        }
        for _ in range(VOTERS)
    ]
    return costs, ENVELOPE // divisor, ballots


def timed(name: str, act: Callable[[], Any]) -> tuple[Any, float]:
    before = time.perf_counter(), time.process_time()
    result = act()
    passed, used = time.perf_counter() - before[0], time.process_time() - before[1]
    print(f"  {name:<22} {passed:8.2f} s, {used:8.2f} s of processor", flush=True)
    return result, used


def ours(divisor: int) -> tuple[list[str], int, float]:
    from parvis.statistics.budget_votes import BallotKind, budget_vote
    from parvis.statistics.budgets import Completion, Rule, choose_projects

    costs, envelope, ballots = draw(divisor)
    vote = budget_vote(costs, envelope, ballots, BallotKind.APPROVAL)
    found, used = timed(
        "Parvis", lambda: choose_projects(vote, Rule.EQUAL_SHARES, Completion.ADD_ONE)
    )
    return [vote.projects[project] for project in found.selected], found.increments, used


def peer(divisor: int) -> tuple[list[str], float]:
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
    from pabutools.rules import method_of_equal_shares

    costs, envelope, ballots = draw(divisor)
    projects = {name: Project(name, cost) for name, cost in costs.items()}
    instance = Instance(projects.values(), budget_limit=envelope)
    profile = ApprovalProfile(
        [ApprovalBallot([projects[name] for name in ballot]) for ballot in ballots]
    )
    chosen, used = timed(
        "pabutools",
        lambda: method_of_equal_shares(instance, profile, Cost_Sat, voter_budget_increment=1),
    )
    return [project.name for project in chosen], used


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--postgresql", help="not used: there is no database here")
    parser.parse_args()
    print(f"{VOTERS:,} voters, {PROJECTS} projects, envelope {ENVELOPE:,}, completion add1")
    selected, increments, _ = ours(1)
    print(f"  {len(selected)} projects, {increments} units added to each share")
    print(f"the same, amounts {SMALLER} times smaller")
    selected, increments, mine = ours(SMALLER)
    expected, theirs = peer(SMALLER)
    print(
        f"  {len(selected)} projects, {increments} units added; "
        f"{theirs / mine:.0f} times as fast by the processor (promised: {PROMISED_TIMES})"
    )
    if selected != expected:
        print("  the projects chosen differ")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
