"""The outbox: written with the act, sent once, tried again when that is safe, unknown when not."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from parvis.foundation import mail
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import MailState, OutgoingMail
from parvis.foundation.tests.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        yield running


@pytest.fixture
def templates(settings, tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "room" / "mail").mkdir(parents=True)
    (folder / "room" / "mail" / "hello.txt").write_text(
        '{% extends "foundation/mail/base.txt" %}\n'
        "{% block subject %}Bonjour {{ name }}{% endblock subject %}\n"
        "{% block body %}Voici l’adresse : {{ url }}{% endblock body %}\n",
        encoding="utf-8",
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]
    return folder


def queue(key: str = "hello:1", to: str = "claire@example.org") -> OutgoingMail:
    return mail.queue_message(
        to=to, subject="Bonjour", body="Corps du message.", language="fr", key=key
    )


def make_due() -> None:
    OutgoingMail.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_message_is_rendered_when_queued_without_html_escaping(templates: Path) -> None:
    message = mail.queue_mail(
        to="claire@example.org",
        template="room/mail/hello",
        context={"name": "l’équipe « A & B »", "url": "https://exemple.fr/?a=1&b=2"},
        language="fr",
        key="hello:1",
    )
    assert message.subject == "Bonjour l’équipe « A & B »"
    assert "https://exemple.fr/?a=1&b=2" in message.body
    assert message.body.startswith("Bonjour,\n"), "the subject is no part of the body"


def test_the_same_reason_queues_one_message() -> None:
    first, second = queue(), queue()
    assert first.pk == second.pk
    assert OutgoingMail.objects.count() == 1


def test_a_message_lives_or_dies_with_the_act_it_speaks_of() -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("address", ["pas une adresse", "a@b", "", "x@example.org\nBcc: y@z.fr"])
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as refusal:
        queue(to=address)
    assert refusal.value.field == "email"
    assert not OutgoingMail.objects.exists()


def test_a_subject_cannot_smuggle_headers(server: MailServer) -> None:
    mail.queue_message(
        to="claire@example.org",
        subject="Bonjour\r\nBcc: autre@example.org",
        body="x",
        language="fr",
        key="smuggle:1",
    )
    assert mail.deliver_due().sent == 1
    received = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert received["Bcc"] is None
    assert received["Subject"] == "Bonjour Bcc: autre@example.org"


def test_a_message_is_sent_once_then_its_text_is_forgotten(server: MailServer) -> None:
    message = queue()
    assert mail.deliver_due() == mail.Delivery(sent=1, server_down=False)
    assert mail.deliver_due().sent == 0
    assert len(server.messages) == 1
    received = email.message_from_bytes(server.messages[0])
    assert received["Message-ID"] == message.message_id
    assert received["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert (message.state, message.body) == (MailState.SENT, "")
    assert message.settled_at is not None


def test_a_copy_goes_to_the_address_that_reconciles(server: MailServer, settings) -> None:
    settings.MAIL_COPY = "copies@example.org"
    queue()
    mail.deliver_due()
    assert len(server.messages) == 1
    assert b"copies@example.org" not in server.messages[0], "the copy is blind"


def test_a_server_that_is_down_is_asked_again_later(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    first, second = queue("hello:1"), queue("hello:2")
    assert mail.deliver_due() == mail.Delivery(sent=0, server_down=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == second.state == MailState.QUEUED
    assert (first.attempts, second.attempts) == (1, 0), "the others are not tried in vain"
    assert first.next_attempt_at > timezone.now()
    with mail_server() as back:
        settings.EMAIL_PORT = back.port
        make_due()
        assert mail.deliver_due().sent == 2
        assert len(back.messages) == 2


def test_a_line_cut_before_the_message_is_tried_again(server: MailServer) -> None:
    message = queue()
    server.behaviour = "vanish before data"
    mail.deliver_due()
    message.refresh_from_db()
    assert message.state == MailState.QUEUED
    server.behaviour = "accept"
    make_due()
    assert mail.deliver_due().sent == 1
    assert len(server.messages) == 1


def test_a_line_cut_after_the_message_leaves_its_fate_unknown(server: MailServer) -> None:
    message = queue()
    server.behaviour = "vanish after data"
    assert mail.deliver_due().sent == 0
    message.refresh_from_db()
    assert message.state == MailState.UNKNOWN
    server.behaviour = "accept"
    make_due()
    mail.deliver_due()
    assert len(server.messages) == 1, "never sent blindly a second time"


def test_a_sender_that_dies_leaves_the_fate_unknown(server: MailServer) -> None:
    message = queue()
    OutgoingMail.objects.filter(pk=message.pk).update(
        state=MailState.SENDING,
        sending_started_at=timezone.now() - mail.SENDING_LIMIT - timedelta(seconds=1),
    )
    assert mail.deliver_due().sent == 0
    message.refresh_from_db()
    assert message.state == MailState.UNKNOWN
    assert server.messages == []


def test_messages_forgotten_while_one_is_being_sent() -> None:
    """The list of addresses says too much: the one on its way is forgotten with the others."""
    message = queue("hush 1 a")
    queue("hush 1 b", to="paul@example.org")
    queue("hush 10 a")
    OutgoingMail.objects.filter(pk=message.pk).update(
        state=MailState.SENDING, sending_started_at=timezone.now()
    )
    assert mail.forget_mails(keys="hush 1 ") == 2
    assert OutgoingMail.objects.get().key == "hush 10 a"


def test_some_messages_leave_the_outbox_once_they_are_surely_sent(server, settings) -> None:
    settings.FORGOTTEN_MAILS = ["hush "]
    queue("hush 1 a")
    queue("hello:1")
    assert mail.deliver_due().sent == 2
    server.behaviour = "refuse recipient"
    refused = queue("hush 1 b", to="paul@example.org")
    mail.deliver_due()
    assert set(OutgoingMail.objects.values_list("key", flat=True)) == {"hello:1", refused.key}


def test_some_messages_are_copied_to_nobody(mailoutbox, settings) -> None:
    settings.MAIL_COPY = "copies@example.org"
    settings.UNCOPIED_MAILS = ["hush "]
    queue("hush 1 a")
    queue("hello:1")
    mail.deliver_due()
    assert [message.bcc for message in mailoutbox] == [[], ["copies@example.org"]]


def test_a_sender_at_work_is_left_alone(server: MailServer) -> None:
    message = queue()
    OutgoingMail.objects.filter(pk=message.pk).update(
        state=MailState.SENDING, sending_started_at=timezone.now()
    )
    mail.deliver_due()
    message.refresh_from_db()
    assert message.state == MailState.SENDING


@pytest.mark.parametrize(
    ("behaviour", "state", "code"),
    [
        ("refuse recipient", MailState.FAILED, "550"),
        ("refuse data", MailState.FAILED, "554"),
        ("later", MailState.QUEUED, "451"),
    ],
)
def test_a_clear_answer_is_obeyed(
    server: MailServer, behaviour: str, state: MailState, code: str
) -> None:
    message = queue()
    server.behaviour = behaviour
    assert mail.deliver_due() == mail.Delivery(sent=0, server_down=False)
    message.refresh_from_db()
    assert message.state == state
    assert message.error.startswith(code)


def test_a_message_too_old_is_refused_rather_than_sent(server: MailServer) -> None:
    message = queue()
    OutgoingMail.objects.update(queued_at=timezone.now() - mail.GIVE_UP_AFTER - timedelta(hours=1))
    server.behaviour = "later"
    mail.deliver_due()
    message.refresh_from_db()
    assert message.state == MailState.FAILED


def test_a_person_decides_of_what_is_unknown(server: MailServer, capsys) -> None:
    message = queue()
    server.behaviour = "vanish after data"
    mail.deliver_due()
    call_command("mail")
    assert message.message_id in capsys.readouterr().out
    server.behaviour = "accept"
    call_command("mail", resend=message.pk)
    assert mail.deliver_due().sent == 1
    ids = {email.message_from_bytes(received)["Message-ID"] for received in server.messages}
    assert ids == {message.message_id}, "both copies can be recognised as one message"
    with pytest.raises(CommandError):
        call_command("mail", resend=message.pk)
    with pytest.raises(CommandError):
        call_command("mail", sent=999_999)


def test_a_settled_message_takes_no_decision() -> None:
    message = queue()
    with pytest.raises(Conflict):
        mail.discard(mail=message)


def test_old_messages_are_purged(server: MailServer) -> None:
    message = queue()
    mail.deliver_due()
    now = timezone.now()
    assert mail.purge_old(now + mail.RETENTION - timedelta(hours=1), False) == 0
    assert mail.purge_old(now + mail.RETENTION + timedelta(hours=1), True) == 1
    assert mail.purge_old(now + mail.RETENTION + timedelta(hours=1), False) == 1
    assert not OutgoingMail.objects.filter(pk=message.pk).exists()
