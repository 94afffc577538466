"""Participants: keyed hashes, what they give by themselves, and when all of it is destroyed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.consultations.models import MailProof
from parvis.consultations.operations.digests import UNCONFIRMED_KEPT, forget_unconfirmed
from parvis.consultations.operations.forgetting import FORGOTTEN, forget_again
from parvis.consultations.operations.leaving import ERASED_PERSON, erase_person_again
from parvis.consultations.operations.mail_names import DIGEST_MAILS, ENTRANCE_MAILS
from parvis.consultations.operations.trying import KEPT as TRIES_KEPT
from parvis.consultations.operations.trying import forget_tries
from parvis.consultations.operations.verifying import LINK_LIFE
from parvis.foundation.mail import settled_before
from parvis.foundation.personal_data import Controller, declare, erases, not_personal

_UNTIL_FORGOTTEN = _(
    "jusqu’à la fin du délai de recours : la clé est alors détruite et l’empreinte remplacée"
)
LINKS_KEPT = timedelta(days=30)
# The row of a digest says that there was one this week: it outlives the week.
DIGEST_MAILS_KEPT = timedelta(days=8)


def forget_links(now: datetime, dry_run: bool) -> int:
    """Forget links long after they stopped opening anything, and to whom they could not be sent.

    Those that were sent are forgotten as they are (`settings.FORGOTTEN_MAILS`).
    """
    with scopes_disabled():
        links = MailProof.objects.filter(expires_at__lt=now - LINKS_KEPT)
        mails = settled_before(now - LINK_LIFE, keys=ENTRANCE_MAILS)
        if dry_run:
            return links.count() + mails.count()
        return links.delete()[0] + mails.delete()[0]


def forget_addresses(now: datetime, dry_run: bool) -> int:
    """Forget addresses nobody confirmed, and mails of digests: their words are of one person."""
    mails = settled_before(now - DIGEST_MAILS_KEPT, keys=DIGEST_MAILS)
    unconfirmed = forget_unconfirmed(now, dry_run)
    return unconfirmed + (mails.count() if dry_run else mails.delete()[0])


def forget_old_tries(now: datetime, dry_run: bool) -> int:
    """Forget what no budget counts any more."""
    with scopes_disabled():
        return forget_tries(now, dry_run)


declare(
    "consultations.Participant",
    "identity",
    purpose=_("qu’une personne n’ait qu’une voix, et retrouve ses votes sur un autre appareil"),
    controller=Controller.ORGANISATION,
    retention=_UNTIL_FORGOTTEN,
)
declare(
    "consultations.Participant",
    "display_name",
    purpose=_("signer ses textes, pour qui le veut"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin du délai de recours, ou à la demande de la personne"),
)
declare(
    "consultations.Participant",
    "mail",
    purpose=_("envoyer le bulletin de suivi à qui l’a demandé et confirmé"),
    controller=Controller.ORGANISATION,
    # Without a confirmation; otherwise until the end of the appeal, or as soon as asked.
    retention=UNCONFIRMED_KEPT,
    purge=forget_addresses,
)
not_personal("consultations.Participant", "language", because="the language of a page")
declare(
    "consultations.ParticipantAccess",
    "secret_hash",
    purpose=_("reconnaître l’appareil d’un participant"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à ce que l’appareil soit quitté, ou la fin du délai de recours"),
)
declare(
    "consultations.MailProof",
    "sealed_identity",
    "secret_hash",
    purpose=_("qu’un lien reçu par courriel serve une fois, à une adresse"),
    controller=Controller.ORGANISATION,
    retention=LINKS_KEPT,
    purge=forget_links,
)
declare(
    "consultations.PrintedCode",
    "identity",
    purpose=_("qu’un code de lettre serve à une personne"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin du délai de recours, puis effacé"),
)
declare(
    "consultations.RollEntry",
    "identity",
    "usage_identity",
    "given",
    "numbered_identity",
    purpose=_("reconnaître une personne d’une liste locale sans garder ni nom ni date"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à la fin du délai de recours, puis effacé"),
)
declare(
    "consultations.EntryTry",
    "subject",
    purpose=_("limiter les essais de codes et de noms, et les courriels à une adresse"),
    controller=Controller.ORGANISATION,
    retention=TRIES_KEPT,
    purge=forget_old_tries,
)
not_personal(
    "consultations.Notice", "key", because="what a notice is about, by the numbers of its objects"
)
erases(ERASED_PERSON, erase_person_again)
erases(FORGOTTEN, forget_again)
