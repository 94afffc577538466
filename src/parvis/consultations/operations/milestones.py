"""Milestones of what was decided: planned, reached, what they cost; who follows is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.enums import NoticeKind
from parvis.consultations.models import Consultation, Contribution, Milestone, Participant
from parvis.consultations.operations.holding import hold_consultation
from parvis.consultations.operations.notices import tell, tell_concerned
from parvis.consultations.pre_electoral import withheld
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record

MOST_EUROS = 2_000_000_000
MOST_MILESTONES = 300


@dataclass(frozen=True, slots=True)
class MilestoneContent:
    """As `Milestone`; `contribution` None = the consultation as a whole."""

    title: str
    due_on: date
    text: str = ""
    contribution: Contribution | None = None
    reached_on: date | None = None
    spent_euros: int | None = None


@transaction.atomic
def save_milestone(
    *,
    consultation: Consultation,
    content: MilestoneContent,
    by: Person,
    milestone: Milestone | None = None,
    revision: int | str | None = None,
) -> Milestone:
    """Plan a milestone, or change one under its revision; reaching it tells who follows.

    Raise `Refusal` by field, `StaleForm` when it changed meanwhile.
    """
    held = hold_consultation(consultation)
    if not held.is_public:
        raise Conflict(_("La consultation n’est pas encore ouverte."))
    title = content.title.replace("\x00", "").strip()
    text = content.text.replace("\x00", "").replace("\r\n", "\n").strip()
    _check(held, content, title)
    if milestone is None:
        if held.milestones.count() >= MOST_MILESTONES:
            raise Refusal(_("Trois cents jalons au plus."))
        written = Milestone(organisation_id=held.organisation_id, consultation=held)
    else:
        written = Milestone.objects.select_for_update().get(pk=milestone.pk, consultation=held)
        changes = {
            "title": title,
            "text": text,
            "due_on": content.due_on,
            "reached_on": content.reached_on,
            "spent_euros": content.spent_euros,
        }
        check_revision(written, revision, changes=changes)
        written.revision += 1
    written.contribution, written.title, written.text = content.contribution, title, text
    written.due_on, written.reached_on = content.due_on, content.reached_on
    written.spent_euros = content.spent_euros
    written.save()
    record(
        action="consultation.milestone_saved",
        actor_id=by.pk,
        subject=written,
        organisation_id=held.organisation_id,
        is_reached=written.reached_on is not None,
        in_spite_of_the_election=held.embargo_reason,
    )
    if withheld(held) is None:
        _tell(written)
    return written


@transaction.atomic
def remove_milestone(*, milestone: Milestone, by: Person) -> None:
    """Take a milestone off; the journal keeps that there was one."""
    hold_consultation(milestone.consultation)
    record(
        action="consultation.milestone_removed",
        actor_id=by.pk,
        subject=milestone,
        organisation_id=milestone.organisation_id,
    )
    milestone.delete()


def tell_waiting(consultation: Consultation) -> int:
    """Tell the milestones reached that a pre-electoral period held back; how many. Idempotent."""
    if withheld(consultation) is not None:
        return 0
    told = 0
    waiting = Milestone.objects.filter(
        consultation=consultation, reached_on__isnull=False, told_at__isnull=True
    )
    for key in waiting.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            milestone = (
                Milestone.objects.select_for_update(of=("self",))
                .select_related("contribution", "consultation")
                .get(pk=key)
            )
            told += _tell(milestone)
    return told


def _check(consultation: Consultation, content: MilestoneContent, title: str) -> None:
    if not title:
        raise Refusal(_("Donnez un titre à ce jalon."), field="title")
    if len(title) > 120:
        raise Refusal(_("Au plus 120 caractères."), field="title")
    if content.reached_on is not None and content.reached_on > timezone.localdate():
        raise Refusal(
            _("Un jalon n’est pas atteint dans l’avenir : laissez la date vide."),
            field="reached_on",
        )
    if content.spent_euros is not None and not 0 <= content.spent_euros <= MOST_EUROS:
        raise Refusal(_("Ce montant n’est pas plausible."), field="spent_euros")
    about = content.contribution
    if about is not None and about.phase.consultation_id != consultation.pk:
        raise Refusal(_("Ce projet n’est pas de cette consultation."), field="contribution")


def _tell(milestone: Milestone) -> bool:
    """Tell once that it is reached."""
    if milestone.reached_on is None or milestone.told_at is not None:
        return False
    about, key = milestone.contribution, f"milestone:{milestone.pk}"
    if about is not None:
        tell_concerned(about, kind=NoticeKind.MILESTONE, key=key)
    else:
        people = Participant.objects.filter(
            consultation=milestone.consultation, erased_on__isnull=True
        )
        tell(people.iterator(chunk_size=2_000), kind=NoticeKind.MILESTONE, key=key)
    milestone.told_at = timezone.now()
    milestone.save(update_fields=["told_at"])
    return True
