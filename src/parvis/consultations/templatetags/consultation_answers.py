"""What became of what was said, for pages of the public: answers, milestones, figures."""

from __future__ import annotations

from django import template

from parvis.consultations.models import Consultation, Contribution, Milestone, OfficialAnswer
from parvis.consultations.participation import Participation, participation
from parvis.consultations.pre_electoral import withheld

register = template.Library()


@register.simple_tag
def shown_answer(contribution: Contribution) -> OfficialAnswer | None:
    """The official answer, if there is one and no pre-electoral period holds it back."""
    if withheld(contribution.phase.consultation) is not None:
        return None
    found: OfficialAnswer | None = OfficialAnswer.objects.filter(contribution=contribution).first()
    return found


@register.simple_tag
def shown_milestones(contribution: Contribution) -> list[Milestone]:
    """Its milestones, unless a pre-electoral period holds them back."""
    if withheld(contribution.phase.consultation) is not None:
        return []
    return list(Milestone.objects.filter(contribution=contribution))


@register.simple_tag
def participation_figures(consultation: Consultation) -> Participation:
    """How many take part, and how they were verified."""
    return participation(consultation)
