"""The mail outbox: a message is a durable intention first, and never sent blindly twice.

`queue_mail` writes the intention in the caller's transaction, under a key that makes it unique; the
worker hands it to the mail server afterwards (`deliver_due`). A server that is down or says "later"
is asked again with growing delays. When a message may have left but no answer came back (the line
broke after DATA, the process died), its state becomes *unknown* and only a person may send it
again, under the same Message-ID.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template import Context, loader
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
# A server answers in less than EMAIL_TIMEOUT a step; past this, whoever was sending is dead.
SENDING_LIMIT = timedelta(minutes=10)
# A message nobody could deliver for so long is refused rather than sent out of its time.
GIVE_UP_AFTER = timedelta(days=3)
RETENTION = timedelta(days=90)


def queue_mail(
    *,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    key: str,
    organisation_id: int | None = None,
) -> OutgoingMail:
    """Write down a message to send, in the caller's transaction; return it, or the one queued.

    `template` names a text template without its extension ("accounts/mail/invitation"): its first
    line is the subject (block `subject` of `foundation/mail/base.txt`), the rest is the body. It
    is rendered now, in `language`, without HTML escaping. `key` names the reason for the message,
    by numbers: a second call with the same key, whatever its other arguments, returns the first
    message and queues nothing.

    Raises `Refusal` when the address is not one.
    """
    with translation.override(language):
        text = loader.get_template(f"{template}.txt")
        # Context(autoescape=False) is out of reach of the backend's own render().
        rendered = text.template.render(  # type: ignore[attr-defined]
            Context(
                {
                    "operator_name": settings.OPERATOR_NAME,
                    "operator_email": settings.OPERATOR_EMAIL,
                    **context,
                },
                autoescape=False,
            )
        )
    subject, _separator, body = rendered.strip().partition("\n")
    return queue_message(
        to=to,
        subject=subject,
        body=body,
        language=language,
        key=key,
        organisation_id=organisation_id,
    )


def queue_message(
    *,
    to: str,
    subject: str,
    body: str,
    language: str,
    key: str,
    organisation_id: int | None = None,
) -> OutgoingMail:
    """Like `queue_mail`, for a text already written by a library (allauth's own messages)."""
    try:
        validate_email(to)
        MaxLengthValidator(254)(to)
    except ValidationError as error:
        raise Refusal(_("Cette adresse électronique n’est pas valable."), field="email") from error
    mail, _created = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "message_id": _message_id(key),
            "to": to,
            # A line break in a subject would let its author add headers of their own.
            "subject": " ".join(subject.split())[:250],
            "body": body.strip() + "\n",
            "language": language,
            "organisation_id": organisation_id,
        },
    )
    return mail


class Delivery(NamedTuple):
    """What became of one call of `deliver_due`."""

    sent: int
    server_down: bool


def deliver_due(*, limit: int = 50, connection: BaseEmailBackend | None = None) -> Delivery:
    """Hand the messages that are due to the mail server.

    Stops at the first sign that the server is down: the others wait without being tried. Must not
    be called inside a transaction: the state "sending" has to be durable before the server hears.
    """
    _settle_the_abandoned()
    sent = 0
    connection = connection or get_connection()
    for _turn in range(limit):
        mail = _claim()
        if mail is None:
            break
        outcome = _send(mail, connection)
        sent += outcome == MailState.SENT
        if outcome == MailState.QUEUED and not mail.error[:1].isdigit():
            return Delivery(sent, server_down=True)
    return Delivery(sent, server_down=False)


def resend(*, mail: OutgoingMail) -> None:
    """Queue again, on a person's decision, a message refused or of unknown fate."""
    _decide(mail, [MailState.UNKNOWN, MailState.FAILED], MailState.QUEUED)


def settle_as_sent(*, mail: OutgoingMail) -> None:
    """Record a person's finding that a message of unknown fate did arrive."""
    _decide(mail, [MailState.UNKNOWN], MailState.SENT)


def discard(*, mail: OutgoingMail) -> None:
    """Give up, on a person's decision, a message refused or of unknown fate."""
    _decide(mail, [MailState.UNKNOWN, MailState.FAILED], MailState.DISCARDED)


def forget_mails(*, keys: str) -> int:
    """Erase the messages whose key begins so, sent or not; returns how many.

    For messages whose very list of addresses says too much once they have done their work. What
    becomes of one that is being sent at this moment is then written nowhere: the caller queues no
    message under these keys any more, so none leaves twice.
    """
    return OutgoingMail.objects.filter(key__startswith=keys).delete()[0]


def settled_before(limit: datetime, *, keys: str = "") -> QuerySet[OutgoingMail]:
    """Messages settled, or of a fate nobody looked into, since before `limit`.

    `keys` is how their keys begin; empty = all of them.
    """
    return OutgoingMail.objects.filter(
        Q(settled_at__lt=limit) | Q(state=MailState.UNKNOWN, sending_started_at__lt=limit),
        key__startswith=keys,
    )


def purge_old(now: datetime, dry_run: bool) -> int:
    """Delete the messages settled, or of a fate nobody looked into, for longer than `RETENTION`."""
    old = settled_before(now - RETENTION)
    return old.count() if dry_run else old.delete()[0]


def _decide(mail: OutgoingMail, sources: list[MailState], target: MailState) -> None:
    final = target in (MailState.SENT, MailState.DISCARDED)
    changes: dict[str, Any] = {"state": target, "settled_at": timezone.now() if final else None}
    if final:
        changes["body"] = ""
    else:
        changes |= {"next_attempt_at": timezone.now(), "queued_at": timezone.now(), "attempts": 0}
    if not OutgoingMail.objects.filter(pk=mail.pk, state__in=sources).update(**changes):
        raise Conflict(_("Ce message n’est plus en attente d’une décision."))
    mail.refresh_from_db()


def _message_id(key: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "parvis.invalid"
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{domain}>"


def _due() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(
        state=MailState.QUEUED, next_attempt_at__lte=timezone.now()
    ).order_by("next_attempt_at", "pk")


def _claim() -> OutgoingMail | None:
    if not _due().exists():  # spares the writing transaction of an idle worker
        return None
    with transaction.atomic(durable=True):
        mail = _due().select_for_update(skip_locked=True).first()
        if mail is None:
            return None
        mail.state = MailState.SENDING
        mail.attempts += 1
        mail.sending_started_at = timezone.now()
        mail.save(update_fields=["state", "attempts", "sending_started_at"])
    return mail


def _settle_the_abandoned() -> None:
    """Messages whose sender died: nobody knows whether the server had taken them."""
    lost = OutgoingMail.objects.filter(
        state=MailState.SENDING, sending_started_at__lt=timezone.now() - SENDING_LIMIT
    )
    if lost.exists():
        count = lost.update(state=MailState.UNKNOWN, error="sender died before an answer came")
        logger.error("mail of unknown fate", extra={"count": count})


def _send(mail: OutgoingMail, connection: BaseEmailBackend) -> MailState:
    is_copied = settings.MAIL_COPY and not mail.key.startswith(tuple(settings.UNCOPIED_MAILS))
    copy = [settings.MAIL_COPY] if is_copied else []
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.to],
        bcc=copy,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    handed_over = False
    try:
        connection.open()
        server = getattr(connection, "connection", None)
        if isinstance(server, smtplib.SMTP):
            # Before DATA nothing can have been delivered; after it, only the server knows.
            send_data = server.data

            def data(msg: Any) -> tuple[int, bytes]:
                nonlocal handed_over
                handed_over = True
                return send_data(msg)

            server.data = data  # type: ignore[method-assign]
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        return _refused(mail, code, reason)
    except smtplib.SMTPResponseException as error:
        return _refused(mail, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        connection.close()
        what = f"{type(error).__name__}: {error}"
        return _settle(mail, MailState.UNKNOWN, what) if handed_over else _later(mail, what)
    finally:
        # A fresh line for each message: the hook above belongs to this one.
        connection.close()
    return _settle(mail, MailState.SENT)


def _refused(mail: OutgoingMail, code: int, reason: bytes | str) -> MailState:
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    error = f"{code} {text}"
    return _later(mail, error) if 400 <= code < 500 else _settle(mail, MailState.FAILED, error)


def _later(mail: OutgoingMail, error: str) -> MailState:
    now = timezone.now()
    if now - mail.queued_at > GIVE_UP_AFTER:
        return _settle(mail, MailState.FAILED, error)
    delay = min(FIRST_DELAY * 2 ** min(mail.attempts - 1, 10), LONGEST_DELAY)
    return _settle(mail, MailState.QUEUED, error, next_attempt_at=now + delay)


def _settle(mail: OutgoingMail, state: MailState, error: str = "", **changes: Any) -> MailState:
    mail.error = error[:500]
    changes |= {"state": state, "error": mail.error}
    if state in (MailState.SENT, MailState.FAILED):
        changes["settled_at"] = timezone.now()
    if state == MailState.SENT:
        changes["body"] = ""
    # This sender may have been judged dead meanwhile: its sure answer overrides the doubt, but not
    # what a person decided since (which starts the count of attempts afresh).
    row = OutgoingMail.objects.filter(
        pk=mail.pk,
        state__in=[MailState.SENDING, MailState.UNKNOWN],
        attempts=mail.attempts,
    )
    if state == MailState.SENT and mail.key.startswith(tuple(settings.FORGOTTEN_MAILS)):
        row.delete()
    else:
        row.update(**changes)
    log = logger.info if state in (MailState.SENT, MailState.QUEUED) else logger.error
    log("mail", extra={"mail": mail.pk, "state": state.value, "attempts": mail.attempts})
    return state
