"""Touchpoints: opened with their public page, changed, closed rather than deleted.

Lock order: the devices of a touchpoint, by number, then itself. A closed one keeps its row, because
answers refer to it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.dates import is_time_zone
from parvis.feedback.boards.closed_periods import note_small_team
from parvis.feedback.codes import new_code
from parvis.feedback.configuration import configuration_changed, hold
from parvis.feedback.enums import DeviceKind
from parvis.feedback.models import Device, Questionnaire, Touchpoint
from parvis.feedback.querysets import DeviceQuerySet
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record
from parvis.organisations.models import Organisation, Site

# Codes are drawn from 656 billion: a second try is already a marvel.
DRAWS = 5
MAX_STAFFING = 2000


@dataclass(frozen=True, slots=True)
class TouchpointContent:
    """What a coordinator says of a touchpoint. `staffing` counts the agents who work there."""

    name: str
    site: Site | None
    service: str
    stage: str
    channel: str
    staffing: int
    questionnaire: Questionnaire
    time_zone: str


@transaction.atomic
def open_touchpoint(
    *, organisation: Organisation, content: TouchpointContent, by: Person
) -> Touchpoint:
    """Add a touchpoint and its public page; raise `Refusal` with the field that is wrong."""
    touchpoint = Touchpoint(organisation=organisation)
    _fill(touchpoint, content)
    _insert(touchpoint)
    Device.objects.create(
        organisation=organisation,
        touchpoint=touchpoint,
        kind=DeviceKind.LINK,
        name=touchpoint.name[:60],
    )
    _record("touchpoint.opened", touchpoint, by)
    return touchpoint


@transaction.atomic
def change_touchpoint(
    *, touchpoint: Touchpoint, content: TouchpointContent, by: Person, revision: int | str
) -> Touchpoint:
    """Correct a touchpoint; raise `StaleForm` when it changed since `revision`."""
    locked = _locked(touchpoint)
    check_revision(locked, revision, changes=_values(content))
    was_small = locked.could_follow_an_agent
    _fill(locked, content)
    locked.revision += 1
    _save(locked)
    if was_small and not locked.could_follow_an_agent:
        note_small_team(locked, timezone.now().astimezone(locked.zone).date())
    Device.objects.filter(touchpoint=locked, kind=DeviceKind.LINK).update(name=locked.name[:60])
    configuration_changed(_kiosks_of(locked))
    _record("touchpoint.changed", locked, by)
    return locked


@transaction.atomic
def close_touchpoint(*, touchpoint: Touchpoint, by: Person) -> Touchpoint:
    """Take no more answers but those given before; raise `Conflict` when it is closed."""
    locked = _locked(touchpoint)
    if locked.closed_at is not None:
        raise Conflict(_("Ce point d’écoute est déjà fermé."))
    return _mark(locked, timezone.now(), "touchpoint.closed", by)


@transaction.atomic
def reopen_touchpoint(*, touchpoint: Touchpoint, by: Person) -> Touchpoint:
    """Take answers again; raise `Conflict` when it is open."""
    locked = _locked(touchpoint)
    if locked.closed_at is None:
        raise Conflict(_("Ce point d’écoute est déjà ouvert."))
    return _mark(locked, None, "touchpoint.reopened", by)


def _mark(locked: Touchpoint, closed_at: datetime | None, action: str, by: Person) -> Touchpoint:
    locked.closed_at = closed_at
    locked.revision += 1
    locked.save(update_fields=["closed_at", "revision"])
    configuration_changed(_kiosks_of(locked))
    _record(action, locked, by)
    return locked


def _locked(touchpoint: Touchpoint) -> Touchpoint:
    hold(Device.objects.filter(touchpoint=touchpoint))
    return Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)


def _values(content: TouchpointContent) -> dict[str, Any]:
    # `asdict` would copy the rows it holds.
    return {field.name: getattr(content, field.name) for field in fields(content)}


def _fill(touchpoint: Touchpoint, content: TouchpointContent) -> None:
    name, service = " ".join(content.name.split()), " ".join(content.service.split())
    if not name:
        raise Refusal(_("Donnez un nom au point d’écoute."), field="name")
    if not 1 <= content.staffing <= MAX_STAFFING:
        raise Refusal(_("Indiquez au moins un agent."), field="staffing")
    if content.site is not None and content.site.organisation_id != touchpoint.organisation_id:
        raise Refusal(_("Choisissez un lieu de votre organisme."), field="site")
    if content.questionnaire.organisation_id != touchpoint.organisation_id:
        raise Refusal(_("Choisissez un questionnaire de votre organisme."), field="questionnaire")
    if not content.questionnaire.versions.exists():
        raise Refusal(_("Publiez d’abord ce questionnaire."), field="questionnaire")
    if not is_time_zone(content.time_zone):
        raise Refusal(_("Choisissez un fuseau horaire de la liste."), field="time_zone")
    for field, value in _values(content).items():
        setattr(touchpoint, field, value)
    touchpoint.name, touchpoint.service = name, service


def _insert(touchpoint: Touchpoint) -> None:
    for _draw in range(DRAWS):
        touchpoint.code = new_code().lower()
        if not Touchpoint.objects.filter(code=touchpoint.code).exists():
            break
    _save(touchpoint)


def _save(touchpoint: Touchpoint) -> None:
    try:
        with transaction.atomic():
            touchpoint.save()
    except IntegrityError as error:
        raise Conflict(_("Vous avez déjà un point d’écoute de ce nom."), field="name") from error


def _kiosks_of(touchpoint: Touchpoint) -> DeviceQuerySet:
    return Device.objects.kiosks().active().filter(touchpoint=touchpoint)


def _record(action: str, touchpoint: Touchpoint, by: Person) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=touchpoint,
        organisation_id=touchpoint.organisation_id,
    )
