"""Acts on one edition at the same instant, on a server's database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.models import Registration
from parvis.editions.operations import amend, open_edition, register, rules_of, update_edition
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.editions.tests.test_participation import joining
from parvis.foundation.errors import Conflict
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.questionnaires.grids import default_grid_text, import_grid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server() -> None:
    needs_a_server()


def test_an_edition_opened_while_its_grid_is_replaced_freezes_the_new_one() -> None:
    edition = EditionFactory(weights=True, waves=True)
    grid = import_grid(default_grid_text().replace("version: 1", "version: 2", 1), None)
    by = PersonFactory()

    def correct() -> None:
        update_edition(
            edition=edition, rules=replace(rules_of(edition), grid=grid), revision=1, by=by
        )

    assert at_once(correct, lambda: open_edition(edition=edition, by=by)) is None
    edition.refresh_from_db()
    grid.refresh_from_db()
    assert edition.is_open
    assert edition.grid == grid
    assert grid.first_used_at is not None


def test_a_deadline_brought_forward_holds_for_who_was_waiting_to_amend() -> None:
    edition = EditionFactory(complete=True)
    registration = RegistrationFactory(edition=edition)
    read = Registration.objects.select_related("edition").get(pk=registration.pk)
    ended = timezone.now() - timedelta(minutes=1)

    def bring_forward() -> None:
        update_edition(
            edition=edition,
            rules=replace(rules_of(edition), registration_closes_at=ended),
            revision=1,
            by=PersonFactory(),
        )

    refusal = at_once(
        bring_forward,
        lambda: amend(
            registration=read,
            revision=1,
            by=registration.submitted_by,
            options=[],
            channels=[],
            sites=[],
        ),
    )
    assert isinstance(refusal, Conflict)


def test_a_deadline_brought_forward_holds_for_who_was_waiting_to_register() -> None:
    edition = EditionFactory(complete=True)
    arguments = joining(edition)
    ended = timezone.now() - timedelta(minutes=1)

    def bring_forward() -> None:
        update_edition(
            edition=edition,
            rules=replace(rules_of(edition), registration_closes_at=ended),
            revision=1,
            by=PersonFactory(),
        )

    assert isinstance(at_once(bring_forward, lambda: register(**arguments)), Conflict)
    assert not Registration.objects.exists()


def test_rules_that_a_body_is_joining_on_do_not_change_behind_it() -> None:
    edition = EditionFactory(complete=True)
    arguments = joining(edition)
    grid = import_grid(default_grid_text().replace("version: 1", "version: 2", 1), None)

    def replace_the_grid() -> None:
        update_edition(
            edition=edition,
            rules=replace(rules_of(edition), grid=grid),
            revision=1,
            by=arguments["person"],
        )

    assert isinstance(at_once(lambda: register(**arguments), replace_the_grid), Conflict)
    edition.refresh_from_db()
    assert edition.grid != grid
