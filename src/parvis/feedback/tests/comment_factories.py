"""Comments and ideas as reception leaves them, and a coordinator who moderates them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import factory
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.feedback.enums import CommentState
from parvis.feedback.models import Comment, Idea
from parvis.feedback.reception import mask_texts, receive_ideas
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import MandateFactory


class CommentFactory(DjangoModelFactory[Comment]):
    """To be read, in French, from a satisfied visitor; `published=True` when it was read."""

    class Meta:
        model = Comment

    class Params:
        published = factory.Trait(
            state=CommentState.PUBLISHED,
            moderated_at=factory.LazyFunction(timezone.now),
            moderated_by=factory.SubFactory(PersonFactory),
        )
        idea = factory.Trait(kind="idea")

    touchpoint = factory.SubFactory(TouchpointFactory)
    organisation = factory.SelfAttribute("touchpoint.organisation")
    answer_id = factory.LazyFunction(uuid4)
    visit = factory.LazyFunction(uuid4)
    kind = "comment"
    level = 3
    language = "fr"
    raw_text = factory.Sequence(lambda n: f"L’accueil est rapide, visite {n}.")
    day = factory.LazyFunction(timezone.localdate)

    @classmethod
    def _create(cls, model_class: type[Comment], *args: Any, **kwargs: Any) -> Comment:
        made = model_class(*args, **kwargs)
        mask_texts([made])
        with scopes_disabled():
            made.save(force_insert=True)
            receive_ideas([made])
        return made


def the_idea(**kwargs: Any) -> Idea:
    """A published idea, unless `published=False`."""
    comment = CommentFactory(**{"idea": True, "published": True, **kwargs})
    with scopes_disabled():
        return Idea.objects.select_related("comment", "organisation").get(comment=comment)


def coordinator_of(organisation: Organisation) -> tuple[Client, Person]:
    """Somebody signed in who coordinates the body, and their browser."""
    person = MandateFactory(organisation=organisation, confirmed=True).person
    return sign_in(Client(), person, RoleKind.COORDINATOR), person
