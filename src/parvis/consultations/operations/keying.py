"""Paper sheets: keyed by one person, by another blind to the first, settled where they differ.

What both read counts as one participant of its own. A sheet is counted like any vote, before its
phase closes: `AGREED` sheets that came too late stay uncounted, and the page of the phase tells how
many wait while there is time. The close never waits for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations import keys
from parvis.consultations.enums import (
    ContributionKind,
    PhaseKind,
    Proof,
    SheetState,
    VoteKind,
)
from parvis.consultations.models import Contribution, PaperSheet, Participant, Phase
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.operations.holding import share_running
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.paper_forms import NEITHER, differences, shape_of
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

_VOTES: Mapping[str, VoteKind] = {
    PhaseKind.IDEAS: VoteKind.SUPPORT,
    PhaseKind.OPINIONS: VoteKind.OPINION,
    PhaseKind.PAIRS: VoteKind.PREFERENCE,
    PhaseKind.PROJECT: VoteKind.JUDGEMENT,
    PhaseKind.EVALUATION: VoteKind.JUDGEMENT,
    PhaseKind.BUDGET: VoteKind.ALLOCATION,
}
# A sheet that its voter may take home says all at once: what is not on it was not said.
_WHOLE = frozenset({PhaseKind.BUDGET})
_TEXTS: Mapping[str, ContributionKind] = {
    "for": ContributionKind.ARGUMENT_FOR,
    "against": ContributionKind.ARGUMENT_AGAINST,
    "condition": ContributionKind.CONDITION,
}


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
        _record("consultation.sheet_keyed", made, by)
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
    _record("consultation.sheet_compared", found, by, agreed=found.state != SheetState.DIFFERS)
    return found


def settle_sheet(*, sheet: PaperSheet, document: Mapping[str, Any], by: Person) -> PaperSheet:
    """Say what a sheet says where two keyings differ, with the paper in hand; then count it.

    Raise `Conflict` when it was settled meanwhile.
    """
    with transaction.atomic():
        share_running(sheet.phase)
        held = PaperSheet.objects.select_for_update().get(pk=sheet.pk)
        if held.settled_by_id == by.pk and held.settled == dict(document):
            return held
        if held.state != SheetState.DIFFERS:
            raise Conflict(
                _("Cette feuille vient d’être tranchée : %(state)s.")
                % {"state": SheetState(held.state).label.lower()}
            )
        held.settled, held.settled_by = dict(document), by
        held.state = SheetState.VOID if document.get("void") else SheetState.AGREED
        held.save(update_fields=["settled", "settled_by", "state"])
        _record("consultation.sheet_settled", held, by)
    if held.state == SheetState.AGREED:
        held = count_sheet(sheet=held, by=by)
    return held


def count_sheet(*, sheet: PaperSheet, by: Person) -> PaperSheet:
    """Count an agreed sheet as a participant of its own; to be called outside any transaction.

    Idempotent: what was counted before a cut is found by its token or replaced by itself. Raise
    `Conflict` when the phase takes nothing any more, or when a subject is no longer voted on.
    """
    if sheet.state != SheetState.AGREED:
        return sheet
    with scopes_disabled():
        phase = Phase.objects.select_related("consultation__organisation").get(pk=sheet.phase_id)
        document = agreed_document(sheet)
        who = _participant(phase, sheet)
        _contribute(phase, sheet, document, who)
        choices = _choices(phase, document)
    if choices:
        vote(
            Ballot(
                phase,
                who.pk,
                _VOTES[phase.kind],
                choices,
                replaces=phase.kind in _WHOLE,
            )
        )
    with scopes_disabled(), transaction.atomic():
        held: PaperSheet = PaperSheet.objects.select_for_update().get(pk=sheet.pk)
        if held.state == SheetState.AGREED:
            held.state, held.participant = SheetState.COUNTED, who
            held.save(update_fields=["state", "participant"])
            _record("consultation.sheet_counted", held, by)
    return held


def agreed_document(sheet: PaperSheet) -> dict[str, Any]:
    """What a sheet was agreed to say."""
    found: dict[str, Any] = sheet.settled or sheet.first
    return found


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
            PaperSheet.objects.filter(pk__in=due).update(first={}, second={}, settled={})
    return len(due)


def _state(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    if differences(first, second):
        return SheetState.DIFFERS
    return SheetState.VOID if first.get("void") else SheetState.AGREED


def _participant(phase: Phase, sheet: PaperSheet) -> Participant:
    made: Participant = Participant.objects.get_or_create(
        consultation=phase.consultation,
        identity=keys.identity(phase.consultation, Proof.PAPER, f"{phase.pk}:{sheet.label}"),
        defaults={"organisation_id": phase.organisation_id, "proof": Proof.PAPER},
    )[0]
    return made


def _contribute(
    phase: Phase, sheet: PaperSheet, document: Mapping[str, Any], who: Participant
) -> None:
    if phase.kind == PhaseKind.IDEAS and document.get("title"):
        content = Content(
            title=document["title"],
            text=document.get("text", ""),
            theme=document.get("theme", ""),
            sector=document.get("sector", ""),
            place=document.get("place", ""),
            answers={
                name.removeprefix("x-"): value
                for name, value in document.items()
                if name.startswith("x-")
            },
        )
        contribute(
            phase=phase,
            kind=ContributionKind.IDEA,
            content=content,
            author=who,
            token=_token(phase, sheet, "idea"),
        )
    for name, kind in _TEXTS.items():
        if document.get(name) and phase.kind != PhaseKind.IDEAS:
            contribute(
                phase=phase,
                kind=kind,
                content=Content(text=document[name]),
                author=who,
                token=_token(phase, sheet, name),
            )


def _token(phase: Phase, sheet: PaperSheet, name: str) -> uuid.UUID:
    return uuid.uuid5(phase.consultation.reference, f"paper {phase.pk} {sheet.label} {name}")


def _choices(phase: Phase, document: Mapping[str, Any]) -> list[Choice]:
    """The votes of a sheet; raise `Refusal` when it speaks of what is no longer proposed."""
    if phase.kind == PhaseKind.IDEAS:
        numbers = [int(part) for part in str(document.get("supports", "")).split(", ") if part]
        keys_ = Contribution.objects.published().filter(
            phase=phase, kind=ContributionKind.IDEA, number__in=numbers
        )
        return [Choice(key, 1) for key in keys_.order_by("pk").values_list("pk", flat=True)]
    rows = shape_of(phase).by_name
    choices = []
    for name, value in document.items():
        if name in _TEXTS:
            continue
        row = rows.get(name)
        if row is None:
            raise Refusal(
                _("La feuille parle de ce qui n’est plus proposé : une troisième lecture le dira.")
            )
        if phase.kind == PhaseKind.PAIRS:
            one, other = row.subjects
            is_first = value == row.choices[0][0]
            choices.append(
                preference(
                    one if is_first else other, other if is_first else one, neither=value == NEITHER
                )
            )
        elif int(value) or phase.kind != PhaseKind.BUDGET:
            choices.append(Choice(row.subjects[0], int(value)))
    return choices


def _record(action: str, sheet: PaperSheet, by: Person, **details: Any) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=sheet,
        organisation_id=sheet.organisation_id,
        phase=sheet.phase_id,
        **details,
    )
