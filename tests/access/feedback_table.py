"""The lines of the access table for on-the-spot feedback: its rooms, its kiosks, its API.

Pages of what a body prepares, reads and answers are its coordinators'; the operator has the
national view and nothing of a body; what a body publishes is everybody's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core import signing
from django.utils import timezone

from parvis.feedback.default_document import default_document
from parvis.feedback.forms import public as public_forms
from parvis.feedback.models import Comment
from parvis.feedback.operations.moderation import version_of
from parvis.feedback.tests.factories import the_version
from parvis.feedback.tests.test_questionnaire_editor import as_form
from parvis.feedback.visit_tokens import Visit
from tests.access.feedback_world import FeedbackRows
from tests.access.route import (
    COORDINATOR_OF_A,
    COORDINATORS,
    EVERYBODY,
    OPERATOR,
    Body,
    Route,
    fixed,
)
from tests.access.world import World

Kwargs = Callable[[World], dict[str, Any]]


def own(world: World, role: str) -> FeedbackRows:
    """The rows of who sends the form: A's, but for B's coordinator."""
    return (world.b if role == "coordinator_b" else world.a).feedback


def pk(read: Callable[[FeedbackRows], Any], name: str = "pk") -> Kwargs:
    """The number of one of A's rows."""
    return lambda world: {name: read(world.a.feedback).pk}


def comment(state: str) -> Kwargs:
    return pk(lambda rows: rows.comments[state])


def idea(state: str) -> Kwargs:
    return pk(lambda rows: rows.ideas[state])


def seen(state: str, **values: Any) -> Body:
    """A decision on a text of A, as it is now."""

    def body(world: World, role: str) -> dict[str, Any]:
        row = Comment.objects.get(pk=world.a.feedback.comments[state].pk)
        return {"seen": version_of(row), **values}

    return body


def ticked(world: World, role: str) -> dict[str, Any]:
    row = Comment.objects.get(pk=own(world, role).comments["pending"].pk)
    return {"decision": "internal", "texte": [f"{row.pk}:{version_of(row)}"], "confirm": "1"}


def touchpoint_form(world: World, role: str) -> dict[str, Any]:
    rows = own(world, role)
    return {
        "name": "Guichet neuf",
        "site": rows.touchpoint.site_id,
        "service": "État civil",
        "stage": "",
        "channel": "visit",
        "staffing": 6,
        "questionnaire": rows.questionnaire.pk,
        "time_zone": "Europe/Paris",
        "revision": rows.touchpoint.revision,
    }


def editor_form(world: World, role: str) -> dict[str, Any]:
    draft = own(world, role).draft
    return {
        **dict(as_form(default_document()).lists()),
        "name": "Un autre nom",
        "revision": draft.revision,
        "action": "save",
    }


def first_press(world: World, role: str) -> dict[str, Any]:
    """A face pressed on the public page of A's touchpoint."""
    rows = world.a.feedback
    visit = Visit(
        id=uuid4(),
        touchpoint_code=rows.touchpoint.code,
        version=the_version(rows.questionnaire).pk,
        began_ms=int(time.time() * 1000),
    )
    return {"token": visit.sealed(), "value": "2"}


def support(world: World, role: str) -> dict[str, Any]:
    """The form of a support, read for as long as a person needs."""
    drawn = [f"support {world.a.feedback.ideas['public'].pk}", uuid4().hex, time.time() - 60]
    return {public_forms.TOKEN: signing.dumps(drawn, salt="parvis.feedback.forms.public")}


def code(world: World) -> dict[str, Any]:
    return {"code": world.a.feedback.touchpoint.code}


def body_of_a(name: str) -> Kwargs:
    return lambda world: {name: world.a.organisation.pk}


NO_FIELD = fixed()
# Rows that pages of A show; another tenant's coordinator finds them absent.
TOUCHPOINT = pk(lambda rows: rows.touchpoint)
QUESTIONNAIRE = pk(lambda rows: rows.questionnaire)
DRAFT = pk(lambda rows: rows.draft)
KIOSK = pk(lambda rows: rows.kiosk)
ALERT = pk(lambda rows: rows.alert)
WEBHOOK = pk(lambda rows: rows.webhook, "number")


def of_a(kwargs: Kwargs, body: Body | None = None, **more: Any) -> Route:
    """A page about one of A's rows; with a body, its form too."""
    if body is None:
        return Route(COORDINATOR_OF_A, kwargs=kwargs, **more)
    return Route(COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=kwargs, body=body, **more)


def act_on_a(kwargs: Kwargs, body: Body = NO_FIELD, **more: Any) -> Route:
    """A button on one of A's rows, without a page of its own."""
    return Route(post=COORDINATOR_OF_A, kwargs=kwargs, body=body, **more)


def own_list(body: Body | None = None, **more: Any) -> Route:
    """A page of a coordinator's own rows; with a body, what adds one."""
    if body is None:
        return Route(COORDINATORS, **more)
    return Route(COORDINATORS, COORDINATORS, body=body, **more)


FEEDBACK_TABLE: Mapping[str, Route] = {
    # --- Touchpoints, questionnaires, kiosks ----------------------------------------------------
    "feedback:home": own_list(),
    "feedback:touchpoints": own_list(),
    "feedback:open_touchpoint": own_list(touchpoint_form),
    "feedback:touchpoint": of_a(TOUCHPOINT),
    "feedback:change_touchpoint": of_a(TOUCHPOINT, touchpoint_form),
    "feedback:close_touchpoint": of_a(TOUCHPOINT, fixed()),
    "feedback:reopen_touchpoint": of_a(pk(lambda rows: rows.closed_touchpoint), fixed()),
    "feedback:set_answers_apart": of_a(
        TOUCHPOINT,
        # The days of the world's month of counts hold no answer; those of today do.
        lambda world, role: {
            "first": (timezone.localdate() - timedelta(days=1)).isoformat(),
            "last": timezone.localdate().isoformat(),
        },
    ),
    "feedback:poster": of_a(lambda world: {**TOUCHPOINT(world), "size": "a4"}),
    "feedback:ask_pairing_code": of_a(TOUCHPOINT, fixed(name="Borne du hall")),
    "feedback:questionnaires": own_list(),
    "feedback:create_questionnaire": own_list(fixed(name="Questionnaire neuf")),
    "feedback:questionnaire": of_a(DRAFT, editor_form),
    "feedback:preview_questionnaire": of_a(DRAFT, editor_form, writes=False),
    "feedback:publish_questionnaire": of_a(
        DRAFT, lambda world, role: {"revision": world.a.feedback.draft.revision}
    ),
    "feedback:questionnaire_versions": of_a(QUESTIONNAIRE),
    "feedback:questionnaire_version": of_a(lambda world: {**QUESTIONNAIRE(world), "number": 1}),
    "feedback:speech": of_a(QUESTIONNAIRE, fixed(action="speak")),
    "feedback:kiosks": own_list(),
    "feedback:kept_apart": own_list(),
    "feedback:kiosk_health": of_a(KIOSK),
    "feedback:change_kiosk": of_a(
        KIOSK,
        lambda world, role: {"name": "Autre nom", "touchpoint": world.a.feedback.touchpoint.pk},
    ),
    "feedback:revoke_kiosk": of_a(KIOSK, fixed()),
    # --- Citizens -------------------------------------------------------------------------------
    "feedback:kiosk_app": Route(EVERYBODY),
    "feedback:kiosk_worker": Route(EVERYBODY),
    "feedback:give": Route(EVERYBODY, EVERYBODY, kwargs=code, body=first_press),
    "feedback:you_said": Route(EVERYBODY, kwargs=body_of_a("pk")),
    "feedback:public_ideas": Route(EVERYBODY, kwargs=body_of_a("pk")),
    "feedback:support_idea": Route(EVERYBODY, EVERYBODY, kwargs=idea("public"), body=support),
    # Whoever has the link: it bears a signature.
    "feedback:idea_followed": Route(
        EVERYBODY, kwargs=lambda world: {"token": world.a.feedback.idea_token}
    ),
    # Reads only: by POST, what is typed stays out of addresses.
    "feedback:similar_ideas": Route(
        EVERYBODY, EVERYBODY, kwargs=code, body=fixed(text="ouvrir le samedi"), writes=False
    ),
    "feedback:sound": Route(
        EVERYBODY, kwargs=lambda world: {"sound_hash": world.a.feedback.sound.sound_hash}
    ),
    # --- Boards, alerts, wall screens -----------------------------------------------------------
    "feedback:board": own_list(),
    "feedback:board_live": own_list(),
    "feedback:alerts": own_list(),
    "feedback:alert": of_a(ALERT),
    "feedback:acknowledge_alert": act_on_a(ALERT),
    "feedback:comment_alert": act_on_a(ALERT, fixed(text="Des enfants jouaient.")),
    "feedback:close_alert": act_on_a(ALERT, fixed(reason="Des enfants jouaient.")),
    "feedback:watch": of_a(TOUCHPOINT, fixed(alarms_a_year="2", silence_hours="5", revision="1")),
    "feedback:wall_links": own_list(fixed(name="Écran du hall", site="")),
    "feedback:revoke_wall": act_on_a(pk(lambda rows: rows.wall)),
    "feedback:wall": own_list(),
    # Whoever has the address: it is drawn at random, and may be revoked.
    "feedback:wall_screen": Route(
        EVERYBODY, kwargs=lambda world: {"secret": world.a.feedback.wall_secret}
    ),
    # --- Comments, replies, commitments, ideas --------------------------------------------------
    "feedback:comments": own_list(),
    "feedback:comment_bulk": Route(post=COORDINATORS, body=ticked),
    "feedback:comment": of_a(comment("pending")),
    "feedback:comment_decide": act_on_a(comment("pending"), seen("pending", decision="published")),
    "feedback:comment_undo": act_on_a(comment("published"), seen("published")),
    "feedback:comment_hide_words": act_on_a(
        comment("published"), seen("published", words="accueil")
    ),
    "feedback:comment_link": act_on_a(
        comment("published"),
        lambda world, role: {"commitment": world.a.feedback.commitments["published"].pk},
    ),
    "feedback:comment_reply": of_a(
        comment("replied"), fixed(text="Deux guichets de plus.", revision="1")
    ),
    "feedback:comment_reply_withdraw": act_on_a(comment("replied")),
    "feedback:reply_templates": own_list(),
    "feedback:reply_template_add": own_list(fixed(name="Merci", text="Merci de votre avis.")),
    "feedback:reply_template": of_a(
        pk(lambda rows: rows.template), fixed(name="Merci", text="Merci à vous.", revision="1")
    ),
    "feedback:reply_template_remove": act_on_a(pk(lambda rows: rows.template)),
    "feedback:commitments": own_list(),
    "feedback:commitment_add": own_list(
        lambda world, role: {
            "said": "Il fait froid",
            "done": "Le chauffage est réglé.",
            "state": "done",
            "theme": own(world, role).theme.pk,
            "published": "on",
        }
    ),
    "feedback:commitment": of_a(
        pk(lambda rows: rows.commitments["kept"]),
        fixed(said="Il fait froid", done="Réglé.", state="done", theme="", revision="1"),
    ),
    "feedback:commitment_remove": act_on_a(pk(lambda rows: rows.commitments["kept"])),
    "feedback:agent_names": own_list(fixed(names="Bérengère Quelconque")),
    "feedback:agent_name_remove": act_on_a(pk(lambda rows: rows.agent_name)),
    "feedback:themes": own_list(),
    "feedback:theme_rename": of_a(pk(lambda rows: rows.theme), fixed(label="Chauffage")),
    "feedback:ideas": own_list(),
    "feedback:idea": of_a(
        idea("public"),
        lambda world, role: {
            "state": "planned",
            "answer": "Au printemps.",
            "revision": world.a.feedback.ideas["public"].revision,
        },
    ),
    "feedback:idea_merge": act_on_a(
        idea("public"), lambda world, role: {"into": world.a.feedback.ideas["other"].pk}
    ),
    "feedback:idea_separate": act_on_a(idea("merged")),
    # --- What leaves the house ------------------------------------------------------------------
    "feedback:exports": own_list(
        lambda world, role: {
            "format": "csv",
            "touchpoint": own(world, role).touchpoint.pk,
            "first_day": "2026-01-01",
            "last_day": "2026-01-31",
        }
    ),
    "feedback:day_counts_file": own_list(),
    "feedback:month_counts_file": own_list(),
    "feedback:export_file": of_a(pk(lambda rows: rows.export, "number")),
    "feedback:resume_export": act_on_a(pk(lambda rows: rows.stalled_export, "number")),
    "feedback:remove_export": act_on_a(pk(lambda rows: rows.export, "number")),
    "feedback:open_data": own_list(),
    "feedback:publish_open_data": own_list(fixed()),
    "feedback:withdraw_open_data": own_list(fixed()),
    "feedback:public_data": Route(EVERYBODY, kwargs=body_of_a("organisation")),
    "feedback:public_csv": Route(EVERYBODY, kwargs=body_of_a("organisation")),
    "feedback:public_package": Route(EVERYBODY, kwargs=body_of_a("organisation")),
    "feedback:public_schema": Route(EVERYBODY, kwargs=body_of_a("organisation")),
    "feedback:api_keys": own_list(fixed(name="Entrepôt", scopes=["counts"])),
    "feedback:revoke_api_key": of_a(pk(lambda rows: rows.api_keys["all"], "number"), fixed()),
    "feedback:webhooks": own_list(
        fixed(url="https://programme.exemple.fr/neuf", events=["feedback.alert.opened"])
    ),
    "feedback:webhook": of_a(WEBHOOK, fixed(events=["feedback.alert.opened"])),
    "feedback:test_webhook": act_on_a(WEBHOOK),
    "feedback:enable_webhook": act_on_a(pk(lambda rows: rows.disabled_webhook, "number")),
    "feedback:rotate_webhook_secret": of_a(WEBHOOK, fixed()),
    "feedback:remove_webhook": of_a(WEBHOOK, fixed()),
    # --- The operator ---------------------------------------------------------------------------
    "feedback:national": Route(OPERATOR),
    # --- Kiosks and programs: a secret opens, never a session -----------------------------------
    "feedback:batches": Route(machine="POST"),
    "feedback:pair": Route(machine="POST"),
    "feedback:configuration": Route(machine="GET"),
    "api:documentation": Route(EVERYBODY),
    "api:openapi": Route(EVERYBODY),
    "api:touchpoints": Route(machine="GET"),
    "api:answers": Route(machine="GET"),
    "api:counts": Route(machine="GET"),
    "api:devices": Route(machine="GET"),
}
