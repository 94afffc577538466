"""The result of a phase of the vote on a budget: what is chosen, and why each project is or not.

Counted once at the close by the rule that was announced, and by the other rule for comparison. The
same ballots leave as a `.pb` file of Pabulib, from which `parvis analyse budget` finds the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.amounts import euros
from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import ContributionState
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.phase_settings import BudgetSettings
from parvis.consultations.results.budget_charts import support_chart
from parvis.consultations.results.budget_votes import ClosedBudget, closed_budget
from parvis.consultations.results.budget_wording import finding, reason_in_words
from parvis.documents.charts import Chart
from parvis.statistics.budget_votes import BallotKind, BudgetVote
from parvis.statistics.budgets import BudgetResult, Completion, Decision, Rule, choose_projects


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON.

    `{"voters", "envelope_euros", "ballot", "rule", "completion", "share_euros", "increments",
    "selected": [numbers in order], "total_cost", "content_voters", "projects": […], "compared":
    {"rule", "completion", "selected", "total_cost", "content_voters"}}`. A project has `id`,
    `number`, `title`, `cost_euros`, `support`, `supporters`, `selected` (its place, from 1, or
    None), `reason` and, by its reason, `paid_full`, `full_price`, `paid_less`, `less_in_all`,
    `missing`. `content_voters` have at least one project they supported among those chosen.
    """
    closed = closed_budget(phase)
    vote = closed.vote
    rule, completion = Rule(closed.settings.rule), Completion(closed.settings.completion)
    found = choose_projects(vote, rule, completion)
    place = {project: rank for rank, project in enumerate(found.selected, start=1)}
    other = Rule.EQUAL_SHARES if rule is Rule.GREEDY else Rule.GREEDY
    return {
        "voters": vote.voters,
        "envelope_euros": vote.envelope,
        "ballot": closed.settings.ballot,
        "rule": rule.value,
        "completion": completion.value,
        "share_euros": None if found.share is None else _plain(found.share),
        "increments": found.increments,
        **_outcome(vote, found),
        "projects": [
            _project(closed, vote, decision, place.get(decision.project))
            for decision in found.decisions
        ],
        "compared": {
            "rule": other.value,
            "completion": Completion.ADD_ONE.value,
            **_outcome(vote, choose_projects(vote, other, Completion.ADD_ONE)),
        },
    }


def _outcome(vote: BudgetVote, found: BudgetResult) -> dict[str, Any]:
    content: set[int] = set()
    for project in found.selected:
        content.update(vote.supporters[project].tolist())
    return {
        "selected": [int(vote.projects[project]) for project in found.selected],
        "total_cost": found.total_cost,
        "content_voters": len(content),
    }


def _project(
    closed: ClosedBudget, vote: BudgetVote, decision: Decision, place: int | None
) -> dict[str, Any]:
    project = closed.projects[decision.project]
    document: dict[str, Any] = {
        "id": closed.identifiers[decision.project],
        "number": project.number,
        "title": project.title,
        "cost_euros": vote.costs[decision.project],
        "support": decision.support,
        "supporters": len(vote.supporters[decision.project]),
        "selected": place,
        "reason": decision.reason.value,
    }
    counts = {"paid_full": decision.paid_full, "paid_less": decision.paid_less}
    amounts = {
        "full_price": decision.full_price,
        "less_in_all": decision.less_in_all,
        "missing": decision.missing,
    }
    document |= {name: one for name, one in counts.items() if one is not None}
    document |= {name: _plain(one) for name, one in amounts.items() if one is not None}
    return document


def _plain(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


# --- On the page ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectShown:
    """A line of the table of the result."""

    number: int
    title: str
    cost: str
    # None where votes are too few to be told.
    support: int | None
    place: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the other rule would have chosen from the same ballots."""

    rule: str
    total_cost: str
    added: list[str]
    left_out: list[str]
    content_percent: int
    own_content_percent: int


def shown(phase: Phase) -> dict[str, Any]:
    """What the template of the result reads; `{"voters": 0}` where nothing was counted yet.

    Of few voters, `is_few`, and what was decided without its counts or its reasons, which would
    tell what each of them supported.
    """
    if not phase.result:
        return {"voters": 0, "rows": []}
    result = {**phase.result, "projects": _readable(phase)}
    if are_few(result["voters"]):
        return _decided(result)
    projects = sorted(
        result["projects"],
        key=lambda one: (one["selected"] is None, one["selected"] or 0, -one["support"], one["id"]),
    )
    chart: Chart | None = support_chart(phase, projects, result) if result["voters"] else None
    return {
        "voters": result["voters"],
        "finding": finding(result),
        "envelope": euros(result["envelope_euros"]),
        "total_cost": euros(result["total_cost"]),
        "left": euros(result["envelope_euros"] - result["total_cost"]),
        "rule": result["rule"],
        "completion": result["completion"],
        "is_points": result["ballot"] == "points",
        "share": None if result["share_euros"] is None else euros(result["share_euros"]),
        "increments": euros(result["increments"]),
        "rows": [
            ProjectShown(
                number=one["number"],
                title=one["title"],
                cost=euros(one["cost_euros"]),
                support=one["support"],
                place=one["selected"],
                why=reason_in_words(one, result),
            )
            for one in projects
        ],
        "chart": chart,
        "comparison": _comparison(result),
    }


def _readable(phase: Phase) -> list[dict[str, Any]]:
    """The projects of a result, without the title of one withdrawn since."""
    published = set(
        Contribution.objects.published().filter(phase=phase).values_list("number", flat=True)
    )
    gone = _("projet retiré depuis la clôture")
    return [
        {**one, "title": one["title"] if one["number"] in published else gone}
        for one in phase.result["projects"]
    ]


def _decided(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a vote of few people decided: projects by their number, chosen or not."""
    projects = sorted(result["projects"], key=lambda one: (one["selected"] is None, one["number"]))
    return {
        "is_few": True,
        "finding": finding(result),
        "left": euros(result["envelope_euros"] - result["total_cost"]),
        "rows": [
            ProjectShown(
                number=one["number"],
                title=one["title"],
                cost=euros(one["cost_euros"]),
                support=None,
                place=one["selected"],
                why="",
            )
            for one in projects
        ],
    }


def _comparison(result: Mapping[str, Any]) -> Comparison | None:
    """None without a voter: two empty results have nothing to be compared."""
    if not result["voters"]:
        return None
    other = result["compared"]
    titles = {
        one["number"]: _("n° %(number)d, « %(title)s »")
        % {"number": one["number"], "title": one["title"]}
        for one in result["projects"]
    }
    own = set(result["selected"])
    return Comparison(
        rule=other["rule"],
        total_cost=euros(other["total_cost"]),
        added=[titles[one] for one in other["selected"] if one not in own],
        left_out=[titles[one] for one in result["selected"] if one not in other["selected"]],
        content_percent=_percent(other["content_voters"], result["voters"]),
        own_content_percent=_percent(result["content_voters"], result["voters"]),
    )


def _percent(part: int, whole: int) -> int:
    """Rounded to the nearest, but 100 only where it is everybody and 0 where it is nobody."""
    if part in (0, whole):
        return 100 * part // whole
    return min(99, max(1, round(100 * part / whole)))


# --- Open data ------------------------------------------------------------------------------------


def pabulib_text(phase: Phase) -> str:
    """The closed votes in the format of Pabulib: a `.pb` file, in UTF-8.

    Voters are the random numbers of the close, in their order; projects are those of the result, of
    which one withdrawn since has no title left. Below the number of voters under which ballots do
    not leave, the caller leaves the file out.
    """
    result = phase.result
    closed = closed_budget(phase, counted=[one["number"] for one in result.get("projects", ())])
    chosen = set(result.get("selected", ()))
    vote = closed.vote
    output = StringIO()
    writer = csv.writer(output, delimiter=";", lineterminator="\n")
    writer.writerows(_meta(phase, closed.settings, vote))
    is_points = vote.kind is BallotKind.POINTS
    writer.writerow(["PROJECTS"])
    writer.writerow(["project_id", "cost", "votes", "score", "name", "category", "selected"])
    for place, project in enumerate(closed.projects):
        writer.writerow(
            [
                closed.identifiers[place],
                vote.costs[place],
                len(vote.supporters[place]),
                vote.support(place),
                _one_line(project.title) if project.state == ContributionState.PUBLISHED else "",
                project.theme,
                int(project.number in chosen),
            ]
        )
    writer.writerow(["VOTES"])
    writer.writerow(["voter_id", "vote", *(["points"] if is_points else [])])
    for voter in sorted(closed.ballots):
        ballot = sorted(closed.ballots[voter].items())
        row = [str(voter), ",".join(name for name, _points in ballot)]
        if is_points:
            row.append(",".join(str(points) for _name, points in ballot))
        writer.writerow(row)
    return output.getvalue()


def _meta(phase: Phase, settings: BudgetSettings, vote: BudgetVote) -> Iterator[tuple[str, ...]]:
    consultation = phase.consultation
    yield ("META",)
    yield ("key", "value")
    yield ("description", _one_line(f"{consultation.title} – {phase.title}"))
    yield ("country", "France")
    yield ("unit", _one_line(consultation.organisation.name))
    yield ("instance", consultation.code)
    yield ("num_projects", str(len(vote.projects)))
    yield ("num_votes", str(vote.voters))
    yield ("budget", str(vote.envelope))
    yield ("rule", settings.rule)
    yield ("completion", settings.completion)
    yield ("date_begin", f"{timezone.localtime(phase.opens_at):%d.%m.%Y}")
    yield ("date_end", f"{timezone.localtime(phase.closes_at):%d.%m.%Y}")
    yield ("language", consultation.language)
    yield ("currency", "EUR")
    if vote.kind is BallotKind.POINTS:
        yield ("vote_type", "cumulative")
        yield ("max_sum_points", str(settings.points))
    else:
        yield ("vote_type", "approval")
        if settings.most_projects:
            yield ("max_length", str(settings.most_projects))


def _one_line(text: str) -> str:
    return " ".join(text.split())
