"""Showing once who one is: a link by mail, a printed code, a local roll, an identity provider.

None of them makes an account, and nothing of what is shown is kept but its keyed hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations import keys
from parvis.consultations.entrance import admit_identity, secret_hash
from parvis.consultations.enums import ConsultationState, Proof
from parvis.consultations.models import (
    Consultation,
    MailProof,
    Participant,
    PrintedCode,
    RollEntry,
)
from parvis.consultations.operations import trying
from parvis.consultations.operations.mail_names import entrance_mails
from parvis.consultations.roll_names import folded_family, folded_given, folded_number
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import queue_mail
from parvis.foundation.readable_codes import read_code

LINK_LIFE = timedelta(hours=48)
# Thirty characters, twelve times: 58 bits.
PRINTED_LENGTH = 12
GIVEN_DIGITS = 16

Admitted = tuple[Participant, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who tries to enter: the consultation, their language, what tells their browser apart."""

    consultation: Consultation
    browser: str
    language: str = "fr"


class NotKnown(Refusal):
    """A code or a name that the consultation does not know: what a guess would be answered."""


class NumberNeeded(Refusal):
    """Several people of the roll fit: their number there tells them apart."""


def refuse_closed(consultation: Consultation) -> None:
    """Raise `Conflict` once nobody can be recognised any more."""
    if consultation.key_destroyed_at is not None:
        raise Conflict(
            _(
                "Cette consultation est finie et ce qui reconnaissait les participants a été "
                "détruit : on n’y entre plus."
            )
        )


# --- A link by mail ------------------------------------------------------------------------------


def send_link(entry: Entry, *, address: str, link: Callable[[str], str]) -> None:
    """Send a link that admits whoever reads that address; the answer never tells who took part.

    `link` makes the address of a secret. Raise `Refusal` for what is no address, `TooManyTries`.
    """
    consultation = entry.consultation
    refuse_closed(consultation)
    read = address.strip().lower()
    trying.refuse_if_spent(
        consultation,
        (trying.MAILS_OF_A_BROWSER, entry.browser),
        (trying.MAILS_TO_AN_ADDRESS, read),
        (trying.MAILS_OF_ALL, ""),
    )
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        queue_mail(
            to=read,
            template="consultations/mail/entrance",
            context={
                "consultation": consultation,
                "organisation": consultation.organisation,
                "url": link(secret),
                "hours": LINK_LIFE // timedelta(hours=1),
            },
            language=entry.language,
            # Drawn, so that no row of the outbox leads to an identity.
            key=entrance_mails(consultation) + secrets.token_hex(8),
            organisation_id=consultation.organisation_id,
        )
        MailProof.objects.create(
            organisation_id=consultation.organisation_id,
            consultation=consultation,
            secret_hash=secret_hash(secret),
            sealed_identity=_under_pad(
                consultation, secret, keys.identity(consultation, Proof.MAIL, read)
            ),
            # To the hour: nothing says which message of the outbox it goes with.
            expires_at=_hour_after(timezone.now() + LINK_LIFE),
        )
    trying.spend(consultation, trying.MAILS_OF_A_BROWSER, entry.browser)
    trying.spend(consultation, trying.MAILS_TO_AN_ADDRESS, read)
    trying.spend(consultation, trying.MAILS_OF_ALL, "")


def usable_link(consultation: Consultation, secret: str) -> MailProof:
    """The proof that a link names; raise `Conflict` with what is wrong with it."""
    found: MailProof | None = MailProof.objects.filter(
        consultation=consultation, secret_hash=secret_hash(secret)
    ).first()
    if found is None:
        raise _unknown_link()
    if found.expires_at <= timezone.now():
        raise Conflict(_("Ce lien a plus de deux jours : il ne sert plus. Demandez-en un autre."))
    return found


def enter_by_link(entry: Entry, *, secret: str) -> Admitted:
    """Admit whoever presses the button of a link's page; raise `Conflict` as `usable_link`."""
    refuse_closed(entry.consultation)
    with transaction.atomic():
        proof = usable_link(entry.consultation, secret)
        # Two presses at once: one of them takes it. Nothing is left that says which link served.
        if not MailProof.objects.filter(pk=proof.pk).delete()[0]:
            raise _unknown_link()
        identity = _under_pad(entry.consultation, secret, proof.sealed_identity)
        return _admit(entry, Proof.MAIL, identity)


def _unknown_link() -> Conflict:
    return Conflict(
        _(
            "Ce lien a déjà servi, car chacun ne sert qu’une fois ; ou il n’est pas de cette "
            "consultation, ou pas entier : ouvrez-le depuis le courriel, ou demandez-en un autre."
        )
    )


def _under_pad(consultation: Consultation, secret: str, text: str) -> str:
    """64 hexadecimal digits under the pad of one link; done twice, they are as they were."""
    pad = keys.fingerprints(consultation, "mail link")(secret)
    return f"{int(text, 16) ^ int(pad, 16):064x}"


# --- A printed code ------------------------------------------------------------------------------


def enter_by_code(entry: Entry, *, typed: str) -> Admitted:
    """Admit whoever types a code of a letter; raise `Refusal`, or `TooManyTries` for guesses."""
    refuse_closed(entry.consultation)
    code = read_printed(typed)
    _refuse_guesses(entry)
    try:
        identity = identity_of_code(entry.consultation, code)
    except NotKnown:
        _count_guess(entry)
        raise
    return _admit(entry, Proof.CODE, identity)


def read_printed(typed: str) -> str:
    """The code in what was typed; raise `Refusal` for what cannot be one."""
    code = read_code(typed[:100], PRINTED_LENGTH)
    if not code:
        raise Refusal(
            _(
                "Un code compte %(length)d lettres et chiffres, sans I, L, O, U, 0 ni 1 : relisez "
                "votre lettre."
            )
            % {"length": PRINTED_LENGTH},
            field="code",
        )
    return code


def identity_of_code(consultation: Consultation, code: str) -> str:
    """The identity that a code of a letter is; raise `NotKnown` when it is not of here."""
    identity = keys.identity(consultation, Proof.CODE, code)
    if not PrintedCode.objects.filter(consultation=consultation, identity=identity).exists():
        raise NotKnown(
            _("Ce code n’est pas de cette consultation : relisez votre lettre."), field="code"
        )
    return identity


# --- The local roll ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """Who somebody says to be; `number` is that of the roll, asked where several people fit."""

    family: str
    given: str
    born_on: date
    number: str = ""


class RollHashes:
    """The keyed hashes by which a roll is kept: the key is read once."""

    def __init__(self, consultation: Consultation) -> None:
        """Raise `KeyMissing` without the key."""
        self._family = keys.fingerprints(consultation, "roll family")
        self._given = keys.fingerprints(consultation, "roll given")
        self._person = keys.fingerprints(consultation, str(Proof.ROLL))

    def family(self, name: str, born_on: date) -> str:
        return self._family(f"{folded_family(name)}\n{born_on}")

    def given(self, family: str, names: str) -> list[str]:
        """Of each first name, under the hash of the family name and date that it goes with."""
        return [self._given(f"{family}\n{name}")[:GIVEN_DIGITS] for name in folded_given(names)]

    def person(self, family: str, given: list[str], number: str) -> str:
        return self._person("\n".join([family, *sorted(given), folded_number(number)]))


def enter_by_roll(entry: Entry, *, named: Named) -> Admitted:
    """Admit whoever is on the roll; raise `Refusal`, `NumberNeeded`, `TooManyTries`."""
    refuse_closed(entry.consultation)
    name = _folded(named)
    _refuse_guesses(entry, (trying.GUESSES_OF_A_NAME, name))
    try:
        identity = identity_of_named(entry.consultation, named)
    except NotKnown:
        _count_guess(entry, (trying.GUESSES_OF_A_NAME, name))
        raise
    return _admit(entry, Proof.ROLL, identity)


def identity_of_named(consultation: Consultation, named: Named) -> str:
    """The identity of a person of the roll; raise `NotKnown`, `NumberNeeded`, `Refusal`."""
    _folded(named)
    hashes = RollHashes(consultation)
    found = _on_the_roll(consultation, hashes, named)
    if len(found) > 1 and not named.number:
        raise NumberNeeded(
            _(
                "Plusieurs personnes de la liste portent ces noms et sont nées ce jour-là : donnez "
                "aussi votre numéro sur la liste."
            ),
            field="number",
        )
    if len(found) > 1:
        found = [
            one
            for one in found
            if one.numbered_identity == hashes.person(one.identity, one.given, named.number)
        ]
    if not found:
        raise NotKnown(
            _(
                "Personne de la liste ne répond à ces noms et à cette date. Essayez votre nom de "
                "naissance, ou un seul prénom ; sinon, écrivez à l’équipe qui consulte."
            ),
            field="number" if named.number else "family",
        )
    return found[0].numbered_identity


def _folded(named: Named) -> str:
    """The names without what does not count; raise `Refusal` when nothing is left of them."""
    folded = folded_family(named.family)
    if not folded or not folded_given(named.given):
        raise Refusal(_("Écrivez vos nom et prénoms en lettres latines."), field="family")
    return f"{folded}\n{' '.join(folded_given(named.given))}"


def _on_the_roll(consultation: Consultation, hashes: RollHashes, named: Named) -> list[RollEntry]:
    """Those whose family name and date are these, and all of whose typed first names are theirs."""
    family = hashes.family(named.family, named.born_on)
    rows = RollEntry.objects.filter(
        Q(identity=family) | Q(usage_identity=family), consultation=consultation
    )
    # Hashed under the family name of the roll, whichever of the two names was typed.
    return [row for row in rows if set(hashes.given(row.identity, named.given)) <= set(row.given)]


# --- An identity provider ------------------------------------------------------------------------


def enter_by_provider(entry: Entry, *, issuer: str, subject: str) -> Admitted:
    """Admit whoever the provider vouches for: one person by issuer and subject."""
    refuse_closed(entry.consultation)
    identity = keys.identity(entry.consultation, Proof.OIDC, f"{issuer}|{subject}")
    return _admit(entry, Proof.OIDC, identity)


# --- Pieces --------------------------------------------------------------------------------------


def _admit(entry: Entry, proof: Proof, identity: str) -> Admitted:
    """Admit, or only let back in once the consultation is closed; raise `Conflict`."""
    consultation = entry.consultation
    if consultation.state != ConsultationState.OPEN:
        known = Participant.objects.filter(consultation=consultation, identity=identity)
        if not known.exists():
            raise Conflict(
                _("Cette consultation est close : seules y entrent les personnes déjà venues.")
            )
    return admit_identity(
        consultation=consultation, proof=proof, identity=identity, language=entry.language
    )


def _refuse_guesses(entry: Entry, *more: tuple[trying.Budget, str]) -> None:
    trying.refuse_if_spent(
        entry.consultation,
        (trying.GUESSES_OF_A_BROWSER, entry.browser),
        *more,
        (trying.GUESSES_OF_ALL, ""),
    )


def _count_guess(entry: Entry, *more: tuple[trying.Budget, str]) -> None:
    for budget, subject in (
        (trying.GUESSES_OF_A_BROWSER, entry.browser),
        *more,
        (trying.GUESSES_OF_ALL, ""),
    ):
        trying.spend(entry.consultation, budget, subject)


def _hour_after(moment: datetime) -> datetime:
    """The first full hour from a moment on."""
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
