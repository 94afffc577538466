"""What each tenant of the world owns in live sessions, marked like the rest of it.

Public by nature, hence without a canary: what the screen of an open room shows. What is being
prepared, and what a room wrote, are its coordinators'.
"""

from __future__ import annotations

from dataclasses import dataclass

from parvis.accounts.tests.factories import PersonFactory
from parvis.live_sessions.models import LiveRound, LiveSession, LiveText
from parvis.live_sessions.operations import running
from parvis.live_sessions.tests.factories import (
    LiveSessionFactory,
    every_card,
    open_session,
    vote,
)
from parvis.organisations.models import Organisation

PRIVATE_LIVE_WORDS = ("seance", "seance-carte", "seance-texte")


@dataclass
class LiveRows:
    """Sessions in each state that a page tells apart."""

    prepared: LiveSession
    # Another one, to be thrown away, and one to be opened.
    spare: LiveSession
    ready: LiveSession
    # With a vote open on its first card, and the words of another read by the facilitator.
    open: LiveSession
    text: LiveText
    # Open as well, to be ended.
    ending: LiveSession
    ended: LiveSession


def build_live(mark: str, body: Organisation) -> LiveRows:
    def canary(what: str) -> str:
        return f"CANARI-{mark}-{what}"

    document = every_card()
    document["cards"][0]["text"] = canary("seance-carte")
    opened = open_session(organisation=body, title=f"Réunion {mark}")
    put = running.put_card(session=opened, key="mot", version=opened.version)
    for rank in range(opened.threshold):
        vote(put, put.current, [canary("seance-texte") if rank else "accueil"])
    closed = running.close_vote(session=put, version=put.version)
    sorted_ = running.count_vote(session=closed, version=closed.version)
    running.put_card(session=sorted_, key="accueil", version=sorted_.version)
    ended = open_session(organisation=body, title=canary("seance"))
    running.put_card(session=ended, key="accueil", version=ended.version)
    running.end_session(session=ended, by=PersonFactory())
    return LiveRows(
        prepared=LiveSessionFactory(organisation=body, title=canary("seance"), document=document),
        spare=LiveSessionFactory(organisation=body, title=canary("seance")),
        ready=LiveSessionFactory(organisation=body, title=canary("seance")),
        open=opened,
        text=LiveText.objects.get(
            round=LiveRound.objects.get(session=opened, card="mot"), times__gt=1
        ),
        ending=open_session(organisation=body, title=f"Fin {mark}"),
        ended=ended,
    )
