"""The hats a person may wear, whatever room they come from.

A person may hold several roles and enters with one at a time. Rooms that grant roles register a
provider here from their `AppConfig.ready`, so that accounts knows none of them. The hat worn
decides what `visible_to(hat)` shows, and opens the tenancy scope of the request: a query on a
tenant's table made outside any scope raises (django-scopes), it does not return everybody's rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django_scopes import scope, scopes_disabled

from parvis.accounts.enums import SECOND_FACTOR_REQUIRED, RoleKind
from parvis.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Hat:
    """One role of one person, as worn during a request.

    `organisation_id` is the body a coordinator acts for, else None. `organisations` gives the
    numbers of the bodies whose rows this hat may touch; None means every body (operator, reviewer).
    `is_effective` is False while a mandate waits for the operator's confirmation.
    """

    key: str
    kind: RoleKind
    person_id: int
    label: str
    organisation_id: int | None = None
    organisations: Callable[[], Sequence[int]] | None = None
    is_effective: bool = True
    # The body is made up: a page that names it says so.
    is_simulated: bool = False

    @property
    def needs_second_factor(self) -> bool:
        return self.kind in SECOND_FACTOR_REQUIRED

    def tenancy(self) -> AbstractContextManager[object]:
        """The scope in which this hat's queries run."""
        if self.organisations is None:
            return scopes_disabled()
        return scope(organisation=list(self.organisations()))


HatProvider = Callable[[Person], Iterable[Hat]]

_providers: list[HatProvider] = []


def register_provider(provider: HatProvider) -> None:
    """Add a source of hats; called once by each room that grants roles."""
    if provider not in _providers:
        _providers.append(provider)


def hats_of(person: Person) -> list[Hat]:
    """All hats the person may wear, in the order the rooms registered."""
    return [hat for provider in _providers for hat in provider(person)]
