"""What a participant said: own votes and texts, read for their page and for the file they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.consultations.enums import (
    CONTRIBUTION_TRANSITIONS,
    ConsultationState,
    ContributionState,
    ModerationAct,
    VoteKind,
)
from parvis.consultations.models import (
    Contribution,
    ModerationDecision,
    Notice,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.operations.voting import MOST_NOTE
from parvis.consultations.phase_settings import BudgetSettings, read_settings

VOTES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class OwnVote:
    """A vote in words, and what takes it back."""

    subject: int
    other: int
    about: str
    words: str


@dataclass(slots=True)
class OwnPhase:
    """The votes of one phase; `may_change` while it runs, `is_counted` once they were cut."""

    phase: Phase
    count: int
    may_change: bool
    votes: list[OwnVote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text, the last word of the moderators about it, whether it may be taken back."""

    text: Contribution
    decision: ModerationDecision | None
    may_withdraw: bool


def own_phases(participant: Participant, now: datetime, *, most: int | None) -> list[OwnPhase]:
    """The phases in which votes are still theirs, with the first `most` of each; None = all."""
    is_open = participant.consultation.state == ConsultationState.OPEN
    found = []
    for phase in participant.consultation.phases.order_by("position"):
        given = Vote.objects.filter(participant=participant, phase=phase)
        count = given.count()
        if count:
            rows = given.select_related("subject").order_by("pk")[:most]
            found.append(
                OwnPhase(
                    phase, count, is_open and phase.is_running(now), votes_in_words(phase, rows)
                )
            )
    return found


def votes_in_words(phase: Phase, rows: Iterable[Vote]) -> list[OwnVote]:
    votes = list(rows)
    others = Contribution.objects.in_bulk([vote.other for vote in votes if vote.other])
    return [
        OwnVote(
            vote.subject_id,
            vote.other,
            str(vote.subject) if not vote.other else "",
            _words(phase, vote, str(others.get(vote.other, ""))),
        )
        for vote in votes
    ]


def _words(phase: Phase, vote: Vote, other: str) -> str:
    if vote.kind == VoteKind.SUPPORT:
        return _("Vous soutenez")
    if vote.kind == VoteKind.OPINION:
        return {-1: _("Pas d’accord"), 0: _("Vous passez"), 1: _("D’accord")}[vote.value]
    if vote.kind == VoteKind.PREFERENCE:
        texts = {"subject": str(vote.subject), "other": other}
        if vote.value == 0:
            return _("« %(subject)s » et « %(other)s » : ni l’un ni l’autre") % texts
        if vote.value < 0:
            texts = {"subject": other, "other": str(vote.subject)}
        return _("« %(subject)s » plutôt que « %(other)s »") % texts
    if vote.kind == VoteKind.JUDGEMENT:
        return _("%(note)d sur %(most)d") % {"note": vote.value, "most": MOST_NOTE}
    settings = read_settings(phase.kind, phase.settings)
    if isinstance(settings, BudgetSettings) and settings.ballot == "points":
        return ngettext("%d point", "%d points", vote.value) % vote.value
    return _("Projet choisi")


def own_texts(participant: Participant) -> list[OwnText]:
    """What they wrote, the last first."""
    texts = list(
        Contribution.objects.filter(author=participant)
        .select_related("phase", "parent", "merged_into", "official_answer")
        .order_by("-pk")
    )
    last: dict[int, ModerationDecision] = {}
    decisions = ModerationDecision.objects.filter(contribution__in=texts, act__in=_TOLD).order_by(
        "at", "pk"
    )
    for decision in decisions:
        last[decision.contribution_id] = decision
    is_open = participant.consultation.state == ConsultationState.OPEN
    return [
        OwnText(
            text,
            last.get(text.pk),
            is_open and ContributionState.WITHDRAWN in CONTRIBUTION_TRANSITIONS[text.state],
        )
        for text in texts
    ]


_TOLD = (
    ModerationAct.PUBLISHED,
    ModerationAct.REFUSED,
    ModerationAct.APPEALED,
    ModerationAct.UPHELD,
    ModerationAct.REVERSED,
)


def own_notices(participant: Participant, most: int) -> list[Notice]:
    """What they were told, the last first."""
    return list(
        Notice.objects.filter(participant=participant)
        .select_related("contribution__phase__consultation", "phase")
        .order_by("-pk")[:most]
    )


def own_document(participant: Participant, now: datetime) -> dict[str, Any]:
    """Everything kept of a participant, as the JSON they take away."""
    consultation = participant.consultation
    return {
        "consultation": {"code": consultation.code, "title": consultation.title},
        "participant": {
            "verified_by": participant.proof,
            "joined_on": participant.joined_on.isoformat(),
            "display_name": participant.display_name,
            "mail": participant.mail,
            "mail_confirmed_at": _instant(participant.mail_confirmed_at),
            "wants_digest": participant.wants_digest,
            "language": participant.language,
            "devices": participant.accesses.count(),
        },
        "texts": [
            {
                "phase": own.text.phase.title,
                "kind": own.text.kind,
                "number": own.text.number,
                "state": own.text.state,
                "title": own.text.title,
                "text": own.text.text,
                "place": own.text.place,
                "latitude": own.text.latitude,
                "longitude": own.text.longitude,
                "theme": own.text.theme,
                "sector": own.text.sector,
                "answers": own.text.answers,
                "created_at": _instant(own.text.created_at),
                "decisions": [
                    {
                        "act": one.act,
                        "reason": one.reason,
                        "words": one.words,
                        "at": _instant(one.at),
                    }
                    for one in own.text.decisions.all()
                ],
            }
            for own in own_texts(participant)
        ],
        "votes": [
            {
                "phase": own.phase.title,
                "about": vote.about,
                "vote": vote.words,
            }
            for own in own_phases(participant, now, most=None)
            for vote in own.votes
        ],
        "follows": [
            str(follow.contribution)
            for follow in participant.follows.select_related("contribution")
        ],
        "moves_asked": [
            {"from": str(move.source), "to": str(move.target), "state": move.state}
            for move in participant.moves.select_related("source", "target")
        ],
        "told": [
            {
                "kind": one.kind,
                "about": str(one.contribution or one.phase or ""),
                "at": _instant(one.created_at),
            }
            for one in own_notices(participant, 10_000)
        ],
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
