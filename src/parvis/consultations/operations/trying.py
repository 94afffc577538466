"""How often something may be tried: guesses of a code or of a name, mails to an address.

What is bounded is kept as a keyed hash and an hour, nothing else. A browser is bounded before an
address is, and a name before a whole consultation: a school behind one router is never locked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations import keys
from parvis.consultations.models import Consultation, EntryTry
from parvis.foundation.errors import Refusal

KEPT = timedelta(days=2)


class TooManyTries(Refusal):
    """Tried too often: `message` says when to come back."""

    status = 429


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `most` tries in `hours`, the hour under way included."""

    name: str
    most: int
    hours: int


GUESSES_OF_A_BROWSER = Budget("guesses of a browser", 10, 1)
# Of the birth date of somebody whose name is known.
GUESSES_OF_A_NAME = Budget("guesses of a name", 10, 24)
# A printed code is one of 5 × 10¹⁷: so many wrong ones an hour find none in the life of anybody.
GUESSES_OF_ALL = Budget("guesses of all", 2_000, 1)
MAILS_TO_AN_ADDRESS = Budget("mails to an address", 3, 1)
MAILS_OF_A_BROWSER = Budget("mails of a browser", 10, 1)
MAILS_OF_ALL = Budget("mails of all", 5_000, 1)


def is_spent(consultation: Consultation, budget: Budget, subject: str) -> bool:
    """Whether nothing is left of a budget; raise `KeyMissing` without the key."""
    since = _hour() - timedelta(hours=budget.hours - 1)
    tried = EntryTry.objects.filter(
        consultation=consultation, subject=_hash(consultation, budget, subject), hour__gte=since
    ).aggregate(sum=Sum("count"))["sum"]
    return (tried or 0) >= budget.most


def spend(consultation: Consultation, budget: Budget, subject: str) -> None:
    """Count one try. In no transaction that the refusal of the try would undo."""
    row, _made = EntryTry.objects.get_or_create(
        consultation=consultation,
        subject=_hash(consultation, budget, subject),
        hour=_hour(),
        defaults={"organisation_id": consultation.organisation_id},
    )
    EntryTry.objects.filter(pk=row.pk).update(count=F("count") + 1)


def refuse_if_spent(consultation: Consultation, *spent: tuple[Budget, str]) -> None:
    """Raise `TooManyTries` when one of these budgets has nothing left."""
    for budget, subject in spent:
        if is_spent(consultation, budget, subject):
            raise TooManyTries(
                _(
                    "C’est trop d’essais en peu de temps. Réessayez dans une heure ; si cela dure, "
                    "écrivez à l’équipe qui consulte."
                )
                if budget.hours == 1
                else _(
                    "C’est trop d’essais pour ce nom. Réessayez demain, ou écrivez à l’équipe qui "
                    "consulte."
                )
            )


def forget_tries(now: datetime, dry_run: bool) -> int:
    """Forget what no budget counts any more."""
    due = EntryTry.objects.filter(hour__lt=now - KEPT)
    return due.count() if dry_run else due.delete()[0]


def _hash(consultation: Consultation, budget: Budget, subject: str) -> str:
    return keys.fingerprints(consultation, budget.name)(subject)


def _hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)
