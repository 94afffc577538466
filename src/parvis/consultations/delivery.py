"""What is done of what was decided: milestones by project, and money planned beside money spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from parvis.consultations.enums import ContributionKind, PhaseKind, Verdict
from parvis.consultations.models import Consultation, Contribution, Milestone, Phase
from parvis.consultations.pre_electoral import withheld


@dataclass
class ProjectDelivery:
    """A project (or idea) that is carried out; `contribution` None = the consultation as a whole.

    `planned_euros` None = no cost was given; `spent_euros` None = no milestone tells any.
    """

    contribution: Contribution | None
    milestones: list[Milestone] = field(default_factory=list)

    @property
    def planned_euros(self) -> int | None:
        return self.contribution.cost_euros if self.contribution else None

    @property
    def spent_euros(self) -> int | None:
        told = [one.spent_euros for one in self.milestones if one.spent_euros is not None]
        return sum(told) if told else None

    @property
    def reached(self) -> int:
        return sum(one.reached_on is not None for one in self.milestones)


@dataclass(frozen=True, slots=True)
class Delivery:
    """All of it; `planned_euros` is that of the projects that have a cost."""

    projects: list[ProjectDelivery]

    @property
    def planned_euros(self) -> int:
        return sum(one.planned_euros or 0 for one in self.projects)

    @property
    def spent_euros(self) -> int:
        return sum(one.spent_euros or 0 for one in self.projects)

    @property
    def is_overspent(self) -> bool:
        return self.planned_euros > 0 and self.spent_euros > self.planned_euros

    @property
    def has_money(self) -> bool:
        return bool(self.planned_euros or self.spent_euros)

    def __bool__(self) -> bool:
        return bool(self.projects)


def delivery_of(consultation: Consultation) -> Delivery:
    """The projects retained, and whatever has milestones: the whole first, then by number."""
    milestones = list(consultation.milestones.select_related("contribution__phase"))
    found: dict[int, ProjectDelivery] = {}
    retained = Contribution.objects.filter(
        phase__consultation=consultation,
        kind=ContributionKind.PROJECT,
        official_answer__verdict=Verdict.RETAINED,
    ).select_related("phase")
    about: Iterable[Contribution] = (
        *retained,
        *(one.contribution for one in milestones if one.contribution is not None),
    )
    for contribution in sorted(about, key=lambda one: (one.phase.position, one.number)):
        found.setdefault(contribution.pk, ProjectDelivery(contribution))
    whole = ProjectDelivery(None)
    for milestone in milestones:
        if milestone.contribution_id is None:
            whole.milestones.append(milestone)
        else:
            found[milestone.contribution_id].milestones.append(milestone)
    return Delivery([whole, *found.values()] if whole.milestones else list(found.values()))


def delivered(phase: Phase) -> Delivery | None:
    """What the page of a phase that follows the decision tells; nothing before an election."""
    follows = phase.kind in {PhaseKind.DELIVERY, PhaseKind.EVALUATION}
    if not follows or withheld(phase.consultation) is not None:
        return None
    return delivery_of(phase.consultation)
