"""Documents of a phase and of the costed projects of a vote, given to whoever may read them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.models import Attachment
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.uploads import stream_upload


@require_safe
@visiting
def document(visit: Visit, pk: int) -> HttpResponseBase:
    """A document of the phase itself, or of a project that it proposes; 404 otherwise."""
    found: Attachment | None = Attachment.objects.filter(
        Q(contribution__isnull=True)
        | Q(
            contribution__kind=ContributionKind.PROJECT,
            contribution__state=ContributionState.PUBLISHED,
        ),
        phase=visit.running,
        pk=pk,
    ).first()
    if found is None:
        raise Http404
    return stream_upload(
        found.path,
        media_type=found.media_type,
        download_name=found.name,
        root=Path(settings.EVIDENCE_ROOT),
    )
