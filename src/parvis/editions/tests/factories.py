"""Editions and registrations for the tests of this room and of those above.

`EditionFactory()` is a draft whose registration window is open now; traits add what a test needs:
`open`, `weights`, `waves`, `options`, or `complete` for the four.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.enums import OptionCode, RegistrationState, WaveState
from parvis.editions.models import (
    ChannelWeight,
    DeclaredChannel,
    Edition,
    Election,
    Option,
    Registration,
    Wave,
)
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grids import freeze
from parvis.questionnaires.tests.factories import GridFactory

DEFAULT_WEIGHTS = {
    Channel.PHONE: 30,
    Channel.EMAIL: 30,
    Channel.WEBSITE: 25,
    Channel.POST: 15,
    Channel.SOCIAL: 0,
    Channel.VISIT: 0,
}


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


class EditionFactory(factory.django.DjangoModelFactory[Edition]):
    class Meta:
        model = Edition
        skip_postgeneration_save = True

    class Params:
        open = factory.Trait(opened_at=factory.LazyFunction(timezone.now))

    title = factory.Sequence(lambda n: f"Baromètre, édition {n}")
    slug = factory.Sequence(lambda n: f"edition-{n}")
    registration_opens_at = factory.LazyFunction(
        lambda: _to_the_second(timezone.now() - timedelta(days=10))
    )
    registration_closes_at = factory.LazyFunction(
        lambda: _to_the_second(timezone.now() + timedelta(days=20))
    )
    grid = factory.SubFactory(GridFactory)

    @factory.post_generation
    def frozen_grid(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """An open edition has published its grid."""
        if create and self.opened_at is not None:
            freeze(self.grid)

    @factory.post_generation
    def weights(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`weights=True` gives the defaults; a mapping of channels gives others."""
        if create and extracted:
            _add_weights(self, DEFAULT_WEIGHTS if extracted is True else extracted)

    @factory.post_generation
    def waves(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`waves=True`: the first covers today and is planned, the second comes in four months."""
        if create and extracted:
            _add_waves(self)

    @factory.post_generation
    def options(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`options=True`: the five options, at recognisable prices."""
        if create and extracted:
            _add_options(self)

    @factory.post_generation
    def complete(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`complete=True`: open, with weights, waves and options."""
        if create and extracted:
            open_edition(self)
            _add_weights(self, DEFAULT_WEIGHTS)
            _add_waves(self)
            _add_options(self)


def open_edition(edition: Edition) -> None:
    """Make the page of a draft public, its grid frozen."""
    edition.opened_at = timezone.now()
    edition.save(update_fields=["opened_at"])
    freeze(edition.grid)


def _add_weights(edition: Edition, shares: Mapping[Channel, int]) -> None:
    for channel, share in shares.items():
        ChannelWeight.objects.create(
            edition=edition, channel=channel, weight_percent=Decimal(share)
        )


def _add_waves(edition: Edition) -> None:
    today = timezone.now().date()
    for number, first_day in ((1, today), (2, today + timedelta(days=120))):
        WaveFactory(
            edition=edition,
            number=number,
            starts_on=first_day,
            ends_on=first_day + timedelta(days=45),
        )


def _add_options(edition: Edition) -> None:
    for code, price, free in (
        (OptionCode.VISITS, 0, 0),
        (OptionCode.PERSONALISED_REPORT, 250_000, 0),
        (OptionCode.FEEDBACK, 120_000, 0),
        (OptionCode.CONSULTATION, 300_000, 10),
        (OptionCode.STAFF_POLL, 80_000, 0),
    ):
        Option.objects.create(edition=edition, code=code, price_cents=price, free_quota=free)


class WaveFactory(factory.django.DjangoModelFactory[Wave]):
    class Meta:
        model = Wave

    class Params:
        opened = factory.Trait(state=WaveState.OPEN)
        closed = factory.Trait(state=WaveState.CLOSED, closed_at=factory.LazyFunction(timezone.now))

    edition = factory.SubFactory(EditionFactory)
    number = factory.Sequence(lambda n: n + 1)
    starts_on = factory.LazyFunction(lambda: timezone.now().date())
    ends_on = factory.LazyAttribute(lambda wave: wave.starts_on + timedelta(days=45))


class OptionFactory(factory.django.DjangoModelFactory[Option]):
    class Meta:
        model = Option

    edition = factory.SubFactory(EditionFactory)
    code = OptionCode.CONSULTATION
    price_cents = 300_000


class ElectionFactory(factory.django.DjangoModelFactory[Election]):
    class Meta:
        model = Election

    edition = factory.SubFactory(EditionFactory)
    label = "Élections municipales"
    first_round_on = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=60))
    last_round_on = factory.LazyAttribute(
        lambda election: election.first_round_on + timedelta(days=7)
    )


class RegistrationFactory(factory.django.DjangoModelFactory[Registration]):
    """A body taking part; `confirmed=True` adds the confirmed mandate of the one who registered.

    `channels=True` declares an address for each mandatory channel.
    """

    class Meta:
        model = Registration
        skip_postgeneration_save = True

    class Params:
        withdrawn = factory.Trait(
            state=RegistrationState.WITHDRAWN,
            withdrawn_at=factory.LazyFunction(timezone.now),
            withdrawal_reason="Changement de calendrier",
        )

    edition = factory.SubFactory(EditionFactory, complete=True)
    organisation = factory.SubFactory(OrganisationFactory)
    submitted_by = factory.SubFactory(PersonFactory)
    staff_informed = True
    communicability_acknowledged = True

    @factory.post_generation
    def confirmed(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not None:
            MandateFactory(
                person=self.submitted_by, organisation=self.organisation, confirmed=bool(extracted)
            )

    @factory.post_generation
    def channels(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            for channel, address in (
                (Channel.PHONE, "01 99 00 12 34"),
                (Channel.EMAIL, "mairie@commune.invalid"),
                (Channel.WEBSITE, "https://commune.invalid/"),
                (Channel.POST, "1 place de la Mairie, 00000 Commune"),
            ):
                DeclaredChannel.objects.create(registration=self, channel=channel, address=address)
