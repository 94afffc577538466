"""Polls for the tests of this room and of those above."""

from __future__ import annotations

from typing import Any

import factory
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.organisations.tests.factories import OrganisationFactory
from parvis.staff_polls.codes import new_poll_code
from parvis.staff_polls.models import PollGroup, StaffPoll


def every_kind() -> dict[str, Any]:
    """A document with one card of each kind."""
    options = [{"code": 0, "text": "Le guichet"}, {"code": 1, "text": "Le téléphone"}]
    options.append({"code": 2, "text": "Le courriel"})
    return {
        "cards": [
            {
                "key": "fierte",
                "kind": "agree",
                "text": "Je suis fier de l’accueil que nous offrons.",
                "stage": "access",
                "channel": "visit",
                "determinant": "courtesy",
            },
            {"key": "accueil", "kind": "smiley", "text": "Notre accueil au guichet est…"},
            {
                "key": "attente",
                "kind": "slider",
                "text": "Le temps d’attente au téléphone est…",
                "low": "Trop long",
                "high": "Court",
                "channel": "phone",
                "determinant": "waiting",
            },
            {
                "key": "canal",
                "kind": "single",
                "text": "Le canal à améliorer :",
                "options": options,
            },
            {"key": "outils", "kind": "multiple", "text": "Il me manque :", "options": options},
            {
                "key": "ordre",
                "kind": "ranking",
                "text": "Du plus au moins facile :",
                "options": options,
            },
            {
                "key": "devinette",
                "kind": "guess",
                "text": "Sur dix appels, combien sont décrochés en cinq sonneries ?",
                "channel": "phone",
                "source": "mystery_audits",
            },
            {"key": "souhait", "kind": "sentence", "text": "Si je changeais une chose, ce serait…"},
        ]
    }


class StaffPollFactory(DjangoModelFactory[StaffPoll]):
    """A draft with one card of each kind."""

    class Meta:
        model = StaffPoll

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(new_poll_code)
    title = factory.Sequence(lambda n: f"Baromètre interne {n}")
    document = factory.LazyFunction(every_kind)

    @classmethod
    def _create(cls, model_class: type[StaffPoll], *args: Any, **kwargs: Any) -> StaffPoll:
        with scopes_disabled():
            return model_class.objects.create(*args, **kwargs)


class PollGroupFactory(DjangoModelFactory[PollGroup]):
    class Meta:
        model = PollGroup

    poll = factory.SubFactory(StaffPollFactory)
    organisation = factory.SelfAttribute("poll.organisation")
    number = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Service {n}")

    @classmethod
    def _create(cls, model_class: type[PollGroup], *args: Any, **kwargs: Any) -> PollGroup:
        with scopes_disabled():
            return model_class.objects.create(*args, **kwargs)
