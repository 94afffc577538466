"""Ideas: opened at reception, answered, supported without account, merged, followed by a link."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import CommentState, IdeaState
from parvis.feedback.forms import public as public_forms
from parvis.feedback.idea_links import token_of
from parvis.feedback.models import Comment, Idea, IdeaSupport
from parvis.feedback.operations import ideas as operations
from parvis.feedback.reception import receive_ideas, receive_missing_ideas
from parvis.feedback.similarity import similar_ideas
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import coordinator_of
from parvis.texts.similarity import NEAR_FROM, TextIndex

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"feedback:{name}", args=args)


@pytest.fixture
def place():
    return TouchpointFactory()


@pytest.fixture
def patient(monkeypatch):
    """Forms may be sent as soon as they are drawn."""
    monkeypatch.setattr(public_forms, "SECONDS_AT_LEAST", 0)


def supports(idea: Idea) -> int:
    with scopes_disabled():
        return Idea.objects.with_supports().get(pk=idea.pk).support_count


def again(idea: Idea) -> Idea:
    with scopes_disabled():
        return Idea.objects.get(pk=idea.pk)


# --- Reception


def test_an_idea_is_opened_once_and_a_comment_opens_none(place) -> None:
    with scopes_disabled():
        comment = CommentFactory(touchpoint=place, idea=True)
        other = CommentFactory(touchpoint=place)
        receive_ideas([comment, other])
        receive_ideas([comment])
        assert [(idea.comment_id, idea.state) for idea in Idea.objects.all()] == [
            (comment.pk, IdeaState.RECEIVED)
        ]
        Idea.objects.all().delete()
    assert receive_missing_ideas() == 1
    assert receive_missing_ideas() == 0


# --- What becomes of it


def test_a_coordinator_says_what_becomes_of_it(place) -> None:
    client, _person = coordinator_of(place.organisation)
    idea = the_idea(touchpoint=place, raw_text="Un banc devant la mairie")
    assert "Un banc devant" in client.get(page("ideas")).content.decode()
    answer = client.post(
        page("idea", idea.pk), {"state": "done", "answer": "Posé en mai.", "revision": "1"}
    )
    assert answer.status_code == 302
    after = again(idea)
    assert (after.state, after.answer, after.revision) == ("done", "Posé en mai.", 2)
    assert Entry.objects.about("idea", idea.pk).get().details["to"] == "done"
    # From an old page: both versions, nothing lost.
    stale = client.post(
        page("idea", idea.pk), {"state": "declined", "answer": "Non.", "revision": "1"}
    )
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "Posé en mai." in text
    assert "Non." in text
    assert again(idea).state == "done"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"state": "declined", "answer": ""}, 422),
        ({"state": "n’importe", "answer": "x"}, 422),
        ({"state": "planned", "answer": "x" * 1600}, 422),
        ({}, 422),
        ({"state": "planned", "answer": ""}, 302),
    ],
)
def test_an_answer_says_why(place, sent, status) -> None:
    client, _person = coordinator_of(place.organisation)
    idea = the_idea(touchpoint=place)
    answer = client.post(page("idea", idea.pk), {"revision": "1", **sent})
    assert answer.status_code == status
    assert (again(idea).state != IdeaState.RECEIVED) == (status == 302)


# --- Supports


def draw_form(idea: Idea) -> tuple[Client, str]:
    client = Client()
    html = client.get(page("support_idea", idea.pk)).content.decode()
    token = re.search(r'name="formulaire" value="([^"]+)"', html)
    assert token is not None
    return client, token.group(1)


def test_a_support_needs_neither_account_nor_cookie(place, patient) -> None:
    idea = the_idea(touchpoint=place, raw_text="Un banc devant la mairie")
    strict = Client(enforce_csrf_checks=True)
    opened = strict.get(page("support_idea", idea.pk))
    assert not opened.cookies
    token = re.search(r'name="formulaire" value="([^"]+)"', opened.content.decode()).group(1)
    sent = strict.post(page("support_idea", idea.pk), {"formulaire": token})
    assert not sent.cookies
    thanks = strict.get(sent.url)
    assert "votre soutien est compté" in thanks.content.decode()
    assert "1 soutien" in thanks.content.decode()
    assert "Rien n’empêche donc de soutenir deux fois" in opened.content.decode()
    assert supports(idea) == 1


def test_the_same_form_counts_once_however_often_it_is_sent(place, patient) -> None:
    idea = the_idea(touchpoint=place)
    client, token = draw_form(idea)
    for _turn in range(5):
        assert client.post(page("support_idea", idea.pk), {"formulaire": token}).status_code == 302
    assert supports(idea) == 1
    # Another form is another support: nobody is known, the page says so.
    client, token = draw_form(idea)
    client.post(page("support_idea", idea.pk), {"formulaire": token})
    assert supports(idea) == 2


def test_robots_are_kept_out_with_words_for_people(place) -> None:
    idea, other = the_idea(touchpoint=place), the_idea(touchpoint=place)
    client, token = draw_form(idea)
    address = page("support_idea", idea.pk)
    for sent in (
        {},
        {"formulaire": "n’importe"},
        {"formulaire": token},  # at once
        {"formulaire": token, "site_web": "http://x"},
        {"formulaire": draw_form(other)[1]},  # drawn for another idea
    ):
        answer = client.post(address, sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert supports(idea) == 0


def test_the_budget_is_the_idea_s_never_an_address_s(place, patient, monkeypatch) -> None:
    monkeypatch.setattr(operations, "SUPPORTS_A_MINUTE", 3)
    idea, other = the_idea(touchpoint=place), the_idea(touchpoint=place)
    for _turn in range(3):
        client, token = draw_form(idea)
        assert client.post(page("support_idea", idea.pk), {"formulaire": token}).status_code == 302
    client, token = draw_form(idea)
    refused = client.post(page("support_idea", idea.pk), {"formulaire": token})
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert supports(idea) == 3
    client, token = draw_form(other)  # the same address, another idea
    assert client.post(page("support_idea", other.pk), {"formulaire": token}).status_code == 302
    with scopes_disabled():
        IdeaSupport.objects.update(given_at=timezone.now() - timezone.timedelta(minutes=2))
    client, token = draw_form(idea)
    assert client.post(page("support_idea", idea.pk), {"formulaire": token}).status_code == 302


def test_an_idea_that_is_not_public_is_absent(place, patient) -> None:
    idea = the_idea(touchpoint=place)
    client, token = draw_form(idea)
    for state in (CommentState.KEPT_INTERNAL, CommentState.REJECTED):
        with scopes_disabled():
            Comment.objects.update(state=state)
        assert Client().get(page("support_idea", idea.pk)).status_code == 404
        answer = client.post(page("support_idea", idea.pk), {"formulaire": token})
        assert answer.status_code == 404
    waiting = the_idea(touchpoint=place, published=False)
    assert Client().get(page("support_idea", waiting.pk)).status_code == 404
    assert Client().get(page("support_idea", 10**30)).status_code == 404
    assert supports(idea) == 0


# --- Merges


def test_merged_ideas_add_their_supports_and_their_links_follow(place, patient) -> None:
    by = PersonFactory()
    client, _person = coordinator_of(place.organisation)
    first = the_idea(touchpoint=place, raw_text="Un banc devant la mairie")
    second = the_idea(touchpoint=place, raw_text="Mettre un banc devant la mairie")
    third = the_idea(touchpoint=place, raw_text="Des bancs devant la mairie")
    for idea, count in ((first, 2), (second, 3), (third, 1)):
        for _turn in range(count):
            operations.support(idea=idea, form=uuid4())
    shown = client.get(page("idea", first.pk)).content.decode()
    assert "Mettre un banc devant la mairie" in shown
    answer = client.post(page("idea_merge", first.pk), {"into": second.pk})
    assert answer.status_code == 302
    assert supports(second) == 5
    # Merged into the survivor again, everybody follows: never two steps.
    with scopes_disabled():
        operations.merge(idea=second, into=third, by=by)
    assert supports(third) == 6
    assert again(first).merged_into_id == third.pk
    # A support given from the old page counts for the survivor.
    with scopes_disabled():
        assert operations.support(idea=first, form=uuid4())
    assert supports(third) == 7
    follow = Client().get(page("idea_followed", token_of(first.comment.answer_id)))
    text = follow.content.decode()
    assert "Un banc devant la mairie" in text
    assert "Des bancs devant la mairie" in text
    assert "7 soutiens" in text
    moved = Client().get(page("support_idea", first.pk))
    assert moved.status_code == 302
    assert moved.url == page("support_idea", third.pk)
    public = Client().get(page("public_ideas", place.organisation_id)).content.decode()
    assert "Un banc devant la mairie" not in public
    # And back.
    assert client.post(page("idea_separate", first.pk)).status_code == 302
    assert supports(first) == 2
    assert supports(third) == 5


def test_merges_that_mean_nothing_are_refused(place) -> None:
    by = PersonFactory()
    client, _person = coordinator_of(place.organisation)
    idea, elsewhere = the_idea(touchpoint=place), the_idea()
    for into in ("", "x", "9" * 60, str(idea.pk)):
        assert client.post(page("idea_merge", idea.pk), {"into": into}).status_code == 422
    assert client.post(page("idea_merge", idea.pk), {"into": elsewhere.pk}).status_code == 404
    with scopes_disabled(), pytest.raises(Refusal):
        operations.merge(idea=idea, into=elsewhere, by=by)
    with scopes_disabled():
        kept = the_idea(touchpoint=place)
        operations.merge(idea=idea, into=kept, by=by)
        operations.merge(idea=idea, into=kept, by=by)  # twice is once
        with pytest.raises(Conflict):
            operations.merge(idea=kept, into=idea, by=by)
        with pytest.raises(StaleForm):
            operations.answer(
                idea=idea,
                state=IdeaState.PLANNED,
                text="",
                revision=1,
                embargo_reason="",
                by=by,
            )


# --- The private link


def test_the_private_page_tells_each_state_and_lets_nothing_out(place) -> None:
    idea = the_idea(
        touchpoint=place, published=False, raw_text="Un banc, dit M. Duprat au 06 12 34 56 78"
    )
    address = page("idea_followed", token_of(idea.comment.answer_id))
    for state, words in [
        (CommentState.PENDING, "Une personne la lit avant"),
        (CommentState.PUBLISHED, "Elle a été lue et publiée"),
        (CommentState.KEPT_INTERNAL, "ne l’a pas publiée"),
        (CommentState.REJECTED, "ne l’a pas publiée"),
    ]:
        with scopes_disabled():
            Comment.objects.update(state=state, moderated_at=timezone.now())
        answer = Client().get(address)
        text = answer.content.decode()
        assert words in text, state
        assert "Duprat" not in text
        assert "06 12" not in text
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert 'content="noindex, nofollow"' in text
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies
    with scopes_disabled():
        operations.answer(
            idea=idea,
            state=IdeaState.DECLINED,
            text="Le trottoir est <trop> étroit.",
            revision=1,
            embargo_reason="",
            by=PersonFactory(),
        )
    text = Client().get(address).content.decode()
    assert "Non retenue" in text
    assert "&lt;trop&gt;" in text


def test_a_link_that_was_not_made_here_leads_nowhere(place) -> None:
    comment = CommentFactory(touchpoint=place)
    good = token_of(comment.answer_id)
    for token in (
        good,  # a comment is no idea
        token_of(uuid4()),
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        "x",
        "x:y",
        "é" * 300,
    ):
        answer = Client().get(page("idea_followed", token))
        assert answer.status_code == 404, token
        page_text = answer.content.decode()
        assert "Cette adresse ne mène à aucune idée" in page_text
        assert reverse("organisations:search") in page_text
        assert "page-header" not in page_text
        assert answer["Referrer-Policy"] == "no-referrer"


def test_an_idea_without_a_state_of_its_own_gets_one(place) -> None:
    idea = the_idea(touchpoint=place)
    with scopes_disabled():
        Idea.objects.all().delete()
    answer = Client().get(page("idea_followed", token_of(idea.comment.answer_id)))
    assert answer.status_code == 200
    with scopes_disabled():
        assert Idea.objects.count() == 1


# --- Near-duplicates while typing


def test_what_says_nearly_the_same_is_found_and_the_rest_is_not() -> None:
    index = TextIndex(
        [
            (1, "Installer un banc devant la mairie"),
            (2, "Ouvrir la mairie le samedi matin"),
            (3, "Un distributeur d’eau fraîche dans la salle d’attente"),
            (4, "Des jouets pour les enfants dans la salle d’attente"),
        ]
    )
    for typed, best in [
        ("mettre des bancs devant la mairie", 1),
        ("MAIRIE OUVERTE LE SAMEDI", 2),
        ("fontaine a eau salle d'attente", 3),
        ("jouet enfant", 4),
        ("jouetts pour enfnats", 4),  # slips of the finger
    ]:
        near = index.nearest(typed, at_most=3, at_least=NEAR_FROM)
        assert near, typed
        assert near[0].key == best, typed
    for typed in ("", "le la les", "Planter des arbres fruitiers", "😀", "x" * 2000):
        assert index.nearest(typed, at_most=3, at_least=NEAR_FROM) == [], typed
    assert TextIndex([]).nearest("un banc", at_most=3, at_least=NEAR_FROM) == []


def test_suggestions_are_of_the_touchpoint_s_body_and_public(place) -> None:
    the_idea(touchpoint=place, raw_text="Installer un banc devant la mairie")
    the_idea(touchpoint=place, raw_text="Un banc secret devant la mairie", published=False)
    the_idea(raw_text="Un banc devant l’autre mairie")
    address = page("similar_ideas", place.code)
    strict = Client(enforce_csrf_checks=True)
    for answer in (
        strict.post(address, {"text": "un banc devant la mairie"}, headers={"HX-Request": "true"}),
        strict.get(address, {"text": "un banc devant la mairie"}, headers={"HX-Request": "true"}),
        strict.post(address, {"text": "un banc devant la mairie"}),
    ):
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Installer un banc" in text
        assert "secret" not in text
        assert "autre mairie" not in text
        assert not answer.cookies
    fragment = strict.post(address, {"text": "rien de tel"}, headers={"HX-Request": "true"})
    assert fragment.content.decode().strip() == ""
    assert (
        "Personne n’a encore proposé cela" in strict.post(address, {"text": "z"}).content.decode()
    )
    assert strict.post(page("similar_ideas", "inconnu"), {"text": "x"}).status_code == 404
    hostile = strict.post(address, {"text": "\x00<script>" + "a" * 100_000})
    assert hostile.status_code == 200
    assert "<script>alert" not in hostile.content.decode()


def test_the_suggestions_follow_what_is_published(place) -> None:
    idea = the_idea(touchpoint=place, raw_text="Installer un banc devant la mairie")
    assert [one.pk for one in similar_ideas(place.organisation_id, "un banc mairie")] == [idea.pk]
    assert similar_ideas(place.organisation_id, "un banc mairie", but=idea.pk) == []
    with scopes_disabled():
        Comment.objects.update(state=CommentState.REJECTED)
    assert similar_ideas(place.organisation_id, "un banc mairie") == []


# --- Tenants


def test_ideas_of_another_body_are_absent(place) -> None:
    idea = the_idea(touchpoint=place, raw_text="canari-jaune")
    stranger, _person = coordinator_of(TouchpointFactory().organisation)
    assert stranger.get(page("idea", idea.pk)).status_code == 404
    for name in ("idea", "idea_merge", "idea_separate"):
        sent = {"state": "done", "answer": "x", "revision": "1", "into": "1"}
        assert stranger.post(page(name, idea.pk), sent).status_code == 404
    assert "canari" not in stranger.get(page("ideas")).content.decode()
    assert "canari-jaune" not in stranger.get(page("ideas") + "?q=canari").content.decode()
    other = TouchpointFactory()
    assert (
        "canari" not in Client().get(page("public_ideas", other.organisation_id)).content.decode()
    )


# --- At once


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_counts_once() -> None:
    needs_a_server()
    idea, form = the_idea(), uuid4()
    first = []
    raised = at_once(
        lambda: first.append(operations.support(idea=idea, form=form)),
        lambda: operations.support(idea=idea, form=form),
    )
    assert raised is None
    assert supports(idea) == 1


@pytest.mark.django_db(transaction=True)
def test_two_merges_crossing_do_not_make_a_ring() -> None:
    needs_a_server()
    place, by = TouchpointFactory(), PersonFactory()
    one, other = the_idea(touchpoint=place), the_idea(touchpoint=place)

    def merge(idea: Idea, into: Idea) -> None:
        with scopes_disabled():
            operations.merge(idea=idea, into=into, by=by)

    refusal = at_once(lambda: merge(one, other), lambda: merge(other, one))
    assert isinstance(refusal, Conflict)
    assert again(one).merged_into_id == other.pk
    assert again(other).merged_into_id is None
