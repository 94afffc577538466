"""The digest: once a week, one mail a participant, of what became of what they wrote and follow.

Only whoever asked for it and showed that the address is theirs. A notice is told once: it is marked
in the transaction that queues the mail, whose key names the participant and the week.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.consultations import keys
from parvis.consultations.enums import ConsultationState, NoticeKind, Proof
from parvis.consultations.models import Consultation, Notice, Participant
from parvis.consultations.notice_wording import Line, Wording
from parvis.consultations.operations import trying
from parvis.consultations.operations.forgetting import forget_after
from parvis.consultations.operations.mail_names import digest_mails_of
from parvis.editions.embargo import embargo_of
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import forget_mails, queue_mail
from parvis.foundation.models import OutgoingMail

CONFIRMATION_LIFE = timedelta(days=2)
UNCONFIRMED_KEPT = timedelta(days=7)
_CONFIRM, _UNSUBSCRIBE = "parvis.consultations.confirm", "parvis.consultations.unsubscribe"
# What a body does of a consultation waits until after an election that concerns it.
EMBARGOED = frozenset({NoticeKind.ANSWERED, NoticeKind.MILESTONE, NoticeKind.RESULT})
# A mail is read, not a report.
MOST_LINES = 30


# --- Asking for it -------------------------------------------------------------------------------


def ask_for_digest(
    *, participant: Participant, address: str, browser: str, link: Callable[[str], str]
) -> None:
    """Note an address and send it a link that confirms it; nothing else goes there before.

    Raise `Refusal` for what is no address, `TooManyTries`.
    """
    read = address.strip().lower()
    consultation = participant.consultation
    trying.refuse_if_spent(
        consultation,
        (trying.MAILS_OF_A_BROWSER, browser),
        (trying.MAILS_TO_AN_ADDRESS, read),
        (trying.MAILS_OF_ALL, ""),
    )
    with transaction.atomic():
        held = _held(participant)
        if held.mail == read and held.mail_confirmed_at is not None:
            held.wants_digest = True
            held.save(update_fields=["wants_digest"])
            return
        held.mail, held.mail_asked_on = read, timezone.localdate()
        held.mail_confirmed_at, held.wants_digest = None, True
        held.save(update_fields=["mail", "mail_asked_on", "mail_confirmed_at", "wants_digest"])
        queue_mail(
            to=read,
            template="consultations/mail/confirm",
            context={
                "consultation": consultation,
                "organisation": consultation.organisation,
                "url": link(confirmation(held)),
                "hours": CONFIRMATION_LIFE // timedelta(hours=1),
            },
            language=held.language,
            key=f"{digest_mails_of(held)}confirm {secrets.token_hex(8)}",
            organisation_id=consultation.organisation_id,
        )
    for budget, subject in (
        (trying.MAILS_OF_A_BROWSER, browser),
        (trying.MAILS_TO_AN_ADDRESS, read),
        (trying.MAILS_OF_ALL, ""),
    ):
        trying.spend(consultation, budget, subject)


def confirmation(participant: Participant) -> str:
    """The token of the link that confirms the address of a participant."""
    # The address itself stays out of the link: only its hash, which changes when it changes.
    hashed = keys.identity(participant.consultation, Proof.MAIL, participant.mail)
    return signing.dumps([participant.pk, hashed], salt=_CONFIRM)


def to_confirm(consultation: Consultation, token: str) -> Participant:
    """Whose address a link confirms; raise `Conflict` with what is wrong with it."""
    try:
        number, address = signing.loads(token, salt=_CONFIRM, max_age=CONFIRMATION_LIFE)
    except signing.SignatureExpired:
        raise Conflict(
            _("Ce lien a plus de deux jours : redonnez votre adresse sur « Ma participation ».")
        ) from None
    except signing.BadSignature:
        raise Conflict(_("Ce lien est incomplet : ouvrez-le depuis le courriel.")) from None
    found = _of(consultation, number)
    if found is None or keys.identity(consultation, Proof.MAIL, found.mail) != address:
        raise Conflict(_("Cette adresse n’est plus celle de votre bulletin de suivi."))
    return found


@transaction.atomic
def confirm(*, consultation: Consultation, token: str) -> None:
    """Note that the address is theirs; idempotent. Raise `Conflict` as `to_confirm`."""
    held = _held(to_confirm(consultation, token))
    held.mail_confirmed_at = held.mail_confirmed_at or timezone.now()
    held.save(update_fields=["mail_confirmed_at"])


def unsubscription(participant: Participant) -> str:
    """The token of the link that ends a digest; good as long as there is one."""
    return signing.dumps(participant.pk, salt=_UNSUBSCRIBE)


def to_unsubscribe(consultation: Consultation, token: str) -> Participant | None:
    """Whose digest a link ends; None when there is none any more. `Conflict` when forged."""
    try:
        number = signing.loads(token, salt=_UNSUBSCRIBE)
    except signing.BadSignature:
        raise Conflict(_("Ce lien est incomplet : ouvrez-le depuis le courriel.")) from None
    return _of(consultation, number)


@transaction.atomic
def unsubscribe(*, participant: Participant) -> None:
    """Forget the address, hence send nothing more; idempotent."""
    held = _held(participant)
    held.mail, held.mail_asked_on, held.mail_confirmed_at = "", None, None
    held.wants_digest = False
    held.save(update_fields=["mail", "mail_asked_on", "mail_confirmed_at", "wants_digest"])
    # The outbox names the address beside the participant.
    forget_mails(keys=digest_mails_of(held))


def forget_unconfirmed(now: datetime, dry_run: bool) -> int:
    """Forget the addresses that nobody confirmed in a week."""
    with scopes_disabled():
        due = Participant.objects.filter(
            mail_confirmed_at__isnull=True,
            mail_asked_on__lt=timezone.localdate(now) - UNCONFIRMED_KEPT,
        ).exclude(mail="")
        if dry_run:
            return due.count()
        for participant in list(due):
            forget_mails(keys=digest_mails_of(participant))
        return due.update(mail="", mail_asked_on=None, wants_digest=False)


# --- Sending it ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """What happened of one kind: a heading, then a line each."""

    heading: str
    lines: list[str]
    # How many more there are, on the page.
    more: int


def send_digests(now: datetime) -> int:
    """Queue the digest of the week of everybody who has something to read; how many.

    Killed meanwhile, a second call does the rest: nobody is told twice.
    """
    waiting = (
        Participant.objects.filter(
            wants_digest=True,
            mail_confirmed_at__isnull=False,
            erased_on__isnull=True,
            consultation__key_destroyed_at__isnull=True,
            notices__sent_at__isnull=True,
            notices__created_at__gte=F("mail_confirmed_at"),
        )
        .exclude(mail="")
        .order_by("consultation", "pk")
        .values_list("consultation", "pk")
        .distinct()
    )
    sent = 0
    for number, rows in groupby(list(waiting), key=lambda row: row[0]):
        consultation = Consultation.objects.select_related("organisation").get(pk=number)
        held_back = _held_back(consultation)
        for _consultation, participant in rows:
            sent += _send_one(consultation, participant, held_back, now)
    return sent


@transaction.atomic
def _send_one(
    consultation: Consultation, number: int, held_back: frozenset[NoticeKind], now: datetime
) -> bool:
    held: Participant = Participant.objects.select_for_update().get(pk=number)
    if not held.wants_digest or held.mail_confirmed_at is None or held.erased_on is not None:
        return False
    notices = list(
        Notice.objects.filter(
            participant=held, sent_at__isnull=True, created_at__gte=held.mail_confirmed_at
        )
        .exclude(kind__in=held_back)
        .select_related("contribution__phase__consultation", "phase")
        .order_by("kind", "pk")
    )
    if not notices:
        return False
    # For the words of notices, without a query for each.
    held.consultation = consultation
    year, week, _day = timezone.localtime(now).isocalendar()
    key = f"{digest_mails_of(held)}{year}-{week:02d}"
    if OutgoingMail.objects.filter(key=key).exists():
        # Told this week: what came since waits for the next one.
        return False
    told_now = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    with translation.override(held.language):
        grouped = list(sections(Wording(held).lines(notices)))
        if not grouped:
            # All of it was undone meanwhile.
            told_now.update(sent_at=now)
            return False
        path = reverse("consultations:own", args=[consultation.code])
        token = unsubscription(held)
        away = reverse("consultations:unsubscribe", args=[consultation.code, token])
        ends = forget_after(consultation)
        queue_mail(
            to=held.mail,
            template="consultations/mail/digest",
            context={
                "consultation": consultation,
                "organisation": consultation.organisation,
                "sections": grouped,
                "own_url": absolute(path),
                "unsubscribe_url": absolute(away),
                "ends": timezone.localdate(ends)
                if ends and consultation.state == ConsultationState.PUBLISHED
                else None,
            },
            language=held.language,
            key=key,
            organisation_id=consultation.organisation_id,
        )
    told_now.update(sent_at=now)
    return True


def sections(lines: Iterable[Line]) -> Iterator[Section]:
    """Lines grouped by what happened, in the order in which each kind came first."""
    grouped: dict[str, dict[str, None]] = {}
    for line in lines:
        grouped.setdefault(line.heading, {})[_in_a_mail(line)] = None
    for heading, texts in grouped.items():
        told = list(texts)
        yield Section(heading, told[:MOST_LINES], max(0, len(told) - MOST_LINES))


def _in_a_mail(line: Line) -> str:
    """A line as plain text, its links below it where the site knows its address."""
    told = [line.text]
    if line.path:
        told.append(absolute(line.path))
    for link in line.links:
        url = absolute(link.path)
        told.append(url and _("%(label)s : %(url)s") % {"label": link.label, "url": url})
    return "\n  ".join(filter(None, told))


def _held_back(consultation: Consultation) -> frozenset[NoticeKind]:
    """What a pre-electoral period keeps for later, unless a reason was written for it."""
    if consultation.embargo_reason or embargo_of(consultation.organisation) is None:
        return frozenset()
    return EMBARGOED


def _of(consultation: Consultation, number: int) -> Participant | None:
    found: Participant | None = (
        Participant.objects.filter(pk=number, consultation=consultation, erased_on__isnull=True)
        .exclude(mail="")
        .select_related("consultation__organisation")
        .first()
    )
    return found


def _held(participant: Participant) -> Participant:
    held: Participant = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("consultation__organisation")
        .get(pk=participant.pk)
    )
    if held.erased_on is not None:
        raise Refusal(_("Vos données de cette consultation ont été effacées."))
    return held
