"""A vote on a budget that a tenant prepares, and what its open project has besides criteria.

Costed projects of a vote to come may still change; an open project has an argument and documents.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter

from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.models import Attachment, Phase
from parvis.consultations.operations.attaching import attach, receive_document
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
    written,
)
from parvis.organisations.models import Organisation


def budget_rows(mark: str, body: Organisation) -> dict[str, object]:
    """What `ConsultationRows.more` holds: the phase to come, a project, another to take off."""
    phase = PhaseFactory.create(
        consultation=ConsultationFactory.create(organisation=body),
        kind=PhaseKind.BUDGET,
        opens_at=timezone.now() + timedelta(days=10),
        closes_at=timezone.now() + timedelta(days=40),
    )
    project, spare = [
        ContributionFactory.create(
            phase=phase,
            kind=ContributionKind.PROJECT,
            cost_euros=cost,
            title=f"CANARI-{mark}-consultation-projet",
        )
        for cost in (10_000, 20_000)
    ]
    return {"budget_phase": phase, "project": project, "spare_project": spare}


def small_pdf(title: str) -> bytes:
    """A whole document of one empty page: the tests of canaries read it."""
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": title})
    writer.write(file)
    return file.getvalue()


def project_rows(phase: Phase) -> dict[str, object]:
    """Likewise, of a phase about a project: an argument, a document, another to take off."""
    (argument,) = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre en été.")
    for name in ("plan.pdf", "de-trop.pdf"):
        content = small_pdf(f"{phase.pk} {name}")
        attach(receive_document(SimpleUploadedFile(name, content), field="document"), phase=phase)
    document, spare = Attachment.objects.filter(phase=phase).order_by("pk")
    return {"argument": argument, "document": document, "spare_document": spare}
