"""The foundation's own recurring work."""

from __future__ import annotations

from datetime import timedelta

from parvis.foundation import erasures, leases, purges, uploads
from parvis.foundation.schedule import scheduled


@scheduled(every=timedelta(days=1))
def purge_personal_data() -> dict[str, int]:
    """Enforce every retention, and bring the list of erasures up to date."""
    erasures.write_list()
    return {purged.name: purged.rows for purged in purges.run_purges()}


@scheduled(every=timedelta(days=1))
def sweep_orphan_files() -> int:
    """Delete the files whose row was never committed."""
    return uploads.sweep_orphans()


@scheduled(every=timedelta(days=1))
def forget_done_tasks() -> int:
    """Forget the tasks that ended well two weeks ago."""
    return leases.prune(older_than=timedelta(days=14))
