"""The one way to a piece of evidence: streamed to its tester, reviewers and the operator."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import FileResponse
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.uploads import stream_upload
from parvis.mystery_audits.permissions import access_evidence


@require_safe
@hat_required(RoleKind.MYSTERY_CITIZEN, RoleKind.REVIEWER, RoleKind.OPERATOR)
def evidence(request: HatRequest, pk: UUID) -> FileResponse:
    piece = access_evidence(request.hat, pk)
    return stream_upload(
        piece.path,
        media_type=piece.media_type,
        download_name=piece.original_name,
        root=Path(settings.EVIDENCE_ROOT),
    )
