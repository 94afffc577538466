"""`parvis mail`: the messages that need a person's decision, and that decision."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation import mail
from parvis.foundation.errors import Refusal
from parvis.foundation.models import MailState, OutgoingMail

DECISIONS = {
    "resend": mail.resend,
    "sent": mail.settle_as_sent,
    "discard": mail.discard,
}


class Command(BaseCommand):
    help = "Montre les courriels refusés ou de sort inconnu ; renvoie, classe ou abandonne."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--resend", type=int, metavar="N", help="renvoie le message n° N")
        parser.add_argument("--sent", type=int, metavar="N", help="constate que N est arrivé")
        parser.add_argument("--discard", type=int, metavar="N", help="abandonne le message n° N")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, decide in DECISIONS.items():
            if options[name] is not None:
                message = OutgoingMail.objects.filter(pk=options[name]).first()
                if message is None:
                    raise CommandError(_("Aucun message ne porte ce numéro."))
                try:
                    decide(mail=message)
                except Refusal as refusal:
                    raise CommandError(refusal.message) from refusal
        waiting = OutgoingMail.objects.filter(state__in=[MailState.UNKNOWN, MailState.FAILED])
        for message in waiting.order_by("pk"):
            self.stdout.write(
                f"{message.pk:>6}  {message.get_state_display()}  {message.to}  "
                f"{message.message_id}  {message.error}"
            )
        self.stdout.write(_("%d message(s) attendent une décision.") % waiting.count())
