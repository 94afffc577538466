"""Finish what the killed processes left, then print everything the database and the disk hold.

Leases and half-sent mails of dead workers come back after minutes; here their clock is advanced, so
that the installation's own code takes them up at once. Nothing else is changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import django


def finish() -> None:
    """What a worker would do in the next quarter of an hour, now."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from parvis.foundation import mail, worker
    from parvis.foundation.models import MailState, OutgoingMail, TaskLease

    long_ago = timezone.now() - 2 * mail.SENDING_LIMIT
    TaskLease.objects.update(expires_at=long_ago)
    DBTaskResult.objects.filter(run_after__isnull=False).exclude(status="SUCCESSFUL").update(
        run_after=long_ago
    )
    OutgoingMail.objects.filter(state=MailState.SENDING).update(sending_started_at=long_ago)
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(next_attempt_at=long_ago)
    while worker.run_pending() or mail.deliver_due().sent:
        pass


def census() -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection
    from django_tasks_db.models import DBTaskResult

    from parvis.foundation import uploads
    from parvis.foundation.models import OutgoingMail
    from parvis.journal.models import Entry
    from parvis.mystery_audits.models import Answer, Evidence
    from tests.durability.tasks import promise_a_mail

    root = Path(settings.EVIDENCE_ROOT)
    before = _files(root)
    for path in root.rglob("*"):
        os.utime(path, (0, 0))
    swept = uploads.sweep_orphans()
    return {
        "answers": list(Answer.objects.values_list("contact_id", "criterion", "value", "revision")),
        "evidence": [
            {**row, "id": str(row["id"])}
            for row in Evidence.objects.values(
                *("id", "contact_id", "path", "size_bytes", "sha256", "received_sha256"),
                "conflicts_with",
            )
        ],
        "journal_evidence": list(
            Entry.objects.filter(action="evidence.received").values_list(
                "details__evidence", flat=True
            )
        ),
        "files_before_sweep": before,
        "files": _files(root),
        "swept": swept,
        "tasks": list(
            DBTaskResult.objects.filter(task_path=promise_a_mail.module_path).values_list(
                "status", "return_value"
            )
        ),
        "retaken_tasks": sum(
            len(workers) > 1
            for workers in DBTaskResult.objects.values_list("worker_ids", flat=True)
        ),
        "mails": list(OutgoingMail.objects.values_list("key", "message_id", "state")),
        "integrity": _integrity(connection),
    }


def _files(root: Path) -> dict[str, tuple[int, str]]:
    return {
        str(path.relative_to(root)): (
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in root.rglob("*")
        if path.is_file()
    }


def _integrity(connection: Any) -> str:
    """SQLite checks its own pages; on PostgreSQL every table is read through."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            return str(cursor.fetchone()[0])
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            cursor.fetchone()
    return "ok"


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        finish()
        json.dump(census(), sys.stdout)
