"""What comes after: what an election held back is told at its end, old archives leave."""

from __future__ import annotations

from datetime import timedelta

from django_scopes import scopes_disabled

from parvis.consultations.archives.files import sweep
from parvis.consultations.models import Consultation, Milestone, OfficialAnswer
from parvis.consultations.operations import answering, milestones
from parvis.foundation.schedule import scheduled


@scheduled(every=timedelta(hours=6))
def tell_what_waited() -> int:
    """Tell the answers and milestones that an election held back, once it is over."""
    with scopes_disabled():
        answers = OfficialAnswer.objects.filter(told_at__isnull=True)
        reached = Milestone.objects.filter(told_at__isnull=True, reached_on__isnull=False)
        waiting = {
            *answers.values_list("contribution__phase__consultation", flat=True),
            *reached.values_list("consultation", flat=True),
        }
        rows = Consultation.objects.select_related("organisation").filter(pk__in=waiting)
        return sum(answering.tell_waiting(one) + milestones.tell_waiting(one) for one in rows)


@scheduled(every=timedelta(days=1))
def sweep_archives() -> int:
    """Delete archives that nobody is handed any more: a text withdrawn since is not in others."""
    return sweep()
