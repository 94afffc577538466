"""Numbers of another tenant slipped into the forms and filters of on-the-spot feedback."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from parvis.feedback.models import Comment
from parvis.feedback.operations.moderation import version_of
from tests.access.feedback_table import first_press, support, touchpoint_form
from tests.access.probe import ask, census, none_wrong
from tests.access.world import Tenant, World


@pytest.fixture
def unchanged(world: World):
    """Nothing is written, whatever was sent."""
    world.client("coordinator_b")
    before = census()
    yield
    assert census() == before


def send(world: World, name: str, args: list, body: dict, query: dict | None = None):
    path = reverse(f"feedback:{name}", args=args)
    return ask(world.client("coordinator_b"), "POST", path, query or {}, body)


def forms(world: World, of: Tenant) -> list[tuple[str, list, dict[str, Any]]]:
    """Each form of B with a field that names a row, filled in with a row of that tenant."""
    b, rows = world.b.feedback, of.feedback
    own = touchpoint_form(world, "coordinator_b")
    commitment = {"said": "On dit", "done": "On fait", "state": "done", "published": "on"}
    point = [
        {**own, "name": "Premier", "site": of.site.pk},
        {**own, "name": "Second", "questionnaire": rows.questionnaire.pk},
    ]
    return [
        *[("open_touchpoint", [], body) for body in point],
        *[("change_touchpoint", [b.touchpoint.pk], {**body, "service": "P"}) for body in point],
        ("change_kiosk", [b.kiosk.pk], {"name": "Borne", "touchpoint": rows.touchpoint.pk}),
        ("create_questionnaire", [], {"name": "Copie", "copied_from": rows.questionnaire.pk}),
        ("wall_links", [], {"name": "Écran", "site": of.site.pk}),
        (
            "comment_link",
            [b.comments["published"].pk],
            {"commitment": rows.commitments["published"].pk},
        ),
        ("commitment_add", [], {**commitment, "theme": rows.theme.pk}),
        ("idea_merge", [b.ideas["public"].pk], {"into": rows.ideas["other"].pk}),
        ("exports", [], {"format": "csv", "touchpoint": rows.touchpoint.pk}),
    ]


def test_forms_refuse_the_rows_of_another_body(world: World, unchanged: None):
    wrong = []
    for name, args, body in forms(world, world.a):
        answer = send(world, name, args, body)
        if answer.status not in {404, 409, 422} or answer.writes:
            wrong.append(f"{name} {body}: {answer}")
        elif world.a.canary in answer.content.decode().lower():
            wrong.append(f"{name} {body}: says something of A")
    none_wrong(wrong)


def test_the_same_forms_take_one_s_own_rows(world: World):
    """A refusal proves something only if B's own row is taken in the same field."""
    world.client("coordinator_b")
    idle = []
    for name, args, body in forms(world, world.b):
        with transaction.atomic():
            answer = send(world, name, args, body)
            transaction.set_rollback(True)
        if answer.status not in {200, 302} or not answer.writes:
            idle.append(f"{name} {body}: {answer}")
    none_wrong(idle)


def test_texts_of_another_body_cannot_be_ticked(world: World, unchanged: None):
    row = Comment.objects.get(pk=world.a.feedback.comments["pending"].pk)
    ticked = [f"{row.pk}:{version_of(row)}"]
    for confirm in ("", "1"):
        body = {"decision": "published", "texte": ticked, "confirm": confirm}
        answer = send(world, "comment_bulk", [], body)
        assert answer.status in {200, 302}
        assert world.a.canary not in answer.content.decode().lower()


def test_filters_by_another_body_s_rows_show_nothing_of_it(world: World, unchanged: None):
    a = world.a.feedback
    client, wrong = world.client("coordinator_b"), []
    for name, query in (
        ("board", {"point": a.touchpoint.pk}),
        ("board", {"lieu": world.a.site.pk}),
        ("board_live", {"point": a.touchpoint.pk}),
        ("comments", {"lieu": a.touchpoint.pk, "point": a.touchpoint.pk, "theme": a.theme.pk}),
        ("touchpoints", {"lieu": world.a.site.pk, "service": a.touchpoint.service}),
        ("kiosks", {"point": a.touchpoint.pk}),
        ("commitment_add", {"theme": a.theme.pk}),
        ("ideas", {"point": a.touchpoint.pk}),
    ):
        answer = ask(client, "GET", reverse(f"feedback:{name}"), query, {})
        text = answer.content.decode().lower()
        if answer.status not in {200, 404} or world.a.canary in text:
            wrong.append(f"{name} {query}: {answer}")
        if a.touchpoint.name.lower() in text:
            wrong.append(f"{name} {query}: names A's touchpoint")
    none_wrong(wrong)


def test_a_template_of_another_body_fills_in_nothing(world: World, unchanged: None):
    path = reverse("feedback:comment_reply", args=[world.b.feedback.comments["published"].pk])
    query = {"modele": world.a.feedback.template.pk}
    answer = ask(world.client("coordinator_b"), "GET", path, query, {})
    assert answer.status == 200
    assert world.a.canary not in answer.content.decode().lower()


def test_a_version_of_another_questionnaire_is_absent(world: World, unchanged: None):
    """The number of a version is only looked for among those of one's own questionnaire."""
    path = reverse("feedback:questionnaire_version", args=[world.b.feedback.draft.pk, 1])
    assert ask(world.client("coordinator_b"), "GET", path, {}, {}).status == 404


def test_a_support_of_one_idea_counts_for_no_other(world: World, unchanged: None):
    """The signed number of a form is about the idea it was drawn for."""
    path = reverse("feedback:support_idea", args=[world.b.feedback.ideas["public"].pk])
    answer = ask(world.client("visitor"), "POST", path, {}, support(world, "visitor"))
    assert answer.status == 422
    assert not answer.writes


def test_the_place_in_one_questionnaire_opens_no_other(world: World, unchanged: None):
    """The token of A's page, sent to B's, begins again there and stores nothing."""
    path = reverse("feedback:give", args=[world.b.feedback.touchpoint.code])
    answer = ask(world.client("visitor"), "POST", path, {}, first_press(world, "visitor"))
    assert answer.status == 422
    assert not answer.writes


@pytest.mark.parametrize("which", ["pending", "internal", "rejected"])
def test_what_is_not_published_is_nowhere_outside(world: World, which: str):
    """No public page of the body, at any page number, holds it."""
    body = world.a.organisation.pk
    for path in (
        reverse("feedback:you_said", args=[body]),
        reverse("feedback:public_ideas", args=[body]),
        reverse("feedback:public_csv", args=[body]),
        reverse("feedback:public_package", args=[body]),
        reverse("feedback:wall_screen", args=[world.a.feedback.wall_secret]),
    ):
        for query in ({}, {"page": "2"}, {"tri": "recentes"}):
            text = ask(world.client("visitor"), "GET", path, query, {}).content.decode()
            assert world.a.feedback.comments[which].text not in text, path
    idea = world.a.feedback.ideas["pending"]
    path = reverse("feedback:support_idea", args=[idea.pk])
    assert ask(world.client("visitor"), "GET", path, {}, {}).status == 404


def test_addresses_that_stopped_open_nothing(world: World, unchanged: None):
    rows, client = world.a.feedback, world.client("visitor")
    for name, args in (
        ("wall_screen", [rows.revoked_wall_secret]),
        ("wall_screen", [rows.wall.secret_hash]),
        ("public_data", [world.b.organisation.pk]),
        ("public_csv", [world.b.organisation.pk]),
        ("public_package", [world.b.organisation.pk]),
        ("public_schema", [world.b.organisation.pk]),
        ("idea_followed", [f"{rows.idea_token}x"]),
        ("idea_followed", [rows.idea_token.partition(":")[0]]),
    ):
        answer = ask(client, "GET", reverse(f"feedback:{name}", args=args), {}, {})
        assert answer.status == 404, f"{name}: {answer}"
        assert "canari" not in answer.content.decode().lower()
