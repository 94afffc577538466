"""Ideas merged into one, or split into parts: nobody's support goes along without their consent.

Merges and splits hold the phase alone, so that no support arrives on an idea while it changes; then
the contributions, by increasing key. What is merged stays readable, and may be restored.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationAct,
    MoveState,
    NoticeKind,
    VoteKind,
)
from parvis.consultations.models import (
    Contribution,
    ModerationDecision,
    Participant,
    Phase,
    SupportMove,
    Vote,
)
from parvis.consultations.operations.contributing import Content, write_for_team
from parvis.consultations.operations.holding import hold_contributions, hold_phase
from parvis.consultations.operations.moderating import count_support
from parvis.consultations.operations.notices import TO_SUPPORTERS, tell, tell_concerned
from parvis.consultations.traces import end_of
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

MOST_SOURCES = 30
MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a split idea says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a merge would do, for its preview: people, not votes."""

    # Supporters of the sources who would be asked.
    asked: int
    # Supporters of the sources who support the target already.
    already: int
    authors: int


def consequences(sources: Sequence[Contribution], target: Contribution | None) -> Consequences:
    """What merging these would do, as things are now."""
    supporters = _supporters(source.pk for source in sources)
    theirs = _supporters([target.pk]) if target is not None else set()
    return Consequences(
        asked=len(supporters - theirs),
        already=len(supporters & theirs),
        authors=len({source.author_id for source in sources if source.author_id}),
    )


@transaction.atomic
def merge(
    *,
    phase: Phase,
    sources: Sequence[int],
    by: Person,
    target: int | None = None,
    written: Part | None = None,
    words: str = "",
    token: uuid.UUID | None = None,
) -> Contribution:
    """Merge published ideas into another, or into one `written` for it; return that one.

    A target merged meanwhile is followed to its end. Raise `Conflict` when one of them is no longer
    published, or is the target; `Refusal` when nothing is chosen. `token` makes the text written
    for it once, however often the form is sent.
    """
    held = _open_phase(phase)
    if written is not None and token is not None:
        made = Contribution.objects.filter(token=token, phase=held).first()
        if made is not None:
            return made
    keys = set(sources)
    if len(keys) > MOST_SOURCES:
        raise Refusal(_("Trente idées à la fois au plus."), field="sources")
    if (target is None) == (written is None):
        raise Refusal(_("Choisissez l’idée qui reste, ou écrivez-en une."), field="target")
    if len(keys) < (1 if target is not None else 2):
        raise Refusal(_("Choisissez au moins deux idées à réunir."), field="sources")
    kept = _end(held, target) if target is not None else None
    locked = hold_contributions({*keys, kept.pk} if kept is not None else keys)
    if kept is not None:
        kept = locked[kept.pk]
        if kept.state != ContributionState.PUBLISHED:
            raise Conflict(_("L’idée qui reste n’est plus publiée : choisissez-en une autre."))
    _check_sources(held, keys, locked, kept)
    if kept is None:
        kept = _write(held, written, by, token)
    chosen = [locked[key] for key in sorted(keys)]
    for source in chosen:
        source.state, source.merged_into = ContributionState.MERGED, kept
        source.save(update_fields=["state", "merged_into"])
        act = _decide(source, ModerationAct.MERGED, by, words)
        _tell(source, NoticeKind.MERGED, act, asked=_ask(source, [kept], act))
    return kept


@transaction.atomic
def split(
    *, contribution: Contribution, parts: Sequence[Part], by: Person, words: str = ""
) -> list[Contribution]:
    """Split a published idea into parts of the same author; each supporter is asked for each part.

    Raise `Conflict` when it is no longer published, `Refusal` when the parts are too few or many.
    """
    held = _open_phase(contribution.phase)
    if not 2 <= len(parts) <= MOST_PARTS:
        raise Refusal(_("Une idée se scinde en deux parties au moins, six au plus."))
    source = hold_contributions([contribution.pk])[contribution.pk]
    if source.state != ContributionState.PUBLISHED:
        raise Conflict(_("Cette idée n’est plus publiée : elle ne peut pas être scindée."))
    if source.kind != ContributionKind.IDEA:
        raise Refusal(_("Seule une idée se scinde."))
    made = []
    for part in parts:
        new = write_for_team(
            phase=held,
            kind=ContributionKind(source.kind),
            content=Content(
                title=part.title,
                text=part.text,
                theme=source.theme,
                sector=source.sector,
                place=source.place,
                latitude=source.latitude,
                longitude=source.longitude,
            ),
            by=by,
        )
        new.author, new.split_from = source.author, source
        new.save(update_fields=["author", "split_from"])
        made.append(new)
    source.state = ContributionState.SPLIT
    source.save(update_fields=["state"])
    act = _decide(source, ModerationAct.SPLIT, by, words)
    _tell(source, NoticeKind.SPLIT, act, asked=_ask(source, made, act))
    return made


@transaction.atomic
def restore(*, contribution: Contribution, by: Person, words: str = "") -> Contribution:
    """Undo a merge or a split: the idea is published again, with the supports it had.

    The parts of a split idea are merged back into it: those who supported a part on their own are
    asked. Raise `Conflict` when it is neither merged nor split any more.
    """
    held = _open_phase(contribution.phase)
    found = Contribution.objects.filter(pk=contribution.pk).first()
    if found is None or found.state not in (ContributionState.MERGED, ContributionState.SPLIT):
        raise Conflict(_("Cette idée n’est plus réunie à une autre ni scindée."))
    parts = list(
        Contribution.objects.filter(
            split_from=found, state=ContributionState.PUBLISHED
        ).values_list("pk", flat=True)
    )
    moves = list(SupportMove.objects.filter(source=found).select_related("target"))
    ends = {move.target_id: end_of(move.target) for move in moves}
    locked = hold_contributions({found.pk, *parts, *(end.pk for end in ends.values())})
    source = locked[found.pk]
    was_merged = source.state == ContributionState.MERGED
    source.state, source.merged_into = ContributionState.PUBLISHED, None
    source.save(update_fields=["state", "merged_into"])
    touched: set[int] = set()
    for move in moves:
        touched |= _take_back(move, source, was_merged=was_merged)
    SupportMove.objects.filter(source=source).delete()
    asked: set[int] = set()
    if not was_merged:
        for key in sorted(parts):
            part = locked[key]
            part.state, part.merged_into = ContributionState.MERGED, source
            part.save(update_fields=["state", "merged_into"])
            asked |= _ask(part, [source], _decide(part, ModerationAct.MERGED, by, words))
    act = _decide(source, ModerationAct.RESTORED, by, words)
    count_support({*locked, *touched})
    _tell(source, NoticeKind.RESTORED, act, asked=asked)
    source.phase = held
    return source


@transaction.atomic
def answer_move(*, participant: Participant, pk: int, accepts: bool) -> SupportMove:
    """Say whether one's support goes along; one may change one's mind until the consultation ends.

    Raise `Conflict` when the question is no longer asked.
    """
    gone = Conflict(_("Cette question n’est plus posée : l’idée a été rétablie, ou retirée."))
    found = (
        SupportMove.objects.select_related("source__phase__consultation", "target")
        .filter(pk=pk, participant=participant)
        .first()
    )
    if found is None:
        raise gone
    _open_phase(found.source.phase)
    end = end_of(found.target)
    locked = hold_contributions({found.source_id, end.pk})
    move = (
        SupportMove.objects.select_for_update(of=("self",))
        .select_related("source", "target")
        .filter(pk=pk)
        .first()
    )
    if move is None or locked[end.pk].state != ContributionState.PUBLISHED:
        raise gone
    source = locked[move.source_id]
    is_merge = source.state == ContributionState.MERGED
    touched = set(locked)
    if not accepts:
        touched |= _take_back(move, source, was_merged=is_merge)
        move.moved = False
    elif move.state != MoveState.ACCEPTED:
        move.moved = _carry(move, source, locked[end.pk], is_merge=is_merge)
    move.state = MoveState.ACCEPTED if accepts else MoveState.REFUSED
    move.save(update_fields=["state", "moved"])
    count_support(touched)
    return move


def _open_phase(phase: Phase) -> Phase:
    """The phase, held alone; supports are their authors' until the consultation closes."""
    held = hold_phase(phase)
    if held.consultation.state != ConsultationState.OPEN:
        raise Conflict(_("La consultation est close : ses soutiens ne sont plus liés à personne."))
    return held


def _end(phase: Phase, key: int) -> Contribution:
    found = Contribution.objects.filter(pk=key, phase=phase).first()
    if found is None:
        raise Refusal(_("Cette idée n’est pas de cette étape."), field="target")
    return end_of(found)


def _check_sources(
    phase: Phase,
    keys: Iterable[int],
    locked: dict[int, Contribution],
    kept: Contribution | None,
) -> None:
    for key in keys:
        source = locked.get(key)
        if source is None or source.phase_id != phase.pk or source.kind != ContributionKind.IDEA:
            raise Refusal(_("Seules des idées de la même étape se réunissent."), field="sources")
        if kept is not None and source.pk == kept.pk:
            raise Conflict(_("Une idée ne peut pas être réunie à elle-même."))
        if source.state != ContributionState.PUBLISHED:
            raise Conflict(
                _("L’idée n° %(number)d n’est plus publiée, ou vient d’être réunie à une autre.")
                % {"number": source.number}
            )


def _write(phase: Phase, written: Part | None, by: Person, token: uuid.UUID | None) -> Contribution:
    if written is None:
        raise TypeError("a merge has a target or a text")
    return write_for_team(
        phase=phase,
        kind=ContributionKind.IDEA,
        content=Content(title=written.title, text=written.text),
        by=by,
        token=token,
    )


def _supporters(subjects: Iterable[int]) -> set[int]:
    supports = Vote.objects.filter(kind=VoteKind.SUPPORT, value=1, subject__in=list(subjects))
    return set(supports.values_list("participant", flat=True))


def _ask(
    source: Contribution, targets: Sequence[Contribution], act: ModerationDecision
) -> set[int]:
    """Ask each supporter of the source, for each target they do not support yet; who is asked."""
    supporters = {
        one.pk: one
        for one in Participant.objects.filter(
            votes__subject=source, votes__kind=VoteKind.SUPPORT, votes__value=1
        )
    }
    everybody: set[int] = set()
    for target in targets:
        asked = supporters.keys() - _supporters([target.pk])
        everybody |= asked
        SupportMove.objects.bulk_create(
            (
                SupportMove(
                    organisation_id=source.organisation_id,
                    participant_id=one,
                    source=source,
                    target=target,
                )
                for one in sorted(asked)
            ),
            ignore_conflicts=True,
            batch_size=500,
        )
    # Once an act, however many parts: an idea merged again after its undoing asks again.
    tell(
        (supporters[one] for one in sorted(everybody)),
        kind=NoticeKind.MOVE_ASKED,
        key=f"move:{source.pk}:{act.pk}{TO_SUPPORTERS}",
        contribution=source,
        phase=source.phase,
    )
    return everybody


def _carry(move: SupportMove, source: Contribution, end: Contribution, *, is_merge: bool) -> bool:
    """Give the target the support; whether it was this that gave it.

    The row goes from a merged idea to what it lives on in. A split idea keeps its own, since each
    of its parts may have one.
    """
    own = Vote.objects.filter(participant=move.participant_id, kind=VoteKind.SUPPORT)
    if own.filter(subject=end).exists():
        return False
    given = own.filter(subject=source).first()
    if given is None:
        # Taken back since: there is nothing to carry.
        return False
    if is_merge:
        own.filter(pk=given.pk).update(subject=end)
    else:
        Vote.objects.create(
            organisation_id=given.organisation_id,
            phase_id=given.phase_id,
            participant_id=given.participant_id,
            kind=given.kind,
            subject=end,
            value=given.value,
        )
    return True


def _take_back(move: SupportMove, source: Contribution, *, was_merged: bool) -> set[int]:
    """Undo what accepting gave, wherever it went since; a support taken back since stays so.

    Return the contributions of which it changed the supports.
    """
    if not move.moved:
        return set()
    own = Vote.objects.filter(participant=move.participant_id, kind=VoteKind.SUPPORT)
    target: Contribution | None = move.target
    given = None
    seen: set[int] = set()
    while target is not None and given is None and target.pk not in seen:
        seen.add(target.pk)
        given = own.filter(subject=target).first()
        target = target.merged_into
    if given is None:
        return set()
    touched = {given.subject_id, source.pk}
    if was_merged and not own.filter(subject=source).exists():
        own.filter(pk=given.pk).update(subject=source)
    else:
        given.delete()
    return touched


def _decide(
    contribution: Contribution, act: ModerationAct, by: Person, words: str
) -> ModerationDecision:
    decision: ModerationDecision = ModerationDecision.objects.create(
        organisation_id=contribution.organisation_id,
        contribution=contribution,
        act=act,
        words=words.strip(),
        by=by,
    )
    record(
        action=f"contribution.{act.value}",
        actor_id=by.pk,
        subject=contribution,
        organisation_id=contribution.organisation_id,
        into=contribution.merged_into_id,
    )
    return decision


def _tell(
    contribution: Contribution, kind: NoticeKind, act: ModerationDecision, *, asked: set[int]
) -> None:
    tell_concerned(
        contribution,
        kind=kind,
        key=f"{kind}:{contribution.pk}:{act.pk}",
        phase=contribution.phase,
        asked=asked,
    )
