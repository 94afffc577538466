"""Touchpoints with a published questionnaire, and kiosks, for the tests of this room and above."""

from __future__ import annotations

import hashlib
from typing import Any

import factory
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.feedback.default_document import default_document
from parvis.feedback.enums import DeviceKind
from parvis.feedback.models import Device, Questionnaire, QuestionnaireVersion, Touchpoint
from parvis.feedback.operations.questionnaires import publish
from parvis.organisations.tests.factories import OrganisationFactory


class QuestionnaireFactory(DjangoModelFactory[Questionnaire]):
    """Published once, unless `published=False`: `the_version` gives its last version."""

    class Meta:
        model = Questionnaire

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Accueil {n}")
    draft = factory.LazyFunction(default_document)

    @classmethod
    def _create(
        cls, model_class: type[Questionnaire], *args: Any, published: bool = True, **kwargs: Any
    ) -> Questionnaire:
        with scopes_disabled():
            made = model_class.objects.create(*args, **kwargs)
            if published:
                publish(questionnaire=made, by=None)
        return made


def the_version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    with scopes_disabled():
        version = questionnaire.versions.order_by("-number").first()
    assert version is not None
    return version


class TouchpointFactory(DjangoModelFactory[Touchpoint]):
    """Seven agents, a published questionnaire of the same body, and its public page."""

    class Meta:
        model = Touchpoint

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Accueil de la mairie {n}")
    service = "État civil"
    staffing = 7
    code = factory.Sequence(lambda n: f"t{n:07d}")
    questionnaire = factory.SubFactory(
        QuestionnaireFactory, organisation=factory.SelfAttribute("..organisation")
    )

    @classmethod
    def _create(cls, model_class: type[Touchpoint], *args: Any, **kwargs: Any) -> Touchpoint:
        with scopes_disabled():
            made = model_class.objects.create(*args, **kwargs)
            Device.objects.create(
                organisation=made.organisation,
                touchpoint=made,
                kind=DeviceKind.LINK,
                name=made.name[:60],
            )
        return made


class KioskFactory(DjangoModelFactory[Device]):
    """A paired kiosk whose secret is `secret-<number>`; `secret_of` gives it."""

    class Meta:
        model = Device

    touchpoint = factory.SubFactory(TouchpointFactory)
    organisation = factory.SelfAttribute("touchpoint.organisation")
    kind = DeviceKind.KIOSK
    name = factory.Sequence(lambda n: f"Borne {n}")
    secret_hash = factory.LazyAttribute(
        lambda o: hashlib.sha256(f"secret-{o.name}".encode()).hexdigest()
    )

    @classmethod
    def _create(cls, model_class: type[Device], *args: Any, **kwargs: Any) -> Device:
        with scopes_disabled():
            return model_class.objects.create(*args, **kwargs)


def secret_of(kiosk: Device) -> str:
    return f"secret-{kiosk.name}"
