"""What participants are to be told: written once, read on their page, grouped in the digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from parvis.consultations.enums import NoticeKind
from parvis.consultations.lineage import concerned, concerned_without_vote
from parvis.consultations.models import Consultation, Contribution, Notice, Participant, Phase

_ROWS = 500
# Ends the key of what somebody is told because they support something: it leaves with the ties of
# supports, whatever they write or what is merged later.
TO_SUPPORTERS = ":supporter"


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


def tell_concerned(
    contribution: Contribution,
    *,
    kind: NoticeKind,
    key: str,
    phase: Phase | None = None,
    asked: Collection[int] = (),
) -> None:
    """Tell whoever wrote, supports or follows it, or what led to it.

    Supporters who are `asked` something about it read it there. Whoever wrote or follows it is told
    in any case: what they were not told would say that they were asked, hence what they support.
    """
    anyway = concerned_without_vote(contribution.pk)
    tell(
        anyway.iterator(chunk_size=2_000),
        kind=kind,
        key=key,
        contribution=contribution,
        phase=phase,
    )
    supporters = concerned(contribution).exclude(pk__in=anyway.values("pk"))
    tell(
        (one for one in supporters.iterator(chunk_size=2_000) if one.pk not in asked),
        kind=kind,
        key=f"{key}{TO_SUPPORTERS}",
        contribution=contribution,
        phase=phase,
    )


def forget_what_told_supports(consultation: Consultation) -> None:
    """Destroy what tells that somebody supported something, sent or not, as the supports are."""
    Notice.objects.filter(
        participant__consultation=consultation, key__endswith=TO_SUPPORTERS
    ).delete()
