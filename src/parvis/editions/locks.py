"""What can no longer change in an edition, and why.

Participants join on published rules, so most rules settle when the first one registers. Rooms
above know of contacts and publications: they register their own locks from `AppConfig.ready`, and
editions knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.editions.models import Edition, Registration


class Section(Enum):
    """Groups of rules that settle together; the value names the fields of `EditionRules`."""

    SLUG = ("slug",)
    TIME_ZONE = ("time_zone",)
    REGISTRATION = ("registration_opens_at", "registration_closes_at")
    WAVES = ("waves",)
    GRID = ("grid",)
    WEIGHTS = ("weights",)
    # The two counts of peers may still rise once these are locked: more secrecy breaks no promise.
    THRESHOLDS = ("minimum_peers", "minimum_quartile_peers", "minimum_coverage_percent")
    # Once means were shown they do not even rise: other groups would be shown, and the two tables
    # subtracted.
    SHOWN_THRESHOLDS = ("minimum_peers", "minimum_quartile_peers")
    OPTIONS = ("options",)
    ELECTIONS = ("elections",)


# What a room above answers for an edition: the sections it locks, each with a reason in words.
EditionLock = Callable[[Edition], Mapping[Section, str]]
# Why a registration can no longer be withdrawn; empty = no objection.
WithdrawalObjection = Callable[[Registration], str]

_edition_locks: list[EditionLock] = []
_withdrawal_objections: list[WithdrawalObjection] = []


def register_edition_lock(lock: EditionLock) -> None:
    """Add a source of locks; called once by each room above that holds something back."""
    if lock not in _edition_locks:
        _edition_locks.append(lock)


def register_withdrawal_objection(objection: WithdrawalObjection) -> None:
    """Add a source of objections to withdrawals, such as "contacts were made"."""
    if objection not in _withdrawal_objections:
        _withdrawal_objections.append(objection)


def locks_of(edition: Edition) -> dict[Section, str]:
    """Sections that no longer change, with the reason of each in words for the operator."""
    locks: dict[Section, str] = {}
    if edition.is_open:
        locks[Section.SLUG] = _("La page publique est ouverte : son adresse circule déjà.")
    # The operator's rule reads every tenant: one registration is enough to settle the rules.
    with scopes_disabled():
        has_registrations = edition.registrations.exists()
    if has_registrations:
        reason = _("Des organismes se sont inscrits sur la foi de cette règle.")
        locks |= dict.fromkeys(
            (Section.TIME_ZONE, Section.GRID, Section.WEIGHTS, Section.THRESHOLDS), reason
        )
    for lock in _edition_locks:
        locks |= lock(edition)
    return locks


def objection_to_withdrawal(registration: Registration) -> str:
    """The first reason why the registration can no longer be withdrawn; empty = none."""
    reasons = (objection(registration) for objection in _withdrawal_objections)
    return next((reason for reason in reasons if reason), "")
