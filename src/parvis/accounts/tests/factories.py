"""People for the tests of every room."""

from __future__ import annotations

from typing import Any

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import hats_of
from parvis.accounts.middleware import SESSION_KEY
from parvis.accounts.models import Person, Role

PASSWORD = "un mot de passe assez long"


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@exemple.invalid")
    display_name = factory.Sequence(lambda n: f"Personne {n}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    class Params:
        operator = factory.Trait(
            role=factory.RelatedFactory(
                "parvis.accounts.tests.factories.RoleFactory", "person", kind=RoleKind.OPERATOR
            ),
            authenticator=factory.RelatedFactory(
                "parvis.accounts.tests.factories.AuthenticatorFactory", "user"
            ),
        )
        reviewer = factory.Trait(
            role=factory.RelatedFactory(
                "parvis.accounts.tests.factories.RoleFactory", "person", kind=RoleKind.REVIEWER
            ),
            authenticator=factory.RelatedFactory(
                "parvis.accounts.tests.factories.AuthenticatorFactory", "user"
            ),
        )

    @factory.post_generation
    def verified_address(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class AuthenticatorFactory(factory.django.DjangoModelFactory[Authenticator]):
    """A second factor, as somebody who enrolled an authenticator application has."""

    class Meta:
        model = Authenticator

    type = Authenticator.Type.TOTP
    data = factory.LazyFunction(lambda: {"secret": "JBSWY3DPEHPK3PXP"})


class RoleFactory(factory.django.DjangoModelFactory[Role]):
    class Meta:
        model = Role

    person = factory.SubFactory(PersonFactory)
    kind = RoleKind.OPERATOR


def sign_in(client: Client, person: Person, kind: RoleKind | None = None) -> Client:
    """Sign the person in; with several hats, put on the first of the kind given."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    if kind is not None:
        hat = next(hat for hat in hats_of(person) if hat.kind == kind)
        session = client.session
        session[SESSION_KEY] = hat.key
        session.save()
    return client
