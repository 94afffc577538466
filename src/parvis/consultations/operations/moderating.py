"""Moderation: read before or after, published or refused by the charter, contested, decided again.

A page carries the version of what its moderator read. A decision on another version is refused and
says who decided what meanwhile: two moderators at once never undo each other unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    CONTRIBUTION_TRANSITIONS,
    ConsultationState,
    ContributionState,
    ModerationAct,
    ModerationReason,
    NoticeKind,
    VoteKind,
)
from parvis.consultations.models import (
    Contribution,
    ModerationDecision,
    Participant,
    Report,
    Vote,
)
from parvis.consultations.operations.contributing import count_replies
from parvis.consultations.operations.holding import hold_contributions, share_phase
from parvis.consultations.operations.notices import tell
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

BULK_LIMIT = 100
# Of one person in one consultation.
MOST_REPORTS = 30
DECIDED = (ContributionState.PUBLISHED, ContributionState.REFUSED)


def version_of(contribution: Contribution) -> str:
    """What a form carries of what its moderator read: state, text, last decision."""
    last = getattr(contribution, "last_decision", None)
    if last is None:
        last = contribution.decisions.aggregate(last=Max("pk"))["last"]
    return f"{contribution.state}.{contribution.revision}.{last or 0}"


@transaction.atomic
def decide(
    *,
    contribution: Contribution,
    state: str,
    seen: str,
    by: Person,
    reason: str = "",
    words: str = "",
) -> ModerationDecision:
    """Publish or refuse. On a contested refusal: publish after all, or maintain it.

    `seen` is the version read; raise `Conflict` when it is no longer that one, or when a refusal is
    contested and `by` made it; `Refusal` by field when the charter's reason is missing. The same
    decision sent twice is taken once.
    """
    if state not in DECIDED:
        raise Refusal(_("Choisissez de publier ou de refuser."))
    held = _hold(contribution)
    last = last_decision(held)
    if version_of(held) != seen:
        if last is not None and last.by_id == by.pk and held.state == state:
            return last
        raise Conflict(what_happened(held, last))
    reason = _reason(held, state, reason, last, by)
    # Publishing what is published is having read it after its publication.
    if state != held.state and state not in CONTRIBUTION_TRANSITIONS[held.state]:
        raise Conflict(what_happened(held, last))
    if state == held.state == ContributionState.REFUSED:
        raise Conflict(what_happened(held, last))
    was, act = held.state, _act(held.state, state)
    held.state = state
    if state == ContributionState.PUBLISHED and held.published_at is None:
        held.published_at = timezone.now()
    held.save(update_fields=["state", "published_at"])
    decision = _note(held, act, by=by, reason=reason, words=words)
    Report.objects.filter(contribution=held, handled_at=None).update(handled_at=timezone.now())
    if held.parent is not None:
        count_replies(held.parent)
    if was != state or was == ContributionState.APPEALED:
        _tell_author(held, decision)
    return decision


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were decided, how many were left as they were."""

    decided: int
    left: int


def publish_many(*, contributions: Mapping[Contribution, str], by: Person) -> Outcome:
    """Publish each of these at the version given with it; those read meanwhile are left."""
    done = 0
    for contribution in sorted(contributions, key=lambda one: one.pk):
        try:
            decide(
                contribution=contribution,
                state=ContributionState.PUBLISHED,
                seen=contributions[contribution],
                by=by,
            )
        except Conflict:
            continue
        done += 1
    return Outcome(done, len(contributions) - done)


def may_be_published(contribution: Contribution, seen: str) -> bool:
    """Whether a list may publish it at once: still as it was read, and no appeal to decide."""
    return version_of(contribution) == seen and contribution.state in (
        ContributionState.WAITING,
        ContributionState.PUBLISHED,
    )


@transaction.atomic
def appeal(*, contribution: Contribution, author: Participant, words: str) -> Contribution:
    """Contest a refusal, once; the same appeal sent twice is one.

    Raise `Conflict` when there is no refusal to contest, `Refusal` when no word says why.
    """
    held = _hold(contribution)
    if held.author_id != author.pk:
        raise Refusal(_("Seul l’auteur d’une contribution conteste son refus."))
    if held.state == ContributionState.APPEALED:
        return held
    if held.phase.consultation.state == ConsultationState.PUBLISHED:
        raise Conflict(_("Le résultat est publié : il n’y a plus de recours."))
    if not may_appeal(held):
        raise Conflict(_("Il n’y a pas, ou plus, de refus à contester ici."))
    if not words.strip():
        raise Refusal(_("Dites en quelques mots pourquoi."), field="words")
    held.state = ContributionState.APPEALED
    held.save(update_fields=["state"])
    last = last_decision(held)
    _note(held, ModerationAct.APPEALED, by=None, reason=last.reason if last else "", words=words)
    return held


def may_appeal(contribution: Contribution) -> bool:
    """Whether its author may contest: refused, and not yet refused again after an appeal."""
    if contribution.state != ContributionState.REFUSED:
        return False
    last = last_decision(contribution)
    return last is not None and last.act == ModerationAct.REFUSED


@transaction.atomic
def report(*, contribution: Contribution, participant: Participant, reason: str) -> None:
    """Tell the moderators that a published contribution breaks the charter; once a person."""
    if reason not in ModerationReason.values:
        raise Refusal(_("Choisissez un motif de la charte."), field="reason")
    held = _hold(contribution)
    if held.state != ContributionState.PUBLISHED:
        raise Conflict(_("Cette contribution n’est plus publiée."))
    theirs = Report.objects.filter(participant=participant)
    if theirs.filter(contribution=held).exists():
        return
    if theirs.count() >= MOST_REPORTS:
        raise Refusal(
            _("Vous avez déjà beaucoup signalé ici : les modérateurs lisent d’abord cela.")
        )
    Report.objects.create(
        organisation_id=held.organisation_id,
        contribution=held,
        participant=participant,
        reason=reason,
    )


def last_decision(contribution: Contribution) -> ModerationDecision | None:
    found: ModerationDecision | None = (
        contribution.decisions.select_related("by").order_by("pk").last()
    )
    return found


def last_refusal(contribution: Contribution) -> ModerationDecision | None:
    """Who refused it last; None when nobody did."""
    found: ModerationDecision | None = (
        contribution.decisions.filter(act=ModerationAct.REFUSED)
        .select_related("by")
        .order_by("pk")
        .last()
    )
    return found


def is_own_refusal(contribution: Contribution, person_id: int) -> bool:
    """Whether a contested refusal was made by that person, who then cannot decide the appeal."""
    refusal = last_refusal(contribution)
    return refusal is not None and refusal.by_id == person_id


def what_happened(contribution: Contribution, last: ModerationDecision | None) -> str:
    """What somebody else did meanwhile, in a sentence for the moderator who comes second."""
    if last is None:
        return _("Son auteur l’a modifiée entre-temps : relisez-la avant de décider.")
    if last.by is None:
        return _("Entre-temps, son auteur a agi : %(act)s. Relisez-la avant de décider.") % {
            "act": ModerationAct(last.act).label.lower()
        }
    return _(
        "Entre-temps, %(person)s a décidé à %(time)s : %(act)s. Rien n’a été changé par vous."
    ) % {
        "person": last.by,
        "time": date_format(timezone.localtime(last.at), "TIME_FORMAT"),
        "act": ModerationAct(last.act).label.lower(),
    }


def count_support(keys: set[int]) -> None:
    """Count supporters again from the votes; the rows are locked by the caller."""
    counted = dict(
        Vote.objects.filter(subject__in=keys, kind=VoteKind.SUPPORT)
        .values_list("subject")
        .annotate(number=Count("pk", filter=Q(value=1)))
    )
    for key in sorted(keys):
        Contribution.objects.filter(pk=key).update(support_count=counted.get(key, 0))


def _hold(contribution: Contribution) -> Contribution:
    """The contribution as it is now, its parent locked before it: parents are older."""
    share_phase(contribution.phase)
    keys = {contribution.pk, contribution.parent_id or contribution.pk}
    return hold_contributions(keys)[contribution.pk]


def _reason(
    held: Contribution, state: str, reason: str, last: ModerationDecision | None, by: Person
) -> str:
    """The reason to keep with the decision; raise when the decision may not be taken."""
    if held.state == ContributionState.APPEALED:
        if is_own_refusal(held, by.pk):
            raise Conflict(
                _(
                    "Vous avez refusé cette contribution : une autre personne tranche ce recours. "
                    "Si vous êtes seul, un coordinateur peut trancher ou inviter quelqu’un dans "
                    "l’équipe."
                )
            )
        refusal = last_refusal(held)
        return refusal.reason if refusal is not None else ModerationReason.OFF_TOPIC
    if state == ContributionState.REFUSED and reason not in ModerationReason.values:
        raise Refusal(_("Choisissez le motif de la charte."), field="reason")
    return reason if state == ContributionState.REFUSED else ""


def _act(was: str, state: str) -> ModerationAct:
    if was == ContributionState.APPEALED:
        is_published = state == ContributionState.PUBLISHED
        return ModerationAct.REVERSED if is_published else ModerationAct.UPHELD
    if state == ContributionState.PUBLISHED:
        return ModerationAct.PUBLISHED
    return ModerationAct.REFUSED


def _note(
    held: Contribution, act: ModerationAct, *, by: Person | None, reason: str = "", words: str = ""
) -> ModerationDecision:
    decision: ModerationDecision = ModerationDecision.objects.create(
        organisation_id=held.organisation_id,
        contribution=held,
        act=act,
        reason=reason,
        words=words.strip(),
        by=by,
    )
    record(
        action=f"contribution.{act.value}",
        actor_id=by.pk if by else None,
        subject=held,
        organisation_id=held.organisation_id,
        reason=str(reason),
    )
    return decision


_NOTICES = {
    ModerationAct.PUBLISHED: NoticeKind.PUBLISHED,
    ModerationAct.REFUSED: NoticeKind.REFUSED,
    ModerationAct.UPHELD: NoticeKind.APPEAL_DECIDED,
    ModerationAct.REVERSED: NoticeKind.APPEAL_DECIDED,
}


def _tell_author(held: Contribution, decision: ModerationDecision) -> None:
    if held.author is not None:
        tell(
            [held.author],
            kind=_NOTICES[ModerationAct(decision.act)],
            key=f"decision:{decision.pk}",
            contribution=held,
            phase=held.phase,
        )
