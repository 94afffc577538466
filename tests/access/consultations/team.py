"""Lines of the access table: preparing and running a consultation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.models import Consultation, Contribution
from tests.access.consultations.addresses import PREPARED, Kwargs, consultation
from tests.access.consultations_world import ConsultationRows
from tests.access.route import COORDINATOR_OF_A, COORDINATORS, Route, fixed
from tests.access.world import World

SPARE = consultation(lambda rows: rows.spare)
NEW = {
    "template": "ideas",
    "title": "Autre titre",
    "summary": "Autre chose.",
    "begins": "2031-03-01",
    "admission": "open",
}
PHASE = {
    "kind": "ideas",
    "title": "Autre titre",
    "opens_at": "2031-03-01T08:00",
    "closes_at": "2031-04-01T08:00",
}


def first_phase(read: Any) -> Kwargs:
    """The first phase of one of A's consultations."""
    return lambda world: {"pk": read(world.a.consultations).pk, "position": 1}


def opinions(world: World) -> dict[str, Any]:
    """The phase of opinions of A's open consultation."""
    rows: ConsultationRows = world.a.consultations
    return {"pk": rows.open.pk, "position": rows.phases[PhaseKind.OPINIONS].position}


def statement(world: World) -> dict[str, Any]:
    """A statement of A's open consultation."""
    rows: ConsultationRows = world.a.consultations
    text = Contribution.objects.published().filter(
        phase=rows.phases[PhaseKind.OPINIONS], kind=ContributionKind.STATEMENT
    )
    return {"pk": rows.open.pk, "contribution": text.latest("pk").pk}


def settings(world: World, role: str) -> dict[str, Any]:
    current = Consultation.objects.get(pk=world.a.consultations.prepared.pk)
    return {
        "revision": current.revision,
        "title": "Autre titre",
        "summary": "Autre chose.",
        "admission": "open",
        "moderation": "after",
        "appeal_days": "10",
    }


def new_text(world: World, role: str) -> dict[str, Any]:
    return {"texts": f"Il faut autre chose, à {timezone.now():%H:%M:%S.%f}."}


LINES: Mapping[str, Route] = {
    "consultations:consultations": Route(COORDINATORS),
    "consultations:create": Route(COORDINATORS, COORDINATORS, body=fixed(**NEW)),
    "consultations:consultation": Route(COORDINATOR_OF_A, kwargs=PREPARED),
    "consultations:settings": Route(
        COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=PREPARED, body=settings
    ),
    "consultations:translate": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=lambda world: {**PREPARED(world), "language": "en"},
        body=fixed(title="Other title"),
    ),
    "consultations:open": Route(post=COORDINATOR_OF_A, kwargs=SPARE),
    "consultations:delete": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=consultation(lambda rows: rows.thrown),
    ),
    "consultations:add_phase": Route(
        COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=PREPARED, body=fixed(**PHASE)
    ),
    "consultations:phase_settings": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=first_phase(lambda rows: rows.prepared),
        body=fixed(**PHASE),
    ),
    "consultations:remove_phase": Route(
        post=COORDINATOR_OF_A, kwargs=first_phase(lambda rows: rows.prepared)
    ),
    "consultations:phase_texts": Route(
        COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=opinions, body=new_text
    ),
    "consultations:remove_text": Route(post=COORDINATOR_OF_A, kwargs=statement),
}
