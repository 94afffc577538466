"""Where the files of exports are, under names drawn at random, and how they leave after a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django_scopes import scopes_disabled

from parvis.documents.xlsx import MEDIA_TYPE as XLSX_MEDIA_TYPE
from parvis.feedback.exchange_enums import ExportFormat
from parvis.feedback.models import ExportJob

EXPORT_KEPT = timedelta(days=7)

EXTENSIONS: dict[str, str] = {
    ExportFormat.CSV: "csv",
    ExportFormat.CSV_INTERNATIONAL: "csv",
    ExportFormat.XLSX: "xlsx",
    ExportFormat.PARQUET: "parquet",
}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX_MEDIA_TYPE,
    "parquet": "application/vnd.apache.parquet",
}


def root() -> Path:
    """The folder of exports, made at need, closed to other accounts of the machine."""
    folder = Path(settings.HOME) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def final_path(job: ExportJob) -> Path:
    return root() / f"{job.file_key}.{EXTENSIONS[job.format]}"


def remove_files(file_key: UUID) -> None:
    """Delete the file of an export, and whatever it was being made of."""
    for path in root().glob(f"{file_key}.*"):
        path.unlink(missing_ok=True)


def drop_old_exports(now: datetime, dry_run: bool) -> int:
    """Forget the exports asked for a week ago, with their files and any file without a row."""
    with scopes_disabled():
        due = ExportJob.objects.filter(requested_at__lt=now - EXPORT_KEPT)
        if dry_run:
            return due.count()
        count = due.delete()[0]
        kept = {str(key) for key in ExportJob.objects.values_list("file_key", flat=True)}
    limit = (now - timedelta(days=1)).timestamp()
    for path in root().iterdir():
        if path.name.partition(".")[0] not in kept and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    return count
