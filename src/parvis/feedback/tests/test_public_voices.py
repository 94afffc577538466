"""« Vous avez dit, nous avons fait »: what everybody reads, and what waits during an election."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.models import Election
from parvis.editions.tests.factories import EditionFactory
from parvis.feedback.enums import CommentState, CommitmentState, IdeaState
from parvis.feedback.idea_links import token_of
from parvis.feedback.models import Comment, Commitment, Reply, ReplyTemplate
from parvis.feedback.operations import ideas, replies
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.errors import Conflict
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import coordinator_of

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"feedback:{name}", args=args)


@pytest.fixture
def place():
    return TouchpointFactory(name="Accueil des Lilas")


def commit(place, **changes) -> Commitment:
    given = {
        "said": "L’attente est trop longue",
        "done": "Deux guichets de plus le samedi.",
        "state": CommitmentState.DONE,
        "theme": None,
        "published": True,
        "embargo_reason": "",
        "revision": None,
        "by": PersonFactory(),
        **changes,
    }
    with scopes_disabled():
        return replies.save_commitment(organisation=place.organisation, commitment=None, **given)


def public_page(place) -> str:
    return Client().get(page("you_said", place.organisation_id)).content.decode()


def test_only_published_masked_texts_are_shown(place) -> None:
    CommentFactory(touchpoint=place, raw_text="canari-à-relire")
    CommentFactory(
        touchpoint=place, published=True, raw_text="Merci à M. Duprat, écrire à a@exemple.fr"
    )
    for state in (CommentState.KEPT_INTERNAL, CommentState.REJECTED):
        CommentFactory(
            touchpoint=place,
            raw_text=f"canari-{state}",
            state=state,
            moderated_at=timezone.now(),
        )
    CommentFactory(published=True, raw_text="canari-ailleurs")
    text = public_page(place)
    assert "canari" not in text
    assert "Merci à M. [nom masqué], écrire à [courriel masqué]" in text
    assert "Duprat" not in text


def test_it_says_what_was_done_with_what_was_said(place) -> None:
    client, _person = coordinator_of(place.organisation)
    sent = {
        "said": "L’attente est trop longue",
        "done": "Deux guichets de plus.",
        "state": "done",
        "published": "on",
    }
    assert client.post(page("commitment_add"), sent).status_code == 302
    with scopes_disabled():
        commitment = Commitment.objects.get()
    comment = CommentFactory(touchpoint=place, published=True, raw_text="Une heure debout")
    client.post(page("comment_link", comment.pk), {"commitment": commitment.pk})
    text = public_page(place)
    assert text.index("Deux guichets de plus.") < text.index("Une heure debout")
    assert text.count("Une heure debout") == 2  # as a quote, and in its turn
    # A draft is not public.
    client.post(page("commitment", commitment.pk), {**sent, "published": "", "revision": "1"})
    assert "Deux guichets" not in public_page(place)
    # From an old page: both versions.
    stale = client.post(page("commitment", commitment.pk), {**sent, "revision": "1", "done": "Z"})
    assert stale.status_code == 409
    assert client.post(page("commitment_remove", commitment.pk)).status_code == 302
    with scopes_disabled():
        assert Comment.objects.get(pk=comment.pk).commitment is None


@pytest.mark.parametrize(
    "changes", [{"said": ""}, {"done": " "}, {"said": "x" * 201}, {"state": "z"}, {"theme": "999"}]
)
def test_a_commitment_that_says_nothing_is_refused(place, changes) -> None:
    client, _person = coordinator_of(place.organisation)
    sent = {"said": "a", "done": "b", "state": "done", "published": "on", **changes}
    assert client.post(page("commitment_add"), sent).status_code == 422
    with scopes_disabled():
        assert not Commitment.objects.exists()


def test_a_reply_is_public_with_the_text_and_only_with_it(place) -> None:
    client, _person = coordinator_of(place.organisation)
    comment = CommentFactory(touchpoint=place, raw_text="Trop d’attente")
    assert client.get(page("comment_reply", comment.pk)).status_code == 422
    with scopes_disabled(), pytest.raises(Conflict):
        replies.reply(
            comment=comment, text="x", revision=None, embargo_reason="", by=PersonFactory()
        )
    with scopes_disabled():
        Comment.objects.update(state=CommentState.PUBLISHED, moderated_at=timezone.now())
    client.post(page("comment_reply", comment.pk), {"text": "Nous <recrutons>."})
    text = public_page(place)
    assert "Nous &lt;recrutons&gt;." in text
    assert (
        client.post(
            page("comment_reply", comment.pk), {"text": "Autre", "revision": "9"}
        ).status_code
        == 409
    )
    assert client.post(page("comment_reply", comment.pk), {"text": " "}).status_code == 422
    client.post(page("comment_reply", comment.pk), {"text": "Corrigée", "revision": "1"})
    assert "Corrigée" in public_page(place)
    with scopes_disabled():
        Comment.objects.update(state=CommentState.REJECTED)
    assert "Corrigée" not in public_page(place)
    with scopes_disabled():
        Comment.objects.update(state=CommentState.PUBLISHED)
    client.post(page("comment_reply_withdraw", comment.pk))
    assert "Corrigée" not in public_page(place)
    actions = list(Entry.objects.about("comment", comment.pk).values_list("action", flat=True))
    assert actions.count("comment.replied") == 2
    assert "comment.reply_withdrawn" in actions


def test_a_template_fills_in_the_place_and_nothing_else(place) -> None:
    client, _person = coordinator_of(place.organisation)
    sent = {"name": "Merci", "text": "Merci d’être venu à {lieu}, {organisme}. {0} {x.y} {{"}
    assert client.post(page("reply_template_add"), sent).status_code == 302
    assert client.post(page("reply_template_add"), sent).status_code == 422
    with scopes_disabled():
        template = ReplyTemplate.objects.get()
    comment = CommentFactory(touchpoint=place, published=True)
    text = client.get(page("comment_reply", comment.pk), {"modele": template.pk}).content.decode()
    assert f"Merci d’être venu à Accueil des Lilas, {place.organisation.name}. {{0}}" in text
    assert client.get(page("comment_reply", comment.pk), {"modele": "x"}).status_code == 200
    changed = {"name": "Merci", "text": "Autre", "revision": "1"}
    assert client.post(page("reply_template", template.pk), changed).status_code == 302
    assert client.post(page("reply_template", template.pk), changed).status_code == 409
    assert client.post(page("reply_template_remove", template.pk)).status_code == 302
    with scopes_disabled():
        assert not ReplyTemplate.objects.exists()


def test_another_body_s_answers_are_absent(place) -> None:
    commitment = commit(place)
    with scopes_disabled():
        template = replies.save_template(
            organisation=place.organisation,
            template=None,
            name="canari",
            text="canari",
            revision=None,
            by=PersonFactory(),
        )
    own = TouchpointFactory()
    stranger, _person = coordinator_of(own.organisation)
    for name, pk in (
        ("commitment", commitment.pk),
        ("reply_template", template.pk),
    ):
        assert stranger.get(page(name, pk)).status_code == 404
        assert stranger.post(page(name, pk), {}).status_code == 404
        assert stranger.post(page(f"{name}_remove", pk)).status_code == 404
    assert "canari" not in stranger.get(page("reply_templates")).content.decode()
    assert "attente" not in stranger.get(page("commitments")).content.decode()
    comment = CommentFactory(touchpoint=own, published=True)
    linked = stranger.post(page("comment_link", comment.pk), {"commitment": commitment.pk})
    assert linked.status_code == 422
    assert "L’attente est trop longue" not in public_page(own)


# --- The page itself


def test_it_keeps_no_cookie_and_needs_no_script(place) -> None:
    for _turn in range(45):
        CommentFactory(touchpoint=place, published=True)
    the_idea(touchpoint=place)
    for name in ("you_said", "public_ideas"):
        answer = Client().get(page(name, place.organisation_id))
        assert answer.status_code == 200
        assert not answer.cookies
        assert "csrf" not in answer.content.decode()
        assert len(answer.content) < 40_000
    assert (
        "Page 2 sur 3"
        in Client().get(page("you_said", place.organisation_id), {"page": "2"}).content.decode()
    )
    for odd in ("0", "-1", "x", "9" * 40):
        assert (
            Client().get(page("you_said", place.organisation_id), {"page": odd}).status_code == 200
        )
    assert (
        Client().get(page("public_ideas", place.organisation_id), {"tri": "'; DROP"}).status_code
        == 200
    )


def test_it_costs_the_same_whatever_was_said(place, django_assert_max_num_queries) -> None:
    for _turn in range(30):
        CommentFactory(touchpoint=place, published=True)
        the_idea(touchpoint=place)
    commit(place)
    for name in ("you_said", "public_ideas"):
        with django_assert_max_num_queries(12):
            Client().get(page(name, place.organisation_id))


def test_a_body_that_does_not_listen_has_no_page() -> None:
    assert Client().get(page("you_said", 999_999)).status_code == 404
    assert Client().get(page("public_ideas", 2**70)).status_code == 404


def test_the_most_supported_ideas_come_first(place) -> None:
    from uuid import uuid4

    the_idea(touchpoint=place, raw_text="Idée peu soutenue")
    loved = the_idea(touchpoint=place, raw_text="Idée très soutenue")
    the_idea(touchpoint=place, raw_text="Idée nouvelle")
    with scopes_disabled():
        for _turn in range(2):
            ideas.support(idea=loved, form=uuid4())
    address = page("public_ideas", place.organisation_id)
    text = Client().get(address).content.decode()
    assert text.index("très soutenue") < text.index("Idée nouvelle") < text.index("peu soutenue")
    text = Client().get(address, {"tri": "recentes"}).content.decode()
    assert text.index("Idée nouvelle") < text.index("très soutenue")


# --- Pre-electoral period


@pytest.fixture
def election(place):
    edition = EditionFactory(opened_at=timezone.now())
    today = timezone.localdate()
    return Election.objects.create(
        edition=edition,
        label="Municipales",
        first_round_on=today + timedelta(days=30),
        last_round_on=today + timedelta(days=37),
        organisation_kind=place.organisation.kind,
    )


def test_during_an_election_what_was_said_stays_and_what_was_done_waits(place, election) -> None:
    by = PersonFactory()
    comment = CommentFactory(touchpoint=place, published=True, raw_text="Trop d’attente")
    idea = the_idea(touchpoint=place, raw_text="Un banc")
    with scopes_disabled():
        replies.reply(
            comment=comment, text="Deux guichets de plus", revision=None, embargo_reason="", by=by
        )
        ideas.answer(
            idea=idea,
            state=IdeaState.DONE,
            text="Banc posé",
            revision=1,
            embargo_reason="",
            by=by,
        )
    commit(place, done="Travaux finis")
    shown = {
        "page": public_page(place),
        "ideas": Client().get(page("public_ideas", place.organisation_id)).content.decode(),
        "support": Client().get(page("support_idea", idea.pk)).content.decode(),
        "link": Client()
        .get(page("idea_followed", token_of(idea.comment.answer_id)))
        .content.decode(),
    }
    for words in ("Deux guichets", "Banc posé", "Travaux finis", "Réalisée"):
        assert all(words not in text for text in shown.values()), words
    assert "Trop d’attente" in shown["page"]
    assert "Municipales" in shown["page"]
    assert all("Un banc" in shown[name] for name in ("ideas", "support", "link"))
    # A written reason shows it, and the journal keeps the reason.
    commit(place, done="Fermé pour inondation", embargo_reason="information de sécurité")
    assert "Fermé pour inondation" in public_page(place)
    assert any(
        entry.details.get("in_spite_of_the_election") == "information de sécurité"
        for entry in Entry.objects.filter(action="commitment.published")
    )
    # The coordinator is told.
    client, _person = coordinator_of(place.organisation)
    assert "Période préélectorale" in client.get(page("commitments")).content.decode()
    # Bodies that the election does not concern are not held back; nor is anybody afterwards.
    Election.objects.update(organisation_kind="departement")
    assert "Deux guichets" in public_page(place)
    Election.objects.update(
        organisation_kind=place.organisation.kind,
        first_round_on=timezone.localdate() - timedelta(days=9),
        last_round_on=timezone.localdate() - timedelta(days=1),
    )
    assert "Travaux finis" in public_page(place)
    with scopes_disabled():
        assert Reply.objects.count() == 1
