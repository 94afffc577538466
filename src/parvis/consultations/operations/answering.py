"""Official answers: one a contribution, with its reason; a change says so and tells again.

People are told when the answer may be shown: in a pre-electoral period it waits, unless a reason
is written on the consultation.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.enums import ContributionKind, ContributionState, NoticeKind, Verdict
from parvis.consultations.models import Consultation, Contribution, OfficialAnswer
from parvis.consultations.operations.holding import hold_contribution
from parvis.consultations.operations.notices import tell_concerned
from parvis.consultations.pre_electoral import withheld
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record

REASON_LENGTH = 5_000
# In one request; what is beyond is answered in several.
MOST_AT_ONCE = 100
ANSWERABLE = frozenset(
    {
        ContributionKind.IDEA,
        ContributionKind.PROJECT,
        ContributionKind.ARGUMENT_FOR,
        ContributionKind.ARGUMENT_AGAINST,
        ContributionKind.CONDITION,
    }
)
_READ_BY_ALL = frozenset(
    {ContributionState.PUBLISHED, ContributionState.MERGED, ContributionState.SPLIT}
)


@dataclass(frozen=True, slots=True)
class AnswerContent:
    verdict: str
    reason: str


def may_answer(contribution: Contribution) -> Decision:
    """Whether the body may answer it, and why not; its phase and consultation are at hand."""
    if contribution.kind not in ANSWERABLE:
        return Denied(_("On répond aux idées, aux projets, aux arguments et aux conditions."))
    if not contribution.phase.consultation.is_public:
        return Denied(_("La consultation n’est pas encore ouverte."))
    if contribution.state not in _READ_BY_ALL:
        return Denied(_("Cette contribution n’est pas publiée : personne ne lirait la réponse."))
    return Allowed()


@transaction.atomic
def answer(
    *, contribution: Contribution, content: AnswerContent, by: Person, revision: int | str | None
) -> OfficialAnswer:
    """Answer, or change the answer (`revision` is then the one it replaces).

    Raise `Refusal` by field, `StaleForm` when it changed meanwhile.
    """
    read = _read(content)
    held = hold_contribution(contribution)
    decision = may_answer(held)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    given = OfficialAnswer.objects.select_for_update().filter(contribution=held).first()
    if given is None:
        given = OfficialAnswer(organisation_id=held.organisation_id, contribution=held)
    else:
        check_revision(given, revision, changes={"verdict": read.verdict, "reason": read.reason})
        if (given.verdict, given.reason) == (read.verdict, read.reason):
            return given
        given.revision += 1
    return _save(given, held, read, by)


@transaction.atomic
def answer_alike(
    *,
    consultation: Consultation,
    contributions: Collection[int],
    content: AnswerContent,
    by: Person,
) -> list[OfficialAnswer]:
    """Give the same answer to several contributions; those that have one keep theirs."""
    read = _read(content)
    if not contributions:
        raise Refusal(_("Choisissez au moins une contribution."))
    if len(contributions) > MOST_AT_ONCE:
        raise Refusal(_("Cent contributions au plus à la fois."))
    rows = list(
        Contribution.objects.select_for_update(of=("self",))
        .select_related("phase__consultation__organisation")
        .filter(phase__consultation=consultation, pk__in=contributions)
        .order_by("pk")
    )
    answered = set(
        OfficialAnswer.objects.filter(contribution__in=rows).values_list("contribution", flat=True)
    )
    return [
        _save(OfficialAnswer(organisation_id=row.organisation_id, contribution=row), row, read, by)
        for row in rows
        if row.pk not in answered and may_answer(row)
    ]


def tell_waiting(consultation: Consultation) -> int:
    """Tell what a pre-electoral period held back; how many answers. Idempotent."""
    if withheld(consultation) is not None:
        return 0
    waiting = OfficialAnswer.objects.filter(
        contribution__phase__consultation=consultation, told_at__isnull=True
    )
    told = 0
    for key in waiting.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            given = (
                OfficialAnswer.objects.select_for_update(of=("self",))
                .select_related("contribution")
                .get(pk=key)
            )
            if given.told_at is None:
                _tell(given)
                told += 1
    return told


def _read(content: AnswerContent) -> AnswerContent:
    reason = content.reason.replace("\x00", "").replace("\r\n", "\n").strip()
    if content.verdict not in Verdict.values:
        raise Refusal(_("Choisissez la décision."), field="verdict")
    if not reason:
        raise Refusal(_("Dites pourquoi : c’est ce que les gens attendent."), field="reason")
    if len(reason) > REASON_LENGTH:
        raise Refusal(_("Au plus 5 000 caractères."), field="reason")
    return AnswerContent(content.verdict, reason)


def _save(
    given: OfficialAnswer, held: Contribution, read: AnswerContent, by: Person
) -> OfficialAnswer:
    given.verdict, given.reason = read.verdict, read.reason
    given.by, given.answered_at = by, timezone.now()
    given.told_at = None
    given.save()
    consultation = held.phase.consultation
    record(
        action="consultation.answered",
        actor_id=by.pk,
        subject=held,
        organisation_id=held.organisation_id,
        verdict=given.verdict,
        revision=given.revision,
        in_spite_of_the_election=consultation.embargo_reason,
    )
    if withheld(consultation) is None:
        _tell(given)
    return given


def _tell(given: OfficialAnswer) -> None:
    contribution = given.contribution
    tell_concerned(
        contribution,
        kind=NoticeKind.ANSWERED,
        key=f"answered:{contribution.pk}:{given.revision}",
        phase=contribution.phase,
    )
    given.told_at = timezone.now()
    given.save(update_fields=["told_at"])
