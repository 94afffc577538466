"""Figures of running phases, every minute. A task of no tenant reads all of them."""

from __future__ import annotations

import logging
from datetime import timedelta

from django_scopes import scopes_disabled

from parvis.consultations.operations.following import follow, followed_phases
from parvis.foundation.schedule import scheduled

logger = logging.getLogger(__name__)


@scheduled(every=timedelta(minutes=1))
def follow_votes() -> int:
    """Compute anew what was voted on since; return how many phases were.

    One that fails does not keep the others; the task then fails.
    """
    done = failed = 0
    with scopes_disabled():
        for phase in followed_phases():
            try:
                done += follow(phase)
            except Exception:
                failed += 1
                logger.exception("figures of a phase", extra={"phase": phase.pk})
    if failed:
        raise RuntimeError(f"the figures of {failed} phases could not be computed")
    return done
