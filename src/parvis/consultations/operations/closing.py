"""The end of a phase: what was voted is counted, then cut from those who voted.

Ballots are written anew under numbers drawn at random, in the order of those numbers, and the rows
that tied them to participants are destroyed, in one transaction: a process killed meanwhile leaves
the phase as it was, and the calendar closes it again. What freed rows leave in the files is
overwritten or freed afterwards, again and again until it was done (`finish_close`).

Supports stay their authors' until the consultation itself closes: they are asked about when an idea
is merged or split.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    BALLOT_KINDS,
    CONSULTATION_TRANSITIONS,
    ConsultationState,
    VoteKind,
)
from parvis.consultations.models import (
    ClosedVote,
    Consultation,
    Notice,
    PaperSheet,
    Phase,
    PhaseFigures,
    SupportMove,
    Vote,
)
from parvis.consultations.operations.holding import hold_consultation, hold_phase
from parvis.consultations.operations.mail_names import digest_mails
from parvis.consultations.operations.notices import forget_what_told_supports
from parvis.consultations.paper_forms import WHO
from parvis.consultations.results.counting import count
from parvis.foundation.errors import Conflict
from parvis.foundation.freed_space import wipe_freed_space
from parvis.foundation.models import MailState, OutgoingMail
from parvis.journal.operations import record

# Below what either database takes as parameters of one statement.
_VOTERS_AT_ONCE = 400


def close_phase(*, phase: Phase, by: Person | None = None) -> Phase:
    """Close a phase whose time is over; idempotent. `by` None is the calendar."""
    with scopes_disabled(), transaction.atomic():
        held = hold_phase(phase)
        if held.closed_at is not None:
            return held
        if timezone.now() < held.closes_at:
            raise Conflict(_("Cette étape n’est pas finie."))
        held.participants = Vote.objects.filter(phase=held).values("participant").distinct().count()
        cut_ballots(held, BALLOT_KINDS)
        _cut_sheets(held)
        held.result = count(held)
        # What was computed on the way knew people by their keys.
        PhaseFigures.objects.filter(phase=held).update(state={})
        held.closed_at = timezone.now()
        held.traces_wiped_at = None
        held.save(update_fields=["closed_at", "participants", "result", "traces_wiped_at"])
        record(
            action="consultation.phase_closed",
            actor_id=by.pk if by else None,
            subject=held,
            organisation_id=held.organisation_id,
            participants=held.participants,
        )
        # Robust: the phase is closed, whoever asked is told so; the tasks finish the rest.
        transaction.on_commit(lambda: finish_close(phase=held), robust=True)
    return held


def close_consultation(*, consultation: Consultation, by: Person | None = None) -> Consultation:
    """Close a consultation whose phases are all closed: supports are cut from their authors too."""
    with scopes_disabled(), transaction.atomic():
        held = hold_consultation(consultation)
        if ConsultationState.CLOSED not in CONSULTATION_TRANSITIONS[held.state]:
            return held
        if held.phases.filter(closed_at__isnull=True).exists():
            raise Conflict(_("Une étape au moins n’est pas finie."))
        phases = list(held.phases.order_by("pk"))
        cut = [phase for phase in phases if cut_ballots(hold_phase(phase), {VoteKind.SUPPORT})]
        Phase.objects.filter(pk__in=[phase.pk for phase in cut]).update(traces_wiped_at=None)
        _forget_what_told_supports(held)
        held.state = ConsultationState.CLOSED
        held.closed_at = timezone.now()
        held.save(update_fields=["state", "closed_at"])
        record(
            action="consultation.closed",
            actor_id=by.pk if by else None,
            subject=held,
            organisation_id=held.organisation_id,
        )
        transaction.on_commit(lambda: _finish_all(cut), robust=True)
    return held


def _forget_what_told_supports(consultation: Consultation) -> None:
    """Destroy what tells that somebody supported something, as the supports did.

    All of them are told of the result.
    """
    SupportMove.objects.filter(participant__consultation=consultation).delete()
    forget_what_told_supports(consultation)
    # Their words say what became of a support: what was sent is blank, what waits is sent in days.
    OutgoingMail.objects.filter(
        key__startswith=digest_mails(consultation),
        state__in=[MailState.FAILED, MailState.UNKNOWN],
    ).delete()


def _finish_all(phases: Iterable[Phase]) -> None:
    for phase in phases:
        finish_close(phase=phase)


def finish_close(*, phase: Phase) -> None:
    """Overwrite or free what the cut rows left in the files; in no transaction.

    Done again by the tasks until it was done once; raise what `wipe_freed_space` raises.
    """
    wipe_freed_space(Vote, PhaseFigures, SupportMove, Notice, OutgoingMail, PaperSheet)
    with scopes_disabled():
        Phase.objects.filter(pk=phase.pk).update(traces_wiped_at=timezone.now())


def cut_ballots(phase: Phase, kinds: Collection[str]) -> int:
    """Write the votes of these kinds anew under random numbers; how many voters there were.

    The phase is held alone by the caller. Numbers go on from those already given in the phase, so
    that what one person said in ballots and in supports is under two numbers. Rows are written in
    the order of the numbers, then of what was voted on: their keys and places tell nothing more.
    Which participant has which number is never stored, and votes never leave the database.
    """
    overwrite_what_is_freed()
    votes = Vote.objects.filter(phase=phase, kind__in=list(kinds))
    voters = list(votes.values_list("participant", flat=True).distinct())
    secrets.SystemRandom().shuffle(voters)
    last = ClosedVote.objects.filter(phase=phase).order_by("-voter").values_list("voter", flat=True)
    first = (last.first() or 0) + 1
    with connection.cursor() as cursor:
        for start in range(0, len(voters), _VOTERS_AT_ONCE):
            together = voters[start : start + _VOTERS_AT_ONCE]
            cursor.execute(
                _copy(len(together), len(kinds)),
                [
                    *_flat(zip(together, range(first + start, first + len(voters)), strict=False)),
                    phase.pk,
                    *sorted(kinds),
                ],
            )
    votes.delete()
    return len(voters)


def _cut_sheets(phase: Phase) -> None:
    """Take away whose each sheet of paper was: what was keyed of it stays, of nobody."""
    sheets = list(PaperSheet.objects.filter(phase=phase))
    for sheet in sheets:
        sheet.participant = None
        for document in (sheet.first, sheet.second, sheet.settled):
            document.pop(WHO, None)
    fields = ["first", "second", "settled", "participant"]
    PaperSheet.objects.bulk_update(sheets, fields, batch_size=100)


def overwrite_what_is_freed() -> None:
    """From here on, what this connection to SQLite frees is blanked, not only marked free."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _copy(voters: int, kinds: int) -> str:
    """The statement that writes the votes of so many voters anew, in the order of their numbers."""
    pair = "(CAST(%s AS bigint), CAST(%s AS integer))"
    numbers = ", ".join([pair] * voters)
    marks = ", ".join(["%s"] * kinds)
    closed, given = ClosedVote._meta.db_table, Vote._meta.db_table
    return f"""
        WITH drawn (participant_id, voter) AS (VALUES {numbers})
        INSERT INTO {closed}
            (organisation_id, phase_id, voter, kind, subject_id, other, value)
        SELECT v.organisation_id, v.phase_id, d.voter, v.kind, v.subject_id, v.other, v.value
        FROM drawn d JOIN {given} v ON v.participant_id = d.participant_id
        WHERE v.phase_id = %s AND v.kind IN ({marks})
        ORDER BY d.voter, v.subject_id, v.other
    """  # noqa: S608 – the names of our own tables


def _flat(pairs: Iterator[tuple[int, int]]) -> Sequence[int]:
    return [number for pair in pairs for number in pair]
