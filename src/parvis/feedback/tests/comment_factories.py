"""Comments and ideas as reception leaves them, and a coordinator who moderates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import CommentState
from parvis.feedback.models import (
    AgentName,
    Comment,
    Commitment,
    Idea,
    ReplyTemplate,
    Theme,
    Touchpoint,
)
from parvis.feedback.operations.ideas import merge
from parvis.feedback.operations.replies import reply
from parvis.feedback.reception import mask_texts, receive_ideas
from parvis.feedback.tests.factories import TouchpointFactory


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


@dataclass
class Voices:
    """One of each thing that citizens' words bring about, at one touchpoint."""

    comment: Comment
    published: Comment
    idea: Idea
    twin: Idea
    merged: Idea
    theme: Theme
    commitment: Commitment
    template: ReplyTemplate
    agent_name: AgentName


def voices_of(place: Touchpoint, *, mark: str, by: Person) -> Voices:
    """Every text of the body holds `mark`; only `published`, `idea` and `twin` are public."""
    body = place.organisation
    with scopes_disabled():
        idea = the_idea(touchpoint=place, raw_text="Un banc devant la mairie")
        merged = the_idea(touchpoint=place, published=False, raw_text=f"Un banc {mark}")
        merge(idea=merged, into=idea, by=by)
        reply(
            comment=(answered := CommentFactory(touchpoint=place, published=True)),
            text="Merci.",
            revision=None,
            embargo_reason="",
            by=by,
        )
        return Voices(
            comment=CommentFactory(touchpoint=place, raw_text=f"Trop d’attente {mark}"),
            published=answered,
            idea=idea,
            twin=the_idea(touchpoint=place, raw_text="Des bancs devant la mairie"),
            merged=merged,
            theme=Theme.objects.create(organisation=body, label=f"attente {mark}", words={}),
            commitment=Commitment.objects.create(
                organisation=body, said=f"Attente {mark}", done="Deux guichets", changed_by=by
            ),
            template=ReplyTemplate.objects.create(
                organisation=body, name=f"Merci {mark}", text="Merci."
            ),
            agent_name=AgentName.objects.create(organisation=body, name=f"Zoé {mark}"),
        )
