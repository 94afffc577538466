"""The lines of the access table for staff polls.

A poll is its body's coordinators': the operator sees nothing of it. What agents open, an invitation
or a code drawn from a hat opens it, never a session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from parvis.foundation.drawn_codes import new_seed
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.tests.factories import every_kind
from parvis.staff_polls.tests.preparing import form_fields
from tests.access.polls_world import PollRows
from tests.access.route import COORDINATOR_OF_A, COORDINATORS, Body, Route, fixed
from tests.access.world import World

Kwargs = Callable[[World], dict[str, Any]]


def poll(read: Callable[[PollRows], StaffPoll]) -> Kwargs:
    """The number of one of A's polls."""
    return lambda world: {"pk": read(world.a.polls).pk}


DRAFT = poll(lambda rows: rows.draft)
RUNNING = poll(lambda rows: rows.running)


def group(world: World) -> dict[str, Any]:
    return {**DRAFT(world), "number": world.a.polls.group.number}


def of_a(kwargs: Kwargs, body: Body | None = None, **more: Any) -> Route:
    """A page about one of A's polls; with a body, its form too."""
    if body is None:
        return Route(COORDINATOR_OF_A, kwargs=kwargs, **more)
    return Route(COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=kwargs, body=body, **more)


def act_on_a(kwargs: Kwargs, body: Body, **more: Any) -> Route:
    """A button of a page about one of A's polls, without a page of its own."""
    return Route(post=COORDINATOR_OF_A, kwargs=kwargs, body=body, **more)


def seen(**values: Any) -> Body:
    """A form filled from the draft as it is now."""

    def body(world: World, role: str) -> dict[str, Any]:
        revision = StaffPoll.objects.get(pk=world.a.polls.draft.pk).revision
        return {"revision": revision, **values}

    return body


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def settings_form(**values: Any) -> dict[str, Any]:
    return {
        "title": "Autre titre",
        "introduction": "",
        "threshold": "10",
        "closes_on": in_days(10),
        **values,
    }


def cards_form(world: World, role: str) -> dict[str, Any]:
    document = every_kind()
    document["cards"][1]["text"] = "Une autre question"
    return {**form_fields(document), **seen(action="save")(world, role)}


POLLS_TABLE: Mapping[str, Route] = {
    "staff_polls:polls": Route(COORDINATORS),
    "staff_polls:create_poll": Route(
        COORDINATORS,
        COORDINATORS,
        body=lambda world, role: settings_form(start="proposed"),
    ),
    "staff_polls:poll": of_a(DRAFT),
    "staff_polls:settings": of_a(
        DRAFT, lambda world, role: {**settings_form(), **seen()(world, role)}
    ),
    "staff_polls:delete_poll": of_a(poll(lambda rows: rows.spare), fixed()),
    "staff_polls:cards": of_a(DRAFT, cards_form),
    "staff_polls:library": of_a(DRAFT, fixed(carte=["atouts"])),
    # Shows what is typed, and keeps nothing of it.
    "staff_polls:preview": of_a(DRAFT, cards_form, writes=False),
    "staff_polls:groups": of_a(DRAFT, fixed(name="Un service de plus", printed_codes="3")),
    "staff_polls:roll": act_on_a(DRAFT, fixed(lines="Voirie;quelquun@exemple.invalid")),
    "staff_polls:merge_groups": act_on_a(DRAFT, fixed(group="1", into="2")),
    "staff_polls:group": of_a(group, seen(name="Autre service", printed_codes="12")),
    "staff_polls:remove_group": of_a(group, fixed()),
    "staff_polls:remove_agents": act_on_a(
        group, lambda world, role: {"agent": [str(world.a.polls.agent.pk)]}
    ),
    "staff_polls:launch": of_a(DRAFT, seen()),
    "staff_polls:remind": of_a(RUNNING, fixed()),
    "staff_polls:change_end": of_a(RUNNING, lambda world, role: {"closes_on": in_days(12)}),
    "staff_polls:close": of_a(RUNNING, fixed()),
    "staff_polls:slips": of_a(RUNNING),
    "staff_polls:print_slips": act_on_a(
        lambda world: {**RUNNING(world), "number": 1},
        lambda world, role: {"seed": new_seed(), "count": "3"},
    ),
}
