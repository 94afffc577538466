"""Who a browser is in a consultation: the participant whose secret its cookie holds.

One cookie a consultation, sent to its own pages only, read by no script. Where the admission is
open, the first act makes a participant of the device; where people are verified, `views.entering`
does once what was asked was shown.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from parvis.consultations import keys
from parvis.consultations.enums import Admission, Proof
from parvis.consultations.models import Consultation, Participant, ParticipantAccess
from parvis.foundation.days import day_in_words
from parvis.foundation.errors import Conflict

SECRET_BYTES = 32
# No hash is empty.
NOBODY = ""
COOKIE_SECONDS = 400 * 24 * 3600

# Asked at each vote: written once, since composing it costs ten times as much as answering it.
_FIND = f"""
    SELECT person.* FROM {Participant._meta.db_table} person
    JOIN {ParticipantAccess._meta.db_table} access ON access.participant_id = person.id
    WHERE access.secret_hash = %s AND person.consultation_id = %s AND person.erased_on IS NULL
"""  # noqa: S608 – the names of our own tables


def cookie_name(consultation: Consultation) -> str:
    return f"parvis-{consultation.code}"


def participant_of(request: HttpRequest, consultation: Consultation) -> Participant | None:
    """The participant of this browser, or None. To be called with scopes disabled."""
    secret = request.COOKIES.get(cookie_name(consultation), "")
    if not secret:
        return None
    found: Participant | None = next(
        iter(Participant.objects.raw(_FIND, [secret_hash(secret), consultation.pk])), None
    )
    if found is not None:
        found.consultation = consultation
    return found


def held_secret(request: HttpRequest, consultation: Consultation) -> str:
    """The hash of the secret that this browser holds; that of nobody when it holds none."""
    secret = request.COOKIES.get(cookie_name(consultation), "")
    return secret_hash(secret) if secret else NOBODY


def access_of(request: HttpRequest, consultation: Consultation) -> int:
    """The key of the access of this browser, or 0. To be called with scopes disabled."""
    secret = request.COOKIES.get(cookie_name(consultation), "")
    found: int | None = (
        ParticipantAccess.objects.filter(
            participant__consultation=consultation, secret_hash=secret_hash(secret)
        )
        .values_list("pk", flat=True)
        .first()
    )
    return found or 0


def needs_proof(consultation: Consultation, participant: Participant | None) -> bool:
    """Whether this browser has to be verified before it takes part."""
    return participant is None and consultation.admission == Admission.VERIFIED


def admit(
    *, consultation: Consultation, proof: Proof, verified: str, language: str = "fr"
) -> tuple[Participant, str]:
    """The participant of what was verified, and the secret of a new access for this browser.

    The same person, verified again on another device, is the same participant.
    """
    identity = keys.identity(consultation, proof, verified)
    return admit_identity(
        consultation=consultation, proof=proof, identity=identity, language=language
    )


@transaction.atomic
def admit_identity(
    *, consultation: Consultation, proof: Proof, identity: str, language: str = "fr"
) -> tuple[Participant, str]:
    """The same, of an identity already hashed; raise `Conflict` for whoever was erased."""
    participant, _made = Participant.objects.get_or_create(
        consultation=consultation,
        identity=identity,
        defaults={
            "organisation_id": consultation.organisation_id,
            "proof": proof,
            "language": language,
        },
    )
    if participant.erased_on is not None:
        raise Conflict(
            _(
                "Vos données de cette consultation ont été effacées à votre demande le %(day)s. "
                "Rien n’en revient, et ce moyen ne permet plus d’y participer : une personne ne "
                "vote qu’une fois."
            )
            % {"day": day_in_words(participant.erased_on)}
        )
    return participant, open_access(participant)


def open_access(participant: Participant) -> str:
    """The secret of a new access: the database keeps its hash."""
    secret = secrets.token_hex(SECRET_BYTES)
    ParticipantAccess.objects.create(
        organisation_id=participant.organisation_id,
        participant=participant,
        secret_hash=secret_hash(secret),
    )
    return secret


def new_device() -> str:
    """What a page draws for a browser not known yet: its first act, sent twice, is one person's."""
    return secrets.token_hex(SECRET_BYTES)


def admit_device(
    consultation: Consultation, language: str, device: str = ""
) -> tuple[Participant, str]:
    """A participant where the admission is open: this device, known by nothing else.

    `device` is what the page drew (`new_device`); the same one again is the same participant.
    """
    is_drawn = re.fullmatch(r"[0-9a-f]{64}", device) is not None
    return admit(
        consultation=consultation,
        proof=Proof.DEVICE,
        verified=device if is_drawn else new_device(),
        language=language,
    )


def remember(
    request: HttpRequest, response: HttpResponseBase, consultation: Consultation, secret: str
) -> None:
    """Give this browser its access: a cookie for the pages of this consultation alone."""
    response.set_cookie(
        cookie_name(consultation),
        secret,
        max_age=COOKIE_SECONDS,
        path=f"/participer/{consultation.code}/",
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase, consultation: Consultation) -> None:
    """Take the access back from this browser."""
    response.delete_cookie(
        cookie_name(consultation), path=f"/participer/{consultation.code}/", samesite="Lax"
    )


def secret_hash(secret: str) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
