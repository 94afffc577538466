"""The same idea sent twice at the same instant, and a draft sent while it is thrown away."""

from __future__ import annotations

import uuid

import pytest
from django_scopes import scopes_disabled

from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.operations.idea_editing import discard_draft, send_draft
from parvis.consultations.tests.factories import (
    ContributionFactory,
    participant,
    running_phase,
)
from parvis.foundation.errors import Conflict
from parvis.foundation.tests.races import at_once, needs_a_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield


def test_one_form_sent_twice_at_once_makes_one_idea():
    needs_a_server()
    phase = running_phase()
    author, token = participant(phase.consultation), uuid.uuid4()

    def send() -> Contribution:
        return contribute(
            phase=phase,
            kind=ContributionKind.IDEA,
            content=Content(title="Un banc", text="Là."),
            author=author,
            token=token,
        )

    assert at_once(send, send) is None
    assert Contribution.objects.get().number == 1
    assert Phase.objects.get(pk=phase.pk).last_number == 1


def test_a_draft_thrown_away_as_it_is_sent_is_one_or_the_other():
    needs_a_server()
    phase = running_phase()
    author = participant(phase.consultation)
    draft = ContributionFactory.create(
        phase=phase, author=author, state=ContributionState.DRAFT, published_at=None
    )
    raised = at_once(
        lambda: discard_draft(idea=draft, by=author), lambda: send_draft(idea=draft, by=author)
    )
    assert isinstance(raised, Conflict)
    draft.refresh_from_db()
    assert (draft.state, draft.title) == (ContributionState.WITHDRAWN, "")
