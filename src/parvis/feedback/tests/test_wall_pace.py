"""The screen in a hall: it goes from view to view by itself, until somebody stops it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.operations.walls import create_wall_link
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import TouchpointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def screen():
    """The address of a screen that has two views: the whole, and two touchpoints."""
    first = TouchpointFactory()
    second = TouchpointFactory(organisation=first.organisation)
    for touchpoint in (first, second):
        add_counts(touchpoint, {0: 10, 3: 40}, day=timezone.localdate() - timedelta(days=3))
    _link, secret = create_wall_link(
        organisation_id=first.organisation_id, name="Hall", site=None, by=PersonFactory()
    )
    return reverse("feedback:wall_screen", args=[secret])


def title(response):
    return re.search(r"<h1>(.*?)</h1>", response.content.decode())[1]


def test_it_goes_from_view_to_view_without_a_script(client, screen):
    first = client.get(screen)
    assert first["Refresh"] == f"20; url={screen}?vue=1"
    second = client.get(f"{screen}?vue=1")
    assert second["Refresh"] == f"20; url={screen}?vue=0"
    assert title(first) != title(second)


def test_whoever_reads_slowly_stops_it_and_turns_the_pages(client, screen):
    """WCAG 2.2.1 and 2.2.2: nothing moves on before its reader does."""
    moving = client.get(f"{screen}?vue=1")
    assert 'href="?vue=1&amp;arret=1"' in moving.content.decode()
    stopped = client.get(f"{screen}?vue=1&arret=1")
    assert "Refresh" not in stopped
    assert title(stopped) == title(moving)
    assert 'href="?vue=0&amp;arret=1"' in stopped.content.decode()
    assert 'href="?vue=0"' in stopped.content.decode()
