"""Counting a paper sheet that two people read alike: what may be counted is, the rest is told.

A sheet is counted like any vote, before its phase closes, in one transaction. What it says of
something that is no longer voted on stays on the sheet with the reason; it is counted later if that
thing is proposed again while the phase runs.

Where a sheet says whose it is, it counts as that person, who is one participant on paper and
online: what they voted online stands, whichever came first, and of two sheets the first counts. A
sheet of nobody in particular is a participant of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations import keys
from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    LeftOut,
    PhaseKind,
    Proof,
    SheetState,
    VoteKind,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    PaperSheet,
    Participant,
    Phase,
    PrintedCode,
    RollEntry,
    Vote,
)
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.operations.holding import share_running
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote_at_once
from parvis.consultations.paper_forms import NEITHER, ROWS_OF, VOID, WHO, is_on, numbers_of
from parvis.journal.operations import record

VOTES: Mapping[str, VoteKind] = {
    PhaseKind.IDEAS: VoteKind.SUPPORT,
    PhaseKind.OPINIONS: VoteKind.OPINION,
    PhaseKind.PAIRS: VoteKind.PREFERENCE,
    PhaseKind.PROJECT: VoteKind.JUDGEMENT,
    PhaseKind.EVALUATION: VoteKind.JUDGEMENT,
    PhaseKind.BUDGET: VoteKind.ALLOCATION,
}
COUNTABLE = frozenset({SheetState.AGREED, SheetState.PARTLY, SheetState.UNCOUNTED})
_TEXTS: Mapping[str, ContributionKind] = {
    "title": ContributionKind.IDEA,
    "for": ContributionKind.ARGUMENT_FOR,
    "against": ContributionKind.ARGUMENT_AGAINST,
    "condition": ContributionKind.CONDITION,
}
_WHY: Mapping[str, LeftOut] = {
    ContributionState.REFUSED: LeftOut.REFUSED,
    ContributionState.APPEALED: LeftOut.REFUSED,
    ContributionState.WITHDRAWN: LeftOut.WITHDRAWN,
    ContributionState.MERGED: LeftOut.MERGED,
    ContributionState.SPLIT: LeftOut.SPLIT,
    ContributionState.WAITING: LeftOut.WAITING,
}
MAY_COME_BACK = frozenset(map(str, _WHY.values()))
# A ballot that says all at once: nothing is added to one made online.
_WHOLE = frozenset({PhaseKind.BUDGET})


def count_sheet(*, sheet: PaperSheet, by: Person) -> PaperSheet:
    """Count an agreed sheet, or what is left of it; idempotent.

    Raise `Conflict` when the phase takes nothing any more.
    """
    with scopes_disabled(), transaction.atomic():
        phase = share_running(sheet.phase)
        held: PaperSheet = PaperSheet.objects.select_for_update().get(pk=sheet.pk)
        if held.state not in COUNTABLE:
            return held
        document = agreed_document(held)
        answers = answers_of(document)
        is_first = held.participant_id is None
        # What was counted before stays as it is, changed since or not.
        waiting = {name: answers[name] for name in (answers if is_first else held.left_out)}
        who = _participant(phase, held, document.get(WHO, ""))
        barred = _barred(phase, held, who)
        if who is None or barred is not None:
            left_out = dict.fromkeys(waiting, str(barred))
        else:
            if is_first:
                _contribute(phase, held, document, who)
            left_out = _vote(phase, who, waiting, _less(answers, waiting))
        before = (held.state, held.left_out)
        held.participant, held.left_out = who, left_out
        held.state = _state(answers, left_out)
        if is_first or (held.state, held.left_out) != before:
            held.save(update_fields=["state", "participant", "left_out"])
            record_sheet("consultation.sheet_counted", held, by, left_out=_by_reason(left_out))
    return held


def agreed_document(sheet: PaperSheet) -> dict[str, Any]:
    """What a sheet was agreed to say."""
    found: dict[str, Any] = sheet.settled or sheet.first
    return found


def void_reason(sheet: PaperSheet) -> str:
    """The code of `VoidReason` of a void sheet; empty once it is forgotten."""
    return str(agreed_document(sheet).get(VOID, ""))


def answers_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a sheet says, answer by answer: the ideas it supports are one each, as i3."""
    found = {name: value for name, value in document.items() if name not in ("supports", WHO)}
    for number in filter(None, str(document.get("supports", "")).split(", ")):
        found[f"i{number}"] = 1
    return found


def may_be_counted(phase: Phase) -> list[PaperSheet]:
    """Sheets that counting again would count, in part at least, by their key."""
    sheets = PaperSheet.objects.filter(phase=phase, state__in=COUNTABLE).order_by("pk")
    on = set(Contribution.objects.published().filter(phase=phase).values_list("number", flat=True))
    return [
        sheet
        for sheet in sheets
        if sheet.state == SheetState.AGREED
        or any(
            why in MAY_COME_BACK and on.issuperset(numbers_of(name))
            for name, why in sheet.left_out.items()
        )
    ]


def record_sheet(action: str, sheet: PaperSheet, by: Person, **details: Any) -> None:
    """Write in the journal what was done with a sheet."""
    record(
        action=action,
        actor_id=by.pk,
        subject=sheet,
        organisation_id=sheet.organisation_id,
        phase=sheet.phase_id,
        **details,
    )


def _participant(phase: Phase, sheet: PaperSheet, who: str) -> Participant | None:
    """Whose the sheet is, held until the end: what they vote online meanwhile waits.

    None for a code or a person taken off since the sheet was keyed.
    """
    consultation = phase.consultation
    if who:
        proof, identity = who.split(" ")
        if not _is_known(consultation, proof, identity):
            return None
    else:
        proof = Proof.PAPER
        identity = keys.identity(consultation, Proof.PAPER, f"{phase.pk}:{sheet.label}")
    made, _is_new = Participant.objects.get_or_create(
        consultation=consultation,
        identity=identity,
        defaults={"organisation_id": phase.organisation_id, "proof": proof},
    )
    held: Participant = Participant.objects.select_for_update(no_key=True).get(pk=made.pk)
    return held


def _is_known(consultation: Consultation, proof: str, identity: str) -> bool:
    """Whether that code, or that person of the roll, may still come in, or is already there."""
    if Participant.objects.filter(consultation=consultation, identity=identity).exists():
        return True
    if proof == Proof.CODE:
        return PrintedCode.objects.filter(consultation=consultation, identity=identity).exists()
    return RollEntry.objects.filter(consultation=consultation, numbered_identity=identity).exists()


def _barred(phase: Phase, sheet: PaperSheet, who: Participant | None) -> LeftOut | None:
    """Why nothing of a sheet counts; None where it may."""
    if who is None:
        return LeftOut.UNKNOWN
    if who.erased_on is not None:
        return LeftOut.ERASED
    # One idea a sheet, and as many ideas as one has.
    if phase.kind == PhaseKind.IDEAS:
        return None
    others = PaperSheet.objects.filter(phase=phase, participant=who).exclude(pk=sheet.pk)
    if others.filter(state__in=[SheetState.COUNTED, SheetState.PARTLY]).exists():
        return LeftOut.TWICE
    return None


def _vote(
    phase: Phase, who: Participant, waiting: Mapping[str, Any], counted: Mapping[str, Any]
) -> dict[str, str]:
    """Write the votes that may be; the answers left out, with the reason of each."""
    choices, left_out = _choices(phase, waiting)
    reason = LeftOut.SAID if phase.kind == PhaseKind.IDEAS else LeftOut.ONLINE
    for name in _said_before(phase, who, choices, counted):
        del choices[name]
        left_out[name] = str(reason)
    if choices:
        vote_at_once(Ballot(phase, who.pk, VOTES[phase.kind], list(choices.values())))
    return left_out


def _said_before(
    phase: Phase, who: Participant, choices: Mapping[str, Choice], counted: Mapping[str, Any]
) -> list[str]:
    """Answers about which the person has already voted: that vote stands."""
    votes = Vote.objects.filter(phase=phase, participant=who, kind=VOTES[phase.kind])
    if phase.kind in _WHOLE:
        given = dict(votes.values_list("subject__number", "value"))
        own = {numbers_of(name)[0]: int(value) for name, value in counted.items()}
        return [] if given == own else list(choices)
    given_on = set(votes.values_list("subject", "other"))
    return [name for name, choice in choices.items() if (choice.subject, choice.other) in given_on]


def _contribute(
    phase: Phase, sheet: PaperSheet, document: Mapping[str, Any], who: Participant
) -> None:
    for name, kind in _TEXTS.items():
        if not document.get(name):
            continue
        content = _idea(document) if name == "title" else Content(text=document[name])
        token = uuid.uuid5(
            phase.consultation.reference, f"paper {phase.pk} {sheet.label} {kind.value}"
        )
        contribute(phase=phase, kind=kind, content=content, author=who, token=token)


def _idea(document: Mapping[str, Any]) -> Content:
    return Content(
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


def _choices(phase: Phase, document: Mapping[str, Any]) -> tuple[dict[str, Choice], dict[str, str]]:
    """The votes of a sheet by answer, and the answers that cannot be counted, with the reason."""
    answers = {name: value for name, value in document.items() if numbers_of(name)}
    about = _hold(phase, {number for name in answers for number in numbers_of(name)})
    choices, left_out = {}, {}
    for name, value in answers.items():
        subjects = [about.get(number) for number in numbers_of(name)]
        why = next(filter(None, map(_why, subjects)), None)
        if why is not None:
            left_out[name] = str(why)
            continue
        choice = _choice(phase, value, [one for one in subjects if one is not None])
        if choice is not None:
            choices[name] = choice
    return choices, left_out


def _hold(phase: Phase, numbers: Iterable[int]) -> dict[int, Contribution]:
    """Contributions of the phase by number, locked: none leaves before the sheet is counted."""
    kind = ROWS_OF.get(phase.kind, ContributionKind.IDEA)
    rows = Contribution.objects.select_for_update(no_key=True).filter(
        phase=phase, kind=kind, number__in=set(numbers)
    )
    return {row.number: row for row in rows.order_by("pk")}


def _why(subject: Contribution | None) -> LeftOut | None:
    """Why nothing about it is counted; None where it is voted on."""
    if subject is None:
        return LeftOut.GONE
    return None if is_on(subject) else _WHY.get(subject.state, LeftOut.GONE)


def _choice(phase: Phase, value: Any, subjects: list[Contribution]) -> Choice | None:
    """The vote that an answer is; None where it says nothing (no point to a project)."""
    if phase.kind == PhaseKind.PAIRS:
        one, other = subjects
        if str(one.number) != value:
            one, other = other, one
        return preference(one.pk, other.pk, neither=value == NEITHER)
    if phase.kind == PhaseKind.BUDGET and not int(value):
        return None
    return Choice(subjects[0].pk, int(value))


def _state(answers: Mapping[str, Any], left_out: Mapping[str, str]) -> SheetState:
    if not left_out:
        return SheetState.COUNTED
    return SheetState.UNCOUNTED if len(left_out) == len(answers) else SheetState.PARTLY


def _less(answers: Mapping[str, Any], fewer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in fewer}


def _by_reason(left_out: Mapping[str, str]) -> dict[str, list[str]]:
    """{code of `LeftOut`: names}, for the journal."""
    found: dict[str, list[str]] = {}
    for name, why in sorted(left_out.items()):
        found.setdefault(why, []).append(name)
    return found
