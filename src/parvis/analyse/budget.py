"""`parvis analyse budget`: the projects that a vote chooses, and why each is or is not chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from typing import Any, Final

from defusedcsv import csv

from parvis.analyse.errors import quote
from parvis.analyse.messages import Language, Message, sentence
from parvis.analyse.pabulib_file import read_budget_vote
from parvis.analyse.tables import aligned, amount
from parvis.statistics.budget_votes import BallotKind, BudgetVote
from parvis.statistics.budgets import (
    BudgetResult,
    Completion,
    Decision,
    Reason,
    Rule,
    choose_projects,
)

REASONS: Final = {
    Reason.BOUGHT: Message.PROJECT_BOUGHT,
    Reason.MOST_SUPPORTED: Message.PROJECT_MOST_SUPPORTED,
    Reason.COMPLETED: Message.PROJECT_COMPLETED,
    Reason.FREE: Message.PROJECT_FREE,
    Reason.TOO_DEAR: Message.PROJECT_TOO_DEAR,
    Reason.NO_SUPPORT: Message.PROJECT_NO_SUPPORT,
    Reason.SUPPORTERS_SHORT: Message.PROJECT_SUPPORTERS_SHORT,
    Reason.DID_NOT_FIT: Message.PROJECT_DID_NOT_FIT,
}


@dataclass(frozen=True, slots=True)
class Budget:
    """The result, with the vote it was made from."""

    vote: BudgetVote
    found: BudgetResult


def analyse_budget(path: str, rule: Rule, completion: Completion) -> Budget:
    """Choose the projects of a `.pb` file.

    Raises
    ------
    InputError
        Anything in the file that cannot be used.
    """
    vote = read_budget_vote(path)
    return Budget(vote, choose_projects(vote, rule, completion))


def as_json(budget: Budget) -> str:
    """`{"selected": [ids in order], "total_cost", "share", "projects": […]}`.

    Each project has `id`, `cost`, `support`, `selected` and `reason` and, by its reason,
    `paid_full`, `full_price`, `paid_less`, `less_in_all` and `missing`. Amounts are in units of
    currency, whole where they are.
    """
    vote, found = budget.vote, budget.found
    content = {
        "selected": [vote.projects[project] for project in found.selected],
        "total_cost": _plain(Fraction(found.total_cost, vote.unit)),
        "share": None if found.share is None else _plain(found.share / vote.unit),
        "projects": [_as_content(budget, decision) for decision in found.decisions],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def as_csv(budget: Budget) -> str:
    """Columns id, cost, support, selected (place in the order, or empty) and reason.

    Written for spreadsheets: an identifier that one would run as a formula is defused.
    """
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["id", "cost", "support", "selected", "reason"])
    place = {project: str(number) for number, project in enumerate(budget.found.selected, start=1)}
    for decision in budget.found.decisions:
        project = decision.project
        cost = _plain(Fraction(budget.vote.costs[project], budget.vote.unit))
        row = [budget.vote.projects[project], str(cost), str(decision.support)]
        writer.writerow([*row, place.get(project, ""), decision.reason.value])
    return output.getvalue()


def as_table(budget: Budget, language: Language) -> str:
    """What was chosen, in order, then the rest in the order of the file, each with its reason."""
    vote, found = budget.vote, budget.found

    def money(value: Fraction | int) -> str:
        return amount(Fraction(value) / vote.unit, language)

    def why(decision: Decision) -> str:
        message = REASONS[decision.reason]
        if message is Message.PROJECT_BOUGHT and vote.kind is BallotKind.POINTS:
            message = Message.PROJECT_BOUGHT_BY_POINTS
        return sentence(
            message,
            language,
            full=decision.paid_full,
            price=money(decision.full_price or 0),
            less=decision.paid_less,
            in_all=money(decision.less_in_all or 0),
            missing=money(decision.missing or 0),
        )

    refused = [one.project for one in found.decisions if not one.chosen]
    rows = [
        (
            quote(vote.projects[project]),
            money(vote.costs[project]),
            str(found.decisions[project].support),
            why(found.decisions[project]),
        )
        for project in [*found.selected, *refused]
    ]
    heads = tuple(
        sentence(message, language)
        for message in (
            Message.HEAD_PROJECT,
            Message.HEAD_COST,
            Message.HEAD_SUPPORT,
            Message.HEAD_DECISION,
        )
    )
    title = sentence(
        Message.BUDGET_FOUND,
        language,
        chosen=len(found.selected),
        projects=len(vote.projects),
        cost=money(found.total_cost),
        envelope=money(vote.envelope),
        voters=vote.voters,
    )
    parts = [title + "\n"]
    if found.share is not None:
        added = amount(Fraction(found.increments), language)
        share = money(found.share)
        parts.append(sentence(Message.BUDGET_SHARE, language, share=share, added=added) + "\n")
    return "".join([*parts, "\n", aligned([heads, *rows], left=(0, 3))])


def _as_content(budget: Budget, decision: Decision) -> dict[str, Any]:
    unit = budget.vote.unit
    content: dict[str, Any] = {
        "id": budget.vote.projects[decision.project],
        "cost": _plain(Fraction(budget.vote.costs[decision.project], unit)),
        "support": decision.support,
        "selected": decision.chosen,
        "reason": decision.reason.value,
    }
    amounts = {
        "full_price": decision.full_price,
        "less_in_all": decision.less_in_all,
        "missing": decision.missing,
    }
    counts = {"paid_full": decision.paid_full, "paid_less": decision.paid_less}
    content |= {name: count for name, count in counts.items() if count is not None}
    content |= {name: _plain(one / unit) for name, one in amounts.items() if one is not None}
    return content


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
