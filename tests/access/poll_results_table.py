"""The lines of the access table for the results of staff polls: its body's coordinators alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.access.route import COORDINATOR_OF_A, Route, fixed
from tests.access.world import World


def closed(world: World) -> dict[str, Any]:
    """The number of A's closed poll."""
    return {"pk": world.a.poll_results.poll.pk}


def of_card(world: World) -> dict[str, Any]:
    return {**closed(world), "card": "fierte"}


def sentence(world: World) -> dict[str, Any]:
    return {**closed(world), "sentence": world.a.poll_results.sentence.pk}


POLL_RESULTS_TABLE: Mapping[str, Route] = {
    "staff_polls:results": Route(COORDINATOR_OF_A, kwargs=closed),
    "staff_polls:results_report": Route(COORDINATOR_OF_A, kwargs=closed),
    "staff_polls:results_csv": Route(COORDINATOR_OF_A, kwargs=closed),
    "staff_polls:results_xlsx": Route(COORDINATOR_OF_A, kwargs=closed),
    "staff_polls:result_image": Route(COORDINATOR_OF_A, kwargs=of_card),
    # Hidden already: only showing it changes a row.
    "staff_polls:hide_sentence": Route(
        post=COORDINATOR_OF_A, kwargs=sentence, body=fixed(show="1")
    ),
}
