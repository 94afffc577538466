"""The daily purge: every retention of the register is enforced by the function declared with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.foundation.personal_data import Purge, purges

logger = logging.getLogger(__name__)


class PurgeError(Exception):
    """Some purges failed; the others were done."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What one purge did, or would do."""

    name: str
    rows: int


def run_purges(*, dry_run: bool = False) -> list[Purged]:
    """Run every declared purge, each in its transaction; raise `PurgeError` if any failed."""
    now = timezone.now()
    done, failed = [], []
    for purge in purges():
        name = _name(purge)
        try:
            # A retention holds for every tenant alike.
            with transaction.atomic(), scopes_disabled():
                done.append(Purged(name, purge(now, dry_run)))
        except Exception:
            logger.exception("purge failed", extra={"purge": name})
            failed.append(name)
    logger.info("purged", extra={"rows": {p.name: p.rows for p in done}, "dry_run": dry_run})
    if failed:
        raise PurgeError(", ".join(failed))
    return done


def _name(purge: Purge) -> str:
    return f"{purge.__module__}.{getattr(purge, '__qualname__', type(purge).__name__)}"
