"""What participants are to be told: written once, read on their page, grouped in the digest."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from parvis.consultations.enums import NoticeKind
from parvis.consultations.models import Contribution, Notice, Participant, Phase

_ROWS = 500


def tell(
    participants: Iterable[Participant],
    *,
    kind: NoticeKind,
    key: str,
    contribution: Contribution | None = None,
    phase: Phase | None = None,
) -> None:
    """Tell each of them once: a `key` already told to somebody is not told again."""
    notices = (
        Notice(
            organisation_id=participant.organisation_id,
            participant=participant,
            kind=kind,
            contribution=contribution,
            phase=phase,
            key=key,
        )
        for participant in participants
        if participant.erased_on is None
    )
    # By batches: a whole town may have to be told.
    while batch := list(islice(notices, _ROWS)):
        Notice.objects.bulk_create(batch, ignore_conflicts=True)
