"""Writing what another platform exported."""

from __future__ import annotations

from django_tasks import task

from parvis.consultations.operations.importing import run_import


@task()
def write_import(job_id: int) -> None:
    """Write an import; delivered again, it adds nothing twice."""
    run_import(job_id)
