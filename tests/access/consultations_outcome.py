"""What each tenant of the world has of what comes after: a published result, a milestone…"""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import ConsultationState, PhaseKind
from parvis.consultations.import_enums import ImportFormat
from parvis.consultations.models import Milestone, OfficialAnswer, Phase
from parvis.consultations.operations.importing import check_import
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
)
from parvis.organisations.models import Organisation

EXPORT = "id;title;body\n{number};{title};Un texte.\n"


def build_outcome(mark: str, body: Organisation, phases: dict[str, Phase]) -> dict[str, object]:
    """A published consultation with an idea followed to its milestone; imports of the open one."""
    now = timezone.now()
    published = ConsultationFactory.create(
        organisation=body,
        state=ConsultationState.PUBLISHED,
        opened_at=now,
        closed_at=now,
        published_at=now,
        title=f"Concertation finie {mark}",
        conclusion="La ville plante deux cents arbres.",
    )
    phase = PhaseFactory.create(
        consultation=published, kind=PhaseKind.IDEAS, closed_at=now, participants=12
    )
    idea = ContributionFactory.create(phase=phase, title=f"Des arbres {mark}")
    by = PersonFactory.create()
    OfficialAnswer.objects.create(
        organisation=body,
        contribution=idea,
        verdict="retained",
        reason="Cet hiver.",
        by=by,
        told_at=now,
    )
    milestone = Milestone.objects.create(
        organisation=body,
        consultation=published,
        contribution=idea,
        title=f"Plantation {mark}",
        due_on=timezone.localdate(),
        spent_euros=1_200,
    )
    jobs = [
        check_import(
            phase=phases[PhaseKind.IDEAS],
            format=ImportFormat.DECIDIM,
            file=SimpleUploadedFile(
                "export.csv",
                EXPORT.format(number=number, title=f"CANARI-{mark}-consultation-import").encode(),
            ),
            by=by,
        )
        for number in range(3)
    ]
    return {
        "published": published,
        "answered": idea,
        "milestone": milestone,
        "import": jobs[0],
        "import_spare": jobs[1],
        "import_thrown": jobs[2],
    }
