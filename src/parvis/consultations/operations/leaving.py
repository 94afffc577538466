"""What participants take back: a text, the addresses and names they gave, all that is theirs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.consultations.enums import (
    CONTRIBUTION_TRANSITIONS,
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationAct,
    VoteKind,
)
from parvis.consultations.models import (
    Attachment,
    Contribution,
    ModerationDecision,
    PaperSheet,
    Participant,
    ParticipantAccess,
    Vote,
)
from parvis.consultations.operations.closing import overwrite_what_is_freed
from parvis.consultations.operations.contributing import check_transition, count_replies
from parvis.consultations.operations.holding import hold_contribution, share_phase
from parvis.consultations.operations.mail_names import digest_mails_of
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.foundation.erasures import record_erasure
from parvis.foundation.errors import Conflict
from parvis.foundation.mail import forget_mails
from parvis.journal.operations import record

# Named in the list of erasures, which a restore plays again; in this order.
ERASED_PERSON = "consultations.Participant"
ERASED_TEXT = "consultations.Contribution"
_CHOICES_AT_ONCE = 500
# What the result of a closed phase was computed on.
_COUNTED = frozenset({ContributionKind.STATEMENT, ContributionKind.ITEM})


@transaction.atomic
def withdraw(*, contribution: Contribution, author: Participant) -> Contribution:
    """Take one's own text back: it is no longer read, what was said of it stays; idempotent.

    Raise `Conflict` where it is not theirs, was merged or split, or the consultation is closed.
    """
    share_phase(contribution.phase)
    _lock([contribution.pk])
    held = hold_contribution(contribution)
    if held.author_id != author.pk:
        raise Conflict(_("Ce texte n’est pas de vous, ou n’est plus relié à vous."))
    if held.state == ContributionState.WITHDRAWN:
        return held
    if held.phase.consultation.state != ConsultationState.OPEN:
        raise Conflict(_("La consultation est close : les textes ne changent plus."))
    if held.phase.closed_at is not None and held.kind in _COUNTED:
        raise Conflict(_("Cette étape est close et son résultat compté : ce texte y reste."))
    check_transition(held.state, ContributionState.WITHDRAWN)
    held.state = ContributionState.WITHDRAWN
    held.save(update_fields=["state"])
    ModerationDecision.objects.create(
        organisation_id=held.organisation_id, contribution=held, act=ModerationAct.WITHDRAWN
    )
    if held.parent is not None:
        count_replies(held.parent)
    return held


def take_back_votes(participant: Participant) -> int:
    """Take back all the votes of phases that still run; how many. In no transaction.

    Raise `Conflict` where one of them has just ended, once those of the others are taken back.
    """
    now = timezone.now()
    given: dict[tuple[int, str], list[Choice]] = {}
    votes = Vote.objects.filter(participant=participant).select_related("phase")
    phases = {}
    for row in votes:
        if row.phase.is_running(now):
            phases[row.phase_id] = row.phase
            given.setdefault((row.phase_id, row.kind), []).append(
                Choice(row.subject_id, None, row.other)
            )
    taken = 0
    ended: Conflict | None = None
    for (phase, kind), choices in given.items():
        try:
            for start in range(0, len(choices), _CHOICES_AT_ONCE):
                together = choices[start : start + _CHOICES_AT_ONCE]
                vote(Ballot(phases[phase], participant.pk, VoteKind(kind), together))
                taken += len(together)
        except Conflict as conflict:
            ended = conflict
    if ended is not None:
        raise ended
    return taken


def erase(*, participant: Participant, withdraw_texts: bool) -> None:
    """Take a person out of a consultation, for good: no mail, no name, no access, no author.

    What they wrote is withdrawn and blanked, or stays without author; drafts always leave. Votes
    that were not taken back stay until the close of their phase, which cuts them from the row that
    is left. That row keeps the hash of what was verified: nobody votes twice by leaving.
    """
    with transaction.atomic():
        held = Participant.objects.select_for_update().get(pk=participant.pk)
        if held.erased_on is not None:
            return
        for text in _texts_to_blank(held, withdraw_texts=withdraw_texts):
            blank_text(text)
            record_erasure(kind=ERASED_TEXT, subject_id=text.pk)
        erase_person_again(held.pk)
        record(
            action="consultation.participant_erased",
            actor_id=None,
            subject=held.consultation,
            organisation_id=held.organisation_id,
        )
        record_erasure(kind=ERASED_PERSON, subject_id=held.pk)


def erase_person_again(participant_pk: int) -> None:
    """Erase what is a person's; also after a restore. Done twice, it changes nothing."""
    with scopes_disabled():
        held = Participant.objects.filter(pk=participant_pk).select_related("consultation").first()
        if held is None:
            return
        overwrite_what_is_freed()
        ModerationDecision.objects.filter(
            contribution__author=held, by__isnull=True, act=ModerationAct.APPEALED
        ).update(words="")
        Contribution.objects.filter(author=held).update(author=None)
        PaperSheet.objects.filter(participant=held).update(
            first={}, second={}, settled={}, left_out={}
        )
        ParticipantAccess.objects.filter(participant=held).delete()
        held.follows.all().delete()
        held.notices.all().delete()
        held.moves.all().delete()
        forget_mails(keys=digest_mails_of(held))
        held.display_name = held.mail = ""
        held.mail_asked_on = held.mail_confirmed_at = None
        held.wants_digest = False
        held.erased_on = held.erased_on or timezone.localdate()
        held.save()


def erase_text_again(contribution_pk: int) -> None:
    """Blank a text that its author took back with everything else; also after a restore."""
    with scopes_disabled():
        text = Contribution.objects.filter(pk=contribution_pk).first()
        if text is not None and _may_be_blanked(text.state):
            blank_text(text)


def blank_text(text: Contribution) -> None:
    """Take a text away with all that it says: its row stays, for what was said of it."""
    was_withdrawn = text.state == ContributionState.WITHDRAWN
    text.state = ContributionState.WITHDRAWN
    text.title = text.text = text.plain_summary = text.place = text.search_text = ""
    text.translations, text.answers = {}, {}
    text.latitude = text.longitude = None
    text.author = None
    text.save()
    # Files without a row leave with the daily round.
    Attachment.objects.filter(contribution=text).delete()
    if not was_withdrawn:
        ModerationDecision.objects.create(
            organisation_id=text.organisation_id, contribution=text, act=ModerationAct.WITHDRAWN
        )
    if text.parent is not None:
        count_replies(text.parent)


def _texts_to_blank(author: Participant, *, withdraw_texts: bool) -> Iterable[Contribution]:
    """Drafts and what was withdrawn before, always; the others where it was asked."""
    own = Contribution.objects.filter(author=author)
    _lock(own.values_list("pk", flat=True))
    for text in own.order_by("pk"):
        unread = text.state in (ContributionState.DRAFT, ContributionState.WITHDRAWN)
        if unread or (withdraw_texts and _may_be_blanked(text.state)):
            yield text


def _lock(texts: Iterable[int]) -> None:
    """Lock texts and what they are about, by increasing key."""
    asked = list(texts)
    parents = Contribution.objects.filter(pk__in=asked).values_list("parent", flat=True)
    every = {*asked, *(parent for parent in parents if parent)}
    list(Contribution.objects.select_for_update().filter(pk__in=every).order_by("pk").values("pk"))


def _may_be_blanked(state: str) -> bool:
    """What was merged or split lives on in other texts, which others support."""
    return (
        state == ContributionState.WITHDRAWN
        or ContributionState.WITHDRAWN in CONTRIBUTION_TRANSITIONS[state]
    )
