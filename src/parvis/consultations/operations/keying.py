"""Paper sheets: keyed by one person, by another blind to the first, settled where they differ.

What both read is counted by `operations.paper_counting`, before its phase closes: `AGREED` sheets
that came too late stay uncounted, and the page of the phase tells how many wait while there is
time. The close never waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.enums import SheetState
from parvis.consultations.models import PaperSheet, Phase
from parvis.consultations.operations.holding import share_running
from parvis.consultations.operations.paper_counting import count_sheet, record_sheet
from parvis.consultations.paper_forms import VOID, WHO, differences
from parvis.foundation.errors import Conflict


def key_sheet(*, phase: Phase, label: str, document: Mapping[str, Any], by: Person) -> PaperSheet:
    """Store a keying: the first, or the second, which is compared with it.

    Raise `Conflict` when the phase takes nothing, when `by` keyed it first, or when two people
    have. The same keying sent twice by the same person is one. An agreed sheet is counted.
    """
    try:
        with transaction.atomic():
            sheet = _store(phase, label, dict(document), by)
    except IntegrityError:
        # Keyed by two people at once: whoever comes second makes the second keying.
        with transaction.atomic():
            sheet = _store(phase, label, dict(document), by)
    if sheet.state == SheetState.AGREED:
        sheet = count_sheet(sheet=sheet, by=by)
    return sheet


def _store(phase: Phase, label: str, document: dict[str, Any], by: Person) -> PaperSheet:
    running = share_running(phase)
    found = PaperSheet.objects.select_for_update().filter(phase=running, label=label).first()
    if found is None:
        made: PaperSheet = PaperSheet.objects.create(
            organisation_id=running.organisation_id,
            phase=running,
            label=label,
            first=document,
            first_by=by,
        )
        record_sheet("consultation.sheet_keyed", made, by)
        return made
    if found.first_by_id == by.pk:
        if found.first == document:
            return found
        raise Conflict(
            _(
                "Vous avez déjà saisi cette feuille : une autre personne fait la seconde saisie, "
                "sans voir la vôtre."
            )
        )
    if found.state != SheetState.WAITING:
        if found.second_by_id == by.pk and found.second == document:
            return found
        raise Conflict(
            _("Cette feuille est déjà saisie deux fois : %(state)s.")
            % {"state": SheetState(found.state).label.lower()}
        )
    found.second, found.second_by = document, by
    found.state = _state(found.first, document)
    found.keyed_at = timezone.now()
    found.save(update_fields=["second", "second_by", "state", "keyed_at"])
    record_sheet(
        "consultation.sheet_compared",
        found,
        by,
        agreed=found.state != SheetState.DIFFERS,
        void=document.get(VOID, "") if found.state == SheetState.VOID else "",
    )
    return found


def settle_sheet(*, sheet: PaperSheet, document: Mapping[str, Any], by: Person) -> PaperSheet:
    """Say what a sheet says where two keyings differ, with the paper in hand; then count it.

    Raise `Conflict` when it was settled meanwhile.
    """
    with transaction.atomic():
        share_running(sheet.phase)
        held = PaperSheet.objects.select_for_update().get(pk=sheet.pk)
        said = dict(document)
        if not said.get(VOID) and held.first.get(WHO) == held.second.get(WHO):
            # Both read alike whose it is: nobody types it a third time.
            said |= {name: value for name, value in held.first.items() if name == WHO}
        if held.settled_by_id == by.pk and held.settled == said:
            return held
        if held.state != SheetState.DIFFERS:
            raise Conflict(
                _("Cette feuille vient d’être tranchée : %(state)s.")
                % {"state": SheetState(held.state).label.lower()}
            )
        held.settled, held.settled_by = said, by
        held.state = SheetState.VOID if said.get(VOID) else SheetState.AGREED
        held.save(update_fields=["settled", "settled_by", "state"])
        record_sheet("consultation.sheet_settled", held, by, void=said.get(VOID, ""))
    if held.state == SheetState.AGREED:
        held = count_sheet(sheet=held, by=by)
    return held


def forget_keyed(now: datetime, dry_run: bool) -> int:
    """Empty what was keyed of sheets whose result can no longer be contested; return how many."""
    with scopes_disabled():
        sheets = PaperSheet.objects.exclude(first={}).select_related("phase__consultation")
        due = [
            sheet.pk
            for sheet in sheets
            if sheet.phase.closed_at is not None
            and sheet.phase.closed_at + timedelta(days=sheet.phase.consultation.appeal_days) < now
        ]
        if not dry_run:
            PaperSheet.objects.filter(pk__in=due).update(
                first={}, second={}, settled={}, left_out={}
            )
    return len(due)


def _state(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    if differences(first, second):
        return SheetState.DIFFERS
    return SheetState.VOID if first.get(VOID) else SheetState.AGREED
