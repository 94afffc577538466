"""Official answers, milestones, imports: the words of a body, and who of its team wrote them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.consultations.models import ImportJob
from parvis.consultations.operations.importing import file_of, root
from parvis.foundation.personal_data import Controller, declare, not_personal

IMPORT_KEPT = timedelta(days=30)


def drop_old_imports(now: datetime, dry_run: bool) -> int:
    """Forget imports asked for a month ago, with their files and any file without a row."""
    with scopes_disabled():
        due = ImportJob.objects.filter(asked_at__lt=now - IMPORT_KEPT)
        count = due.count()
        if dry_run:
            return count
        for job in due:
            file_of(job).unlink(missing_ok=True)
        due.delete()
        kept = {str(key) for key in ImportJob.objects.values_list("file_key", flat=True)}
    limit = (now - timedelta(days=1)).timestamp()
    for path in root().glob("*.import") if root().is_dir() else ():
        if path.stem not in kept and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    return count


not_personal("consultations.OfficialAnswer", "reason", because="the public answer of a body")
declare(
    "consultations.OfficialAnswer",
    "by",
    purpose=_("savoir qui a répondu au nom de l’organisme"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la consultation"),
)
not_personal(
    "consultations.Milestone", "title", "text", because="what a body does of what was decided"
)
not_personal(
    "consultations.ImportJob", "sha256", "failure", because="a digest, a sentence of the software"
)
declare(
    "consultations.ImportJob",
    "by",
    "report",
    purpose=_("montrer ce que contient un fichier avant de le reprendre"),
    controller=Controller.ORGANISATION,
    retention=IMPORT_KEPT,
    purge=drop_old_imports,
)
