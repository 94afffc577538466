"""What is destroyed once a result can no longer be contested: all that could recognise somebody.

The key held apart goes, so that no hash can be tried any more; identities become random numbers;
accesses, addresses, links, printed codes and the roll leave. Texts stay, without the name that
signed them: nobody could take it back any more. A backup put back from before it is treated again.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations import keys
from parvis.consultations.enums import ConsultationState
from parvis.consultations.models import (
    Consultation,
    EntryTry,
    Follow,
    MailProof,
    Notice,
    Participant,
    ParticipantAccess,
    PrintedCode,
    RollEntry,
    SupportMove,
)
from parvis.consultations.operations.closing import overwrite_what_is_freed
from parvis.consultations.operations.holding import hold_consultation
from parvis.consultations.operations.mail_names import digest_mails, entrance_mails
from parvis.foundation.erasures import record_erasure
from parvis.foundation.freed_space import wipe_freed_space
from parvis.foundation.mail import forget_mails
from parvis.foundation.models import OutgoingMail
from parvis.journal.operations import record

# Named in the list of erasures, which a restore plays again.
FORGOTTEN = "consultations.Consultation"
# A result that is never published is contested by nobody after that.
MOST_UNPUBLISHED = timedelta(days=365)
_ROWS = 2_000
_OF_A_CONSULTATION: tuple[Any, ...] = (MailProof, PrintedCode, RollEntry, EntryTry)
_OF_A_PARTICIPANT: tuple[Any, ...] = (ParticipantAccess, Follow, Notice, SupportMove)


def forget_after(consultation: Consultation) -> datetime | None:
    """When what recognises participants is destroyed; None while nothing says so yet."""
    if consultation.published_at is not None:
        return consultation.published_at + timedelta(days=consultation.appeal_days)
    if consultation.closed_at is not None:
        return consultation.closed_at + MOST_UNPUBLISHED
    return None


def forget_people(*, consultation: Consultation) -> bool:
    """Destroy it once its time has come; whether it was done now."""
    with scopes_disabled(), transaction.atomic():
        held = hold_consultation(consultation)
        due = forget_after(held)
        if held.key_destroyed_at is not None or due is None or timezone.now() < due:
            return False
        _erase(held)
        held.key_destroyed_at = timezone.now()
        held.save(update_fields=["key_destroyed_at"])
        record(
            action="consultation.people_forgotten",
            actor_id=None,
            subject=held,
            organisation_id=held.organisation_id,
        )
        record_erasure(kind=FORGOTTEN, subject_id=held.pk)
        # Robust: it is done in the database; the tasks finish the rest.
        transaction.on_commit(lambda: finish_forgetting(consultation=held), robust=True)
    return True


def finish_forgetting(*, consultation: Consultation) -> None:
    """Destroy the key, and what erased rows left on the disk; in no transaction.

    Done again by the tasks until the key is gone.
    """
    wipe_freed_space(Participant, *_OF_A_CONSULTATION, *_OF_A_PARTICIPANT, OutgoingMail)
    keys.destroy(consultation)


def forget_again(consultation_pk: int) -> None:
    """What was destroyed, in a database put back from before it: its key is nowhere any more."""
    consultation = Consultation.objects.select_for_update().filter(pk=consultation_pk).first()
    # Where the key is held this is another consultation, whose number was given again.
    if consultation is None or not consultation.is_public or keys.are_held(consultation):
        return
    _erase(consultation)
    if consultation.state in (ConsultationState.CLOSED, ConsultationState.PUBLISHED):
        consultation.key_destroyed_at = consultation.key_destroyed_at or timezone.now()
        consultation.save(update_fields=["key_destroyed_at"])


def _erase(consultation: Consultation) -> None:
    overwrite_what_is_freed()
    for table in _OF_A_CONSULTATION:
        table.objects.filter(consultation=consultation).delete()
    for table in _OF_A_PARTICIPANT:
        table.objects.filter(participant__consultation=consultation).delete()
    people = Participant.objects.filter(consultation=consultation)
    people.update(
        mail="", mail_asked_on=None, mail_confirmed_at=None, wants_digest=False, display_name=""
    )
    _draw_identities(consultation)
    forget_mails(keys=entrance_mails(consultation))
    forget_mails(keys=digest_mails(consultation))


def _draw_identities(consultation: Consultation) -> None:
    """Replace each identity by a number drawn at random."""
    last = 0
    while True:
        rows = list(
            Participant.objects.filter(consultation=consultation, pk__gt=last)
            .order_by("pk")
            .only("pk", "identity")[:_ROWS]
        )
        if not rows:
            return
        for row in rows:
            row.identity = secrets.token_hex(32)
        Participant.objects.bulk_update(rows, ["identity"], batch_size=200)
        last = rows[-1].pk
