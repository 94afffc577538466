"""The end of a consultation: what was decided is published with the result, voters are told."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.enums import CONSULTATION_TRANSITIONS, ConsultationState, NoticeKind
from parvis.consultations.measures import publish_measures
from parvis.consultations.models import Consultation, Participant
from parvis.consultations.operations.holding import hold_consultation
from parvis.consultations.operations.notices import tell
from parvis.consultations.pre_electoral import withheld
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record

CONCLUSION_LENGTH = 10_000
EMBARGO_REASON_LENGTH = 300


@transaction.atomic
def publish_result(
    *,
    consultation: Consultation,
    conclusion: str,
    by: Person,
    revision: int | str | None = None,
) -> Consultation:
    """Publish what was decided, and why, with the result of each phase; tell who took part.

    `revision` is that of the form, None where there is none. Raise `Refusal` by field; `Conflict`
    when it is not closed, is published already, or a pre-electoral period keeps it back.
    """
    held = hold_consultation(consultation)
    if held.state == ConsultationState.PUBLISHED:
        raise Conflict(_("Le résultat est déjà publié."))
    if ConsultationState.PUBLISHED not in CONSULTATION_TRANSITIONS[held.state]:
        raise Conflict(
            _("Le résultat se publie une fois la consultation close, votes comptés et détachés.")
        )
    words = _read(conclusion)
    if revision is not None:
        check_revision(held, revision, changes={"conclusion": words})
    held.conclusion = words
    election = withheld(held)
    if election is not None:
        raise Conflict(
            _(
                "Période préélectorale (%(label)s) : le résultat attend la fin du scrutin, sauf "
                "motif écrit."
            )
            % {"label": election.label}
        )
    held.state = ConsultationState.PUBLISHED
    held.published_at = timezone.now()
    held.revision += 1
    held.save(update_fields=["state", "published_at", "conclusion", "revision"])
    with scopes_disabled():
        publish_measures(held)
    people = Participant.objects.filter(consultation=held, erased_on__isnull=True)
    tell(people.iterator(chunk_size=2_000), kind=NoticeKind.RESULT, key="result")
    _record("consultation.result_published", held, by)
    return held


@transaction.atomic
def correct_conclusion(
    *, consultation: Consultation, conclusion: str, by: Person, revision: int | str
) -> Consultation:
    """Change the words of the conclusion, published or being written; the journal says so."""
    held = hold_consultation(consultation)
    if held.state not in (ConsultationState.CLOSED, ConsultationState.PUBLISHED):
        raise Conflict(_("La conclusion s’écrit une fois la consultation close."))
    words = _read(conclusion)
    check_revision(held, revision, changes={"conclusion": words})
    held.conclusion = words
    held.revision += 1
    held.save(update_fields=["conclusion", "revision"])
    _record("consultation.conclusion_corrected", held, by)
    return held


@transaction.atomic
def write_embargo_reason(*, consultation: Consultation, reason: str, by: Person) -> Consultation:
    """Say why answers, milestones and results are shown in spite of an election; "" = they wait.

    To be followed by `tell_waiting` of answers and milestones.
    """
    held = hold_consultation(consultation)
    former = held.embargo_reason
    held.embargo_reason = reason.replace("\x00", "").strip()
    if len(held.embargo_reason) > EMBARGO_REASON_LENGTH:
        raise Refusal(_("Au plus 300 caractères."), field="embargo_reason")
    held.revision += 1
    held.save(update_fields=["embargo_reason", "revision"])
    journal_embargo_reason(held, by, former=former)
    return held


def journal_embargo_reason(consultation: Consultation, by: Person, *, former: str) -> None:
    """Write down that the reason changed, from which words to which.

    The law asks why an election was passed over, at each moment: these words of a body, which it
    gives to whoever asks, are no personal datum. Those of a moderator about somebody's text are
    not in the journal: their decision keeps them, and no decision is ever changed.
    """
    _record("consultation.embargo_reason_written", consultation, by, former_reason=former)


def _read(conclusion: str) -> str:
    words = conclusion.replace("\x00", "").replace("\r\n", "\n").strip()
    if not words:
        raise Refusal(_("Dites ce qui est décidé, et pourquoi."), field="conclusion")
    if len(words) > CONCLUSION_LENGTH:
        raise Refusal(_("Au plus 10 000 caractères."), field="conclusion")
    return words


def _record(action: str, consultation: Consultation, by: Person, **details: str) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=consultation,
        organisation_id=consultation.organisation_id,
        in_spite_of_the_election=consultation.embargo_reason,
        **details,
    )
