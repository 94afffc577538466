"""Pages of the vote on a participatory budget: the projects, the ballot, its review, one project.

The ballot is one form, sent to be read again, then confirmed; whatever is refused, the choice comes
back on the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parvis.consultations.calendar import When, place_in_words, steps_of, when_of
from parvis.consultations.entrance import needs_proof
from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.exposure import log_shown
from parvis.consultations.forms.budgets import APPROVED, POINTS, BallotRead, read_ballot
from parvis.consultations.models import Attachment, Contribution, Phase, Vote
from parvis.consultations.operations.voting import Ballot, Choice, TooBusy, vote
from parvis.consultations.permissions.public import open_contribution
from parvis.consultations.phase_settings import BudgetSettings, settings_as
from parvis.consultations.project_labels import sectors_of, themes_of
from parvis.consultations.random_order import seed_of, shuffled
from parvis.consultations.results.showing import is_shown
from parvis.consultations.told import told
from parvis.consultations.views.citizen.maps import allow_tiles, point, where
from parvis.consultations.views.citizen.visit import Visit, entrance_address, visiting
from parvis.foundation.errors import Refusal
from parvis.foundation.permissions import Denied

# Names of what the form sends beside the ballot.
ACT, SEED, ORDER = "geste", "graine", "tri"
REVIEW, CONFIRM, TAKE_BACK = "relire", "confirmer", "retirer"
RANDOM, CHEAPEST, DEAREST = "hasard", "moins-cher", "plus-cher"
# Beyond, the list says titles, costs and places only: a phone loads it all the same.
MOST_WITH_TEXT = 40
RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project in the list, and what this ballot gives it (0 = nothing)."""

    number: int
    title: str
    text: str
    cost_euros: int
    theme: str
    sector: str
    place: str
    given: int


def page(visit: Visit) -> HttpResponse:
    """The page of the phase: projects, and the ballot while the vote runs."""
    return _page(visit, given=_own_ballot(visit), sent=visit.request.GET)


@require_POST
@visiting
def ballot(visit: Visit) -> HttpResponseBase:
    """The ballot: put in another order, read again, confirmed, or taken back."""
    settings = _settings(visit.running)
    sent, projects = visit.request.POST, _projects(visit.running)
    act = sent.get(ACT, REVIEW)
    read = read_ballot(sent, settings, projects)
    if act not in (REVIEW, CONFIRM, TAKE_BACK):
        return _page(visit, given=read.given, sent=sent)
    decision = visit.may_take_part()
    if isinstance(decision, Denied):
        return _page(visit, given=read.given, sent=sent, problems=[decision.reason], status=409)
    if act == TAKE_BACK:
        return _taken_back(visit)
    if read.problems:
        return _page(visit, given=read.given, sent=sent, problems=read.problems, status=422)
    if needs_proof(visit.consultation, visit.participant):
        return _page(visit, given=read.given, sent=sent, proof_is_needed=True, status=403)
    if act == REVIEW:
        return _review(visit, read, projects)
    return _confirmed(visit, read, projects)


@require_safe
@visiting
def project(visit: Visit, number: int) -> HttpResponse:
    """One project: what it is, what it costs, the idea it comes from, its documents."""
    _settings(visit.running)
    found = open_contribution(visit.running, number)
    if found.kind != ContributionKind.PROJECT:
        raise Http404
    idea = found.from_idea
    if idea is not None and not Contribution.objects.public().filter(pk=idea.pk).exists():
        idea = None
    place = point(found.latitude, found.longitude)
    response = visit.render(
        "consultations/public/budget_project.html",
        {
            "project": found,
            "title": told(found, "title"),
            "text": told(found, "text"),
            "theme": themes_of(visit.consultation).get(found.theme, ""),
            "sector": sectors_of(visit.consultation).get(found.sector, ""),
            "idea": idea,
            "attachments": list(Attachment.objects.filter(contribution=found).order_by("pk")),
            "back_url": f"{_address(visit)}#n{found.number}",
            **where(place),
        },
    )
    if place is not None:
        allow_tiles(response)
    return response


# --- Acts -----------------------------------------------------------------------------------------


def _review(visit: Visit, read: BallotRead, projects: Sequence[Contribution]) -> HttpResponse:
    settings = _settings(visit.running)
    chosen = [
        (project, told(project, "title"), read.given[project.number])
        for project in projects
        if project.number in read.given
    ]
    points = sum(read.given.values())
    return visit.render(
        "consultations/public/budget_review.html",
        {
            "chosen": chosen,
            "settings": settings,
            "is_points": settings.ballot == "points",
            "points": points,
            "points_left": settings.points - points,
            "cost": sum(project.cost_euros or 0 for project, _title, _given in chosen),
            "replaces": bool(_own_ballot(visit)),
            "names": {"approved": APPROVED, "points": POINTS, "act": ACT},
            "seed": _seed(visit, visit.request.POST),
            "order": _order(visit.request.POST),
        },
    )


def _confirmed(
    visit: Visit, read: BallotRead, projects: Sequence[Contribution]
) -> HttpResponseBase:
    keys = {project.number: project.pk for project in projects}
    choices = [Choice(keys[number], points) for number, points in read.given.items()]
    try:
        _vote(visit, choices)
    except TooBusy:
        response = _page(
            visit,
            given=read.given,
            sent=visit.request.POST,
            problems=[
                _(
                    "Beaucoup de monde vote en ce moment : votre bulletin n’est pas encore "
                    "enregistré. Confirmez-le de nouveau dans quelques secondes."
                )
            ],
            status=503,
        )
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    except Refusal as refusal:
        return _page(
            visit,
            given=read.given,
            sent=visit.request.POST,
            problems=[refusal.message],
            status=refusal.status,
        )
    messages.success(
        visit.request,
        _("Votre vote est enregistré. Vous pouvez le changer jusqu’à la fin du vote."),
    )
    return _back(visit)


def _taken_back(visit: Visit) -> HttpResponseBase:
    if visit.participant is not None:
        _vote(visit, [])
        messages.success(
            visit.request, _("Votre vote est retiré : il ne compte plus. Vous pouvez revoter.")
        )
    return _back(visit)


def _vote(visit: Visit, choices: Sequence[Choice]) -> None:
    vote(Ballot(visit.running, visit.actor().pk, VoteKind.ALLOCATION, choices, replaces=True))


def _back(visit: Visit) -> HttpResponseBase:
    response = redirect(_address(visit))
    response.status_code = 303
    return response


# --- The page -------------------------------------------------------------------------------------


def _page(
    visit: Visit,
    *,
    given: Mapping[int, int],
    sent: Mapping[str, Any],
    problems: Sequence[str] = (),
    proof_is_needed: bool = False,
    status: int = 200,
) -> HttpResponse:
    phase, settings = visit.running, _settings(visit.running)
    projects = _projects(phase)
    seed, order = _seed(visit, sent), _order(sent)
    when = when_of(phase, visit.consultation, visit.now)
    is_running = when is When.PRESENT and bool(visit.may_take_part())
    if is_running:
        log_shown(project.pk for project in projects)
    cards = _cards(visit, _sorted(projects, order, seed), given)
    own = _own_ballot(visit)
    costs = {project.number: project.cost_euros or 0 for project in projects}
    steps = steps_of(visit.consultation, now=visit.now)
    return visit.render(
        "consultations/public/budget.html",
        {
            "settings": settings,
            "is_points": settings.ballot == "points",
            "is_running": is_running,
            "when": when.name,
            "steps": steps,
            "place": place_in_words(phase, steps),
            "has_result": is_shown(phase),
            "title": told(phase, "title"),
            "presentation": told(phase, "presentation"),
            "cards": cards,
            "themes": sorted({card.theme for card in cards if card.theme}),
            "own_count": len(own),
            "own_cost": sum(costs.get(number, 0) for number in own),
            "chosen_count": sum(1 for card in cards if card.given),
            "chosen_cost": sum(card.cost_euros for card in cards if card.given),
            "chosen_points": sum(card.given for card in cards),
            "problems": problems,
            "proof_is_needed": proof_is_needed,
            "must_enter": needs_proof(visit.consultation, visit.participant),
            "entrance_url": entrance_address(visit),
            "names": {"approved": APPROVED, "points": POINTS, "act": ACT},
            "seed": seed,
            "order": order,
            "orders": [
                (RANDOM, _("au hasard")),
                (CHEAPEST, _("du moins cher au plus cher")),
                (DEAREST, _("du plus cher au moins cher")),
            ],
        },
        status=status,
    )


def _cards(
    visit: Visit, projects: Sequence[Contribution], given: Mapping[int, int]
) -> list[ProjectCard]:
    themes, sectors = themes_of(visit.consultation), sectors_of(visit.consultation)
    with_text = len(projects) <= MOST_WITH_TEXT
    return [
        ProjectCard(
            number=project.number,
            title=told(project, "title"),
            text=(project.plain_summary or told(project, "text")) if with_text else "",
            cost_euros=project.cost_euros or 0,
            theme=themes.get(project.theme, ""),
            sector=sectors.get(project.sector, ""),
            place=project.place,
            given=given.get(project.number, 0),
        )
        for project in projects
    ]


def _sorted(projects: Sequence[Contribution], order: str, seed: int) -> list[Contribution]:
    drawn = shuffled(projects, seed)
    if order == CHEAPEST:
        return sorted(drawn, key=lambda project: project.cost_euros or 0)
    if order == DEAREST:
        return sorted(drawn, key=lambda project: -(project.cost_euros or 0))
    return drawn


def _seed(visit: Visit, sent: Mapping[str, Any]) -> int:
    return seed_of(visit.running, visit.participant, str(sent.get(SEED, "")))


def _order(sent: Mapping[str, Any]) -> str:
    """The order asked for by a button, else the one of the page it was on."""
    for asked in (sent.get(ACT), sent.get(ORDER)):
        if asked in (RANDOM, CHEAPEST, DEAREST):
            return str(asked)
    return RANDOM


def _settings(phase: Phase) -> BudgetSettings:
    """Those of a vote on a budget; 404 where the phase is none."""
    if phase.kind != PhaseKind.BUDGET:
        raise Http404
    return settings_as(BudgetSettings, phase.kind, phase.settings)


def _projects(phase: Phase) -> list[Contribution]:
    return list(
        Contribution.objects.published()
        .filter(phase=phase, kind=ContributionKind.PROJECT)
        .order_by("number")
    )


def _own_ballot(visit: Visit) -> dict[int, int]:
    """{number of a project: points} of the vote of this browser's participant."""
    if visit.participant is None:
        return {}
    rows = Vote.objects.filter(
        phase=visit.running, participant=visit.participant, kind=VoteKind.ALLOCATION
    )
    return dict(rows.values_list("subject__number", "value"))


def _address(visit: Visit) -> str:
    return reverse("consultations:phase", args=[visit.consultation.code, visit.running.position])
