"""Open data: what the archive holds, and the archive."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from parvis.consultations.archives.building import contents_of
from parvis.consultations.archives.description import LICENCE, command_of
from parvis.consultations.archives.files import KEPT_SECONDS, archive_of
from parvis.consultations.archives.votes import FEWEST_VOTERS
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.downloads import send_file


@require_safe
@visiting
def open_data(visit: Visit) -> HttpResponse:
    """What the archive holds, in words, its licence, how to compute the result again."""
    contents = contents_of(visit.consultation)
    return visit.render(
        "consultations/public/open_data.html",
        {
            "files": contents.files,
            "votes": [(one, command_of(one)) for one in contents.votes],
            "licence": LICENCE,
            "fewest": FEWEST_VOTERS,
            "minutes": KEPT_SECONDS // 60,
            "is_simulated": visit.consultation.organisation.is_simulated,
        },
    )


@require_safe
@visiting
def archive(visit: Visit) -> HttpResponseBase:
    """The archive, as it was at most ten minutes ago; a cut download resumes."""
    made = archive_of(visit.consultation)
    name = slugify(visit.consultation.title)[:60] or visit.consultation.code
    return send_file(
        visit.request,
        made.path,
        media_type="application/zip",
        download_name=f"consultation-{name}.zip",
    )
