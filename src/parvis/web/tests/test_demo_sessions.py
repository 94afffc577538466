"""Live sessions of the demonstration: one over, whose results are all there, one to be opened."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.live_sessions.display import shown_of
from parvis.live_sessions.enums import SessionState, Step
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.web.demo.sessions import ROOM, hold_sessions

TODAY = date(2026, 11, 26)


@pytest.mark.django_db
def test_a_room_has_lived_through_one_and_another_waits():
    with scopes_disabled():
        body = OrganisationFactory(is_simulated=True, insee_code="")
        made = hold_sessions(
            organisation=body,
            coordinator=PersonFactory(),
            today=TODAY,
            rng=np.random.default_rng(1),
        )
        over, ready = LiveSession.objects.order_by("pk")
        assert made == 2
        assert (over.state, ready.state) == (SessionState.ENDED, SessionState.PREPARED)
        assert over.ended_at.date() < TODAY
        assert not LiveBallot.objects.exists()
        rounds = list(LiveRound.objects.filter(session=over))
        shown = [shown_of(over, one) for one in rounds]
        assert [one.step for one in rounds][-1] == Step.SUPPORT
        assert all(ROOM - 5 < one.answers <= ROOM for one in shown)
        assert len(shown[0].words) > 5
        assert shown[-1].rows[0].percent > shown[-1].rows[-1].percent
