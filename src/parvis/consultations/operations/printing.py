"""Codes of letters: drawn from a seed that only the page's form holds, kept as keyed hashes.

The same form sent again, after a cut or by a double click, draws the same codes and gives the same
sheet. A sheet lost before it was handed out is cancelled: its codes that nobody used open nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations import keys
from parvis.consultations.enums import Proof
from parvis.consultations.models import Consultation, Participant, PrintedCode
from parvis.consultations.operations.holding import hold_enterable
from parvis.consultations.operations.verifying import PRINTED_LENGTH
from parvis.foundation.drawn_codes import drawn_codes
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

# A hundred pages, made in about six seconds.
MOST_AT_ONCE = 1_000
MOST_BATCHES = 1_000


def codes_of(seed: bytes, consultation: Consultation, count: int) -> list[str]:
    """`count` different codes, in the order of the slips; the same for the same arguments."""
    name = b"parvis consultation codes %b" % consultation.reference.bytes
    return drawn_codes(seed, name, length=PRINTED_LENGTH, count=count)


def register_codes(*, consultation: Consultation, codes: Sequence[str], by: Person) -> int:
    """Let these codes enter; return their batch, the same where they already may.

    Raise `Conflict` where the consultation is closed, or some of them were cancelled.
    """
    if not 0 < len(codes) <= MOST_AT_ONCE:
        raise Refusal(
            _("Une planche compte de 1 à %(most)d codes.") % {"most": MOST_AT_ONCE}, field="count"
        )
    keys.make(consultation)
    with transaction.atomic():
        held = hold_enterable(consultation)
        # In the order of their hashes, which is not that of the slips.
        identities = sorted(keys.identity(held, Proof.CODE, code) for code in codes)
        known = PrintedCode.objects.filter(consultation=held, identity__in=identities)
        batches = list(known.values_list("batch", flat=True))
        if batches:
            if len(batches) == len(identities) and len(set(batches)) == 1:
                return batches[0]
            raise Conflict(_("Cette planche a changé depuis : rouvrez cette page."))
        last = PrintedCode.objects.filter(consultation=held).aggregate(last=Max("batch"))["last"]
        batch = (last or 0) + 1
        if batch > MOST_BATCHES:
            raise Conflict(_("Cette consultation a déjà mille planches."))
        PrintedCode.objects.bulk_create(
            (
                PrintedCode(
                    organisation_id=held.organisation_id,
                    consultation=held,
                    identity=identity,
                    batch=batch,
                )
                for identity in identities
            ),
            batch_size=MOST_AT_ONCE,
        )
        record(
            action="consultation.codes_printed",
            actor_id=by.pk,
            subject=held,
            organisation_id=held.organisation_id,
            batch=batch,
            codes=len(identities),
        )
    return batch


@transaction.atomic
def cancel_batch(*, consultation: Consultation, batch: int, by: Person) -> int:
    """Take back the codes of a sheet that nobody used; return how many."""
    held = hold_enterable(consultation)
    used = Participant.objects.filter(consultation=held, proof=Proof.CODE).values("identity")
    removed, _models = (
        PrintedCode.objects.filter(consultation=held, batch=batch)
        .exclude(identity__in=used)
        .delete()
    )
    if removed:
        record(
            action="consultation.codes_cancelled",
            actor_id=by.pk,
            subject=held,
            organisation_id=held.organisation_id,
            batch=batch,
            codes=removed,
        )
    return removed


@dataclass(frozen=True, slots=True)
class Batch:
    """A printed sheet: how many codes it has, and how many were used."""

    number: int
    printed: int
    used: int


def batches_of(consultation: Consultation) -> list[Batch]:
    """The sheets printed so far, in their order."""
    used = set(
        Participant.objects.filter(consultation=consultation, proof=Proof.CODE).values_list(
            "identity", flat=True
        )
    )
    counts: dict[int, list[int]] = {}
    rows = PrintedCode.objects.filter(consultation=consultation).values_list("batch", "identity")
    for batch, identity in rows.iterator():
        count = counts.setdefault(batch, [0, 0])
        count[0] += 1
        count[1] += identity in used
    return [Batch(batch, *counts[batch]) for batch in sorted(counts)]
