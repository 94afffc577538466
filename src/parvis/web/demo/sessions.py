"""Live sessions of the showcase body: one that a room has lived through, one to be opened.

Votes are sealed and committed as those of phones are; cards are put, closed, counted and shown by
the operations of the product. The session that is over is given the day it would have had.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from parvis.accounts.models import Person
from parvis.live_sessions.enums import Shape
from parvis.live_sessions.keys import Box
from parvis.live_sessions.models import LiveRound, LiveSession
from parvis.live_sessions.operations import running
from parvis.live_sessions.operations.preparing import SessionSettings, create_session
from parvis.live_sessions.operations.voting import Arrival, commit, written
from parvis.live_sessions.session_document import of_poll
from parvis.organisations.models import Organisation
from parvis.staff_polls.card_library import cards_named
from parvis.web.demo.dates import moment

ROOM: Final = 46
_DAYS_AGO: Final = 40
_CARDS: Final = ("fierte", "accueil-courtois", "canal-ameliorer")
_WORD: Final = {"key": "un-mot", "text": "Notre accueil, en un mot :"}
_IDEA: Final = {"key": "une-idee", "text": "Ce que nous pourrions changer dès lundi :"}
# Words with how likely each is to come, and ideas with how much each is liked.
_WORDS: Final = {
    "chaleureux": 9,
    "humain": 8,
    "patient": 6,
    "débordé": 6,
    "souriant": 5,
    "pressé": 4,
    "à l’écoute": 4,
    "inégal": 3,
    "bruyant": 2,
    "clair": 2,
}
_IDEAS: Final = {
    "Afficher le temps d’attente à l’entrée": 0.72,
    "Un seul numéro de téléphone pour tous les services": 0.55,
    "Une fiche par démarche, la même au guichet et sur le site": 0.48,
    "Ouvrir le samedi matin une fois par mois": 0.30,
    "Un quart d’heure d’échange entre services chaque semaine": 0.41,
    "Changer la sonnette de la porte de derrière": 0.12,
}


def hold_sessions(
    *, organisation: Organisation, coordinator: Person, today: date, rng: np.random.Generator
) -> int:
    """Make the sessions; returns how many. Scopes disabled."""
    held = _prepared(organisation, coordinator, "Séminaire de l’accueil")
    _live(held, coordinator, rng)
    day = moment(today - timedelta(days=_DAYS_AGO), 10)
    LiveSession.objects.filter(pk=held.pk).update(
        opened_at=day, ends_at=day + running.LONGEST, ended_at=day + timedelta(hours=1)
    )
    _prepared(organisation, coordinator, "Réunion de rentrée de l’accueil")
    return 2


def _prepared(organisation: Organisation, by: Person, title: str) -> LiveSession:
    session = create_session(
        organisation=organisation,
        content=SessionSettings(title=title, expected=50, threshold=10),
        by=by,
    )
    session.document = {
        "cards": [
            {**_WORD, "kind": "sentence", "shape": Shape.WORDS},
            *of_poll(cards_named(_CARDS)),
            {**_IDEA, "kind": "sentence", "shape": Shape.IDEAS},
        ]
    }
    session.save(update_fields=["document"])
    return session


def _live(session: LiveSession, by: Person, rng: np.random.Generator) -> None:
    session = running.open_room(session=session, by=by, version=session.version)
    words, weights = list(_WORDS), np.array(list(_WORDS.values()), dtype=float)
    drawn = [
        rng.choice(
            len(words), size=int(rng.integers(1, 4)), replace=False, p=weights / sum(weights)
        )
        for _person in range(ROOM)
    ]
    session = _put(session, _WORD["key"], [[words[place] for place in one] for one in drawn])
    session = running.show_texts(session=session, version=session.version)
    options = len(cards_named(["canal-ameliorer"])[0]["options"])
    for key, answers in (
        ("fierte", rng.choice([0, 1, 2], size=ROOM, p=[0.2, 0.7, 0.1])),
        ("accueil-courtois", rng.choice([0, 1, 2, 3], size=ROOM, p=[0.05, 0.2, 0.5, 0.25])),
        ("canal-ameliorer", rng.integers(0, options, size=ROOM)),
    ):
        session = _put(session, key, [_offered(key, int(answer)) for answer in answers])
    ideas = list(_IDEAS)
    session = _put(session, _IDEA["key"], [ideas[rank % len(ideas)] for rank in range(ROOM)])
    session = running.show_texts(session=session, version=session.version)
    session = running.open_support(session=session, version=session.version)
    put = LiveRound.objects.get(session=session, number=session.current)
    liked = [_IDEAS[idea] for idea in put.options]
    supports = [
        [code for code, chance in enumerate(liked) if rng.random() < chance] or [0]
        for _person in range(ROOM)
    ]
    _answer(session, supports)
    session = running.close_vote(session=session, version=session.version)
    session = running.count_vote(session=session, version=session.version)
    running.end_session(session=session, by=by)


def _offered(key: str, place: int) -> int:
    """The value of the option at this place of a card of the library."""
    (card,) = cards_named([key])
    return int(card["options"][place]["code"]) if card.get("options") else place


def _put(session: LiveSession, key: str, answers: Sequence[Any]) -> LiveSession:
    """Put a card, have the room answer, close and count."""
    session = running.put_card(session=session, key=key, version=session.version)
    _answer(session, answers)
    session = running.close_vote(session=session, version=session.version)
    return running.count_vote(session=session, version=session.version)


def _answer(session: LiveSession, answers: Sequence[Any]) -> None:
    put = LiveRound.objects.get(session=session, number=session.current)
    box = Box(session.key_name)
    arrivals = []
    for answer in answers:
        token = secrets.token_hex(32)
        sealed = box.seal(written(answer), token=token)
        arrivals.append(Arrival(token, session.organisation_id, put.pk, sealed))
    commit(arrivals)
