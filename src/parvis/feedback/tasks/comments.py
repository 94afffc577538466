"""Background work on comments and ideas."""

from __future__ import annotations

from datetime import timedelta

from django_scopes import scopes_disabled
from django_tasks import task

from parvis.feedback.operations.agent_names import apply_names
from parvis.feedback.operations.themes import bodies_to_search, search_themes
from parvis.feedback.reception import receive_missing_ideas
from parvis.foundation.schedule import scheduled


@task()
def apply_agent_names(organisation_id: int) -> int:
    """Mask a body's comments again after its list of names changed; again changes nothing."""
    with scopes_disabled():
        return apply_names(organisation_id=organisation_id)


@task()
def search_themes_of(organisation_id: int) -> int:
    """Look for what a body's comments speak of; the same comments give the same themes."""
    with scopes_disabled():
        return search_themes(organisation_id=organisation_id)


@scheduled(every=timedelta(days=1))
def search_themes_daily() -> int:
    """Queue a search for each body with enough comments, so that one failure stops no other."""
    with scopes_disabled():
        bodies = bodies_to_search()
    for organisation_id in bodies:
        search_themes_of.enqueue(organisation_id)
    return len(bodies)


@scheduled(every=timedelta(days=1))
def open_missing_ideas() -> int:
    """Open the ideas that reception did not: loaded in bulk, or received by an older version."""
    return receive_missing_ideas()
