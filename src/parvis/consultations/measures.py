"""What citizens find relevant, on the one scale: the notes of projects, for the room `measures`.

Published with the result. Suppression comes first, by the rule of the other instruments: a measure
rests on 30 people at least, whom nothing else is told of than the mean of their notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from parvis.consultations.enums import ConsultationState, PhaseKind
from parvis.consultations.models import Consultation, Phase
from parvis.foundation.working_time import time_zone_of
from parvis.measures.models import Measure
from parvis.measures.operations import publish

SOURCE: Final = "consultations"
MINIMUM_ANSWERS: Final = 30
JUDGED: Final = (PhaseKind.PROJECT, PhaseKind.EVALUATION)


def reference_of(phase: Phase) -> str:
    return f"phase:{phase.pk}"


def publish_measures(consultation: Consultation) -> int:
    """Write the relevance of each judged phase of a published consultation; how many measures.

    Needs the scopes disabled. Run twice, it leaves one of each; before the publication it writes
    none.
    """
    if consultation.state != ConsultationState.PUBLISHED:
        return 0
    return sum(
        publish(_measures(consultation, phase), source=SOURCE, reference=reference_of(phase))
        for phase in consultation.phases.all()
        if phase.kind in JUDGED
    )


def _measures(consultation: Consultation, phase: Phase) -> Iterator[Measure]:
    overall = phase.result.get("overall")
    if not overall or overall["answers"] < MINIMUM_ANSWERS:
        return
    zone = ZoneInfo(time_zone_of(consultation.organisation.departement_code))
    yield Measure(
        organisation_id=consultation.organisation_id,
        source=SOURCE,
        source_reference=reference_of(phase),
        period_start=phase.opens_at.astimezone(zone).date(),
        period_end=phase.closes_at.astimezone(zone).date(),
        estimate_percent=overall["mean"],
        lower_percent=overall["lower"],
        upper_percent=overall["upper"],
        answers=overall["answers"],
    )
