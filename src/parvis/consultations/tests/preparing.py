"""What tests of a consultation's team share: who prepares it, its option ticked."""

from __future__ import annotations

from django.test import Client

from parvis.accounts.tests.factories import sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, Registration, RegistrationOption
from parvis.editions.tests.factories import RegistrationFactory


def registration_with_option() -> Registration:
    """A confirmed registration of a body that ticked the option."""
    made = RegistrationFactory.create(confirmed=True)
    option = Option.objects.get(edition=made.edition, code=OptionCode.CONSULTATION)
    RegistrationOption.objects.create(registration=made, option=option, price_cents=0)
    return made


def coordinator(registration: Registration) -> Client:
    return sign_in(Client(), registration.submitted_by)
