"""From the idea to the decision: each step of what became of a contribution, in its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.models import Consultation, Contribution, Milestone, OfficialAnswer
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.results.showing import is_shown

# A chain of merges longer than that is cut short: its last idea tells the rest.
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; `day` None = no date is known. `url` leads to what it speaks of."""

    text: str
    day: date | None = None
    url: str = ""
    detail: str = ""
    # "good", "bad", "wait" or "info": the kind of pill.
    pill: str = "info"


_VERDICT_PILLS = {"retained": "good", "studied": "wait", "refused": "bad"}


def address_of(contribution: Contribution) -> str:
    """Its page, or that of its phase; its phase and consultation are at hand."""
    phase = contribution.phase
    place = [phase.consultation.code, phase.position]
    if contribution.kind == ContributionKind.IDEA:
        return reverse("consultations:idea", args=[*place, contribution.number])
    return reverse("consultations:phase", args=place)


def steps_of(contribution: Contribution) -> list[Step]:
    """What became of it, up to the milestones of the project made of it.

    What the body answers and does is left out while a pre-electoral period holds it back.
    """
    shows_acts = withheld(contribution.phase.consultation) is None
    steps: list[Step] = [_written(contribution)]
    seen: set[int] = set()
    waiting = [contribution]
    while waiting and len(steps) < MOST_STEPS:
        current = waiting.pop(0)
        if current.pk in seen:
            continue
        seen.add(current.pk)
        steps += _moves(current, waiting)
        if shows_acts:
            steps += [*_voted(current), *_acts(current)]
    return steps[:MOST_STEPS]


def followed(consultation: Consultation) -> QuerySet[Contribution]:
    """Ideas that became something: merged, split, answered, made into a project, under way."""
    ideas: QuerySet[Contribution] = (
        Contribution.objects.public()
        .filter(phase__consultation=consultation, kind=ContributionKind.IDEA)
        .filter(
            Q(state__in=[ContributionState.MERGED, ContributionState.SPLIT])
            | Q(official_answer__isnull=False)
            | Q(projects__isnull=False)
            | Q(milestones__isnull=False)
        )
        .select_related("phase__consultation__organisation")
        .distinct()
        .order_by("-support_count", "phase__position", "number")
    )
    return ideas


def _written(contribution: Contribution) -> Step:
    day = timezone.localdate(contribution.published_at) if contribution.published_at else None
    imported = contribution.answers.get("imported", {}) if contribution.source else {}
    if isinstance(imported, dict) and imported:
        detail = _(
            "Reprise de %(source)s, avec %(votes)d soutiens et %(comments)d commentaires là-bas."
        ) % {
            "source": contribution.source,
            "votes": _whole(imported.get("votes")),
            "comments": _whole(imported.get("comments")),
        }
        return Step(_("Reprise d’une autre plateforme"), day, detail=detail)
    return Step(_("Publiée"), day)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moves(current: Contribution, waiting: list[Contribution]) -> Iterable[Step]:
    """Where it goes on: added to `waiting`, with the step that leads there."""
    following = Contribution.objects.public().select_related("phase__consultation__organisation")
    if current.merged_into_id is not None:
        for target in following.filter(pk=current.merged_into_id):
            waiting.append(target)
            yield Step(_("Fusionnée avec « %s »") % target, url=address_of(target))
    for part in following.filter(split_from=current).order_by("number")[:MOST_STEPS]:
        waiting.append(part)
        yield Step(_("Scindée : « %s »") % part, url=address_of(part))
    for project in following.filter(from_idea=current).order_by("number")[:MOST_STEPS]:
        waiting.append(project)
        yield Step(
            _("Devenue le projet « %s »") % project,
            timezone.localdate(project.published_at) if project.published_at else None,
            url=address_of(project),
        )


def _voted(project: Contribution) -> Iterable[Step]:
    """What the vote on the budget said of it, once it is counted."""
    phase = project.phase
    selected = phase.result.get("selected")
    if phase.closed_at is None or not isinstance(selected, list) or not is_shown(phase):
        return
    day = timezone.localdate(phase.closed_at)
    if project.number in selected:
        yield Step(_("Retenue par le vote"), day, pill="good")
    else:
        yield Step(_("Pas retenue par le vote"), day, pill="bad")


def _acts(current: Contribution) -> Iterable[Step]:
    for given in OfficialAnswer.objects.filter(contribution=current):
        yield Step(
            _("Réponse officielle : %s") % given.get_verdict_display().lower(),
            timezone.localdate(given.answered_at),
            detail=given.reason,
            pill=_VERDICT_PILLS[given.verdict],
        )
    for milestone in Milestone.objects.filter(contribution=current):
        if milestone.reached_on is not None:
            yield Step(milestone.title, milestone.reached_on, detail=milestone.text, pill="good")
        else:
            yield Step(
                _("Prévu : %s") % milestone.title,
                milestone.due_on,
                detail=milestone.text,
                pill="wait",
            )
