"""Kiosks: a one-time code, the tablet that becomes a kiosk by it, and the end of one.

Lock order: a pairing code, then a device; neither is held while anything else is waited for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.codes import code_hash, new_code, read_code
from parvis.feedback.configuration import configuration_changed
from parvis.feedback.enums import DeviceKind
from parvis.feedback.models import Device, PairingCode, Touchpoint, WrongPairing
from parvis.feedback.secret_hash import secret_hash
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

CODE_LIFE = timedelta(minutes=10)
MAX_NAME_CHARACTERS = 60

# Wrong guesses of everybody in a quarter of an hour before anybody is slowed down; then only who
# guessed wrong this often is: a school behind one address pairs its tablets all the same.
# 30**8 codes, a few of them alive: a million guesses find one with a probability of two in a
# million for each code alive.
BUDGET_LIFE = timedelta(minutes=15)
BUDGET_OF_ALL = 100
BUDGET_OF_ONE = 10
SLOWED_DOWN_SECONDS = 60


class PairingRefused(Refusal):
    """Why a code does not pair. `reason` is a word for the kiosk, `status` of HTTP."""

    def __init__(self, reason: str, message: str, status: int) -> None:
        super().__init__(message, field="code")
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Paired:
    """A new kiosk. `secret` is told this once."""

    device: Device
    secret: str


@transaction.atomic
def ask_pairing_code(
    *, touchpoint: Touchpoint, device_name: str, by: Person
) -> tuple[PairingCode, str]:
    """The row of a new code, and the code itself, to be shown once."""
    name = _name(device_name)
    if touchpoint.closed_at is not None:
        raise Conflict(_("Ce point d’écoute est fermé : rouvrez-le avant d’y mettre une borne."))
    code = new_code()
    row = PairingCode.objects.create(
        organisation_id=touchpoint.organisation_id,
        touchpoint=touchpoint,
        device_name=name,
        code_hash=code_hash(code),
        created_by=by,
        expires_at=timezone.now() + CODE_LIFE,
    )
    record(
        action="kiosk.pairing_asked",
        actor_id=by.pk,
        subject=touchpoint,
        organisation_id=touchpoint.organisation_id,
    )
    return row, code


def pair(*, typed: str, source: str) -> Paired:
    """Make a kiosk of the tablet that typed a code; raise `PairingRefused` otherwise.

    `source` stands for where it came from (`source_hash`). Called outside any tenant's scope: the
    code tells the body. Of two tablets with the same code, one becomes the kiosk.
    """
    _refuse_too_many_guesses(source)
    code = read_code(typed)
    row = PairingCode.objects.filter(code_hash=code_hash(code)).first() if code else None
    if row is None:
        # In a transaction of its own: the refusal must not undo it.
        WrongPairing.objects.create(source_hash=source)
        raise PairingRefused(
            "unknown",
            _("Ce code n’existe pas. Vérifiez les huit caractères, ou demandez-en un autre."),
            404,
        )
    return _use(row)


@transaction.atomic
def _use(row: PairingCode) -> Paired:
    now = timezone.now()
    # One statement decides: the second of two tablets finds nothing left to take.
    taken = PairingCode.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=now).update(
        used_at=now
    )
    if not taken:
        row.refresh_from_db()
        if row.used_at is not None:
            raise PairingRefused(
                "used",
                _(
                    "Ce code a déjà servi. S’il n’a pas servi à cette tablette, révoquez la borne "
                    "qu’il a créée, puis demandez un autre code."
                ),
                409,
            )
        raise PairingRefused(
            "expired", _("Ce code a expiré : il vaut dix minutes. Demandez-en un autre."), 410
        )
    touchpoint = Touchpoint.objects.select_related("questionnaire").get(pk=row.touchpoint_id)
    if touchpoint.closed_at is not None:
        raise PairingRefused("closed", _("Le point d’écoute de ce code a été fermé depuis."), 409)
    secret = secrets.token_urlsafe(32)
    device = Device.objects.create(
        organisation_id=row.organisation_id,
        touchpoint=touchpoint,
        kind=DeviceKind.KIOSK,
        name=row.device_name,
        secret_hash=secret_hash(secret),
        last_seen_at=now,
    )
    record(
        action="kiosk.paired",
        actor_id=row.created_by_id,
        subject=device,
        organisation_id=row.organisation_id,
    )
    return Paired(device, secret)


def _refuse_too_many_guesses(source: str) -> None:
    since = timezone.now() - BUDGET_LIFE
    WrongPairing.objects.filter(at__lte=since).delete()
    recent = WrongPairing.objects.filter(at__gt=since)
    if recent.count() < BUDGET_OF_ALL:
        return
    if recent.filter(source_hash=source).count() >= BUDGET_OF_ONE:
        raise PairingRefused(
            "slow_down",
            _("Trop de codes faux ces dernières minutes : réessayez dans une minute."),
            429,
        )


@transaction.atomic
def change_kiosk(*, device: Device, name: str, touchpoint: Touchpoint, by: Person) -> Device:
    """Rename a kiosk, or move it to another touchpoint of the same body.

    The answers it already holds say where they were given: they stay with their touchpoint.
    """
    name = _name(name)
    locked = Device.objects.select_for_update().get(pk=device.pk)
    if locked.revoked_at is not None:
        raise Conflict(_("Cette borne est révoquée : elle ne se modifie plus."))
    if touchpoint.organisation_id != locked.organisation_id:
        raise Refusal(_("Choisissez un point d’écoute de votre organisme."), field="touchpoint")
    moved = touchpoint.pk != locked.touchpoint_id
    if moved and touchpoint.closed_at is not None:
        raise Refusal(_("Ce point d’écoute est fermé."), field="touchpoint")
    if not moved and name == locked.name:
        return locked
    locked.name = name
    locked.touchpoint = touchpoint
    locked.save(update_fields=["name", "touchpoint"])
    configuration_changed(Device.objects.filter(pk=locked.pk))
    record(
        action="kiosk.moved" if moved else "kiosk.renamed",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    return locked


@transaction.atomic
def revoke_kiosk(*, device: Device, by: Person) -> Device:
    """Take nothing more from a kiosk, from now on; raise `Conflict` when it is already so."""
    locked = Device.objects.select_for_update().get(pk=device.pk)
    if locked.revoked_at is not None:
        raise Conflict(_("Cette borne est déjà révoquée."))
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record(
        action="kiosk.revoked",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
        queue_length=locked.queue_length,
    )
    return locked


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Refusal(
            _("Donnez un nom à la borne : celui de l’endroit où elle est posée."), field="name"
        )
    if len(cleaned) > MAX_NAME_CHARACTERS:
        raise Refusal(
            _("Ce nom dépasse %(most)d caractères.") % {"most": MAX_NAME_CHARACTERS}, field="name"
        )
    return cleaned
