"""A session from its opening to its end: what each act does, and what it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation import keys_apart
from parvis.foundation.errors import Conflict, Refusal
from parvis.live_sessions import models
from parvis.live_sessions.display import Reader, shown_of
from parvis.live_sessions.enums import RoundState, SessionState, Shape
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession, LiveText, Presence
from parvis.live_sessions.operations import running
from parvis.live_sessions.operations.counting import TooFew
from parvis.live_sessions.operations.holding import Stale
from parvis.live_sessions.operations.voting import VoteClosed
from parvis.live_sessions.tests.factories import LiveSessionFactory, open_session, vote
from parvis.measures.models import Measure
from parvis.staff_polls.poll_document import read_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tenant():
    with scopes_disabled():
        yield


@pytest.fixture
def session() -> LiveSession:
    return open_session()


def do(act, session: LiveSession, **more) -> LiveSession:
    """An act pressed on a page that is up to date."""
    session.refresh_from_db()
    return act(session=session, version=session.version, **more)


def put(session: LiveSession, key: str) -> LiveRound:
    do(running.put_card, session, key=key)
    session.refresh_from_db()
    return LiveRound.objects.get(session=session, number=session.current)


def test_a_card_is_answered_closed_and_shown(session):
    found = put(session, "accueil")
    for level in (0, 1, 2, 3, 3, 3):
        vote(session, found.number, level)
    do(running.close_vote, session)
    do(running.count_vote, session)
    found.refresh_from_db()
    assert found.state == RoundState.SHOWN
    shown = shown_of(session, found)
    assert [row.label for row in shown.rows][-1] == "Très bien"
    assert shown.answers == 6
    assert shown.title
    assert not LiveBallot.objects.exists()


def test_the_bar_of_a_coarse_share_tells_what_is_sure_from_what_may_be(session):
    """ "Au plus 40 %" is not drawn as 40 %."""
    found = put(session, "canal")
    for option in (0, 1, 1, 1, 2):
        vote(session, found.number, option)
    do(running.close_vote, session)
    do(running.count_vote, session)
    found.refresh_from_db()
    bars = {row.share: (row.sure, row.possible) for row in shown_of(session, found).rows}
    assert bars == {"au plus 40 %": (0.0, 40.0), "au moins 60 %": (60.0, 100.0)}


def test_nothing_is_counted_below_the_threshold_and_the_ballots_stay(session):
    found = put(session, "accueil")
    for level in (0, 1, 2, 3):
        vote(session, found.number, level)
    do(running.close_vote, session)
    with pytest.raises(TooFew):
        do(running.count_vote, session)
    assert LiveBallot.objects.count() == 4
    do(running.reopen_vote, session)
    vote(session, found.number, 3)
    do(running.close_vote, session)
    do(running.count_vote, session)
    found.refresh_from_db()
    assert found.state == RoundState.SHOWN


def test_what_was_shown_never_opens_nor_counts_again(session):
    found = put(session, "accueil")
    for level in (0, 1, 2, 3, 3):
        vote(session, found.number, level)
    do(running.close_vote, session)
    do(running.count_vote, session)
    for act in (running.reopen_vote, running.close_vote, running.show_texts):
        with pytest.raises(Stale):
            do(act, session)
    with pytest.raises(Conflict):
        do(running.count_vote, session)
    with pytest.raises(VoteClosed):
        vote(session, found.number, 1)


def test_an_open_vote_is_not_counted(session):
    found = put(session, "accueil")
    for level in (0, 1, 2, 3, 3):
        vote(session, found.number, level)
    with pytest.raises(Stale):
        do(running.count_vote, session)
    assert LiveBallot.objects.count() == 5


def test_words_are_read_by_the_facilitator_before_the_room_sees_them(session):
    found = put(session, "mot")
    for words in (["Humain"], ["humain."], ["HUMAIN", "lent"], ["Lent"], ["chaleureux"]):
        vote(session, found.number, words)
    do(running.close_vote, session)
    do(running.count_vote, session)
    found.refresh_from_db()
    assert found.state == RoundState.SORTING
    assert not shown_of(session, found).words
    texts = {text.text.casefold().rstrip("."): text for text in LiveText.objects.all()}
    assert {key: text.times for key, text in texts.items()} == {
        "humain": 3,
        "lent": 2,
        "chaleureux": 1,
    }
    running.hide_text(session=session, text=texts["lent"], is_hidden=True)
    do(running.show_texts, session)
    found.refresh_from_db()
    assert [word.text.casefold() for word in shown_of(session, found).words] == [
        "chaleureux",
        "humain",
    ]


def test_a_room_that_writes_much_is_read_by_its_facilitator_before_its_screen(session, monkeypatch):
    """The screen holds some; who leads reads twice as many, so that none comes up unread."""
    monkeypatch.setitem(models.MOST_SHOWN, Shape.IDEAS, 3)
    found = put(session, "souhait")
    for rank in range(12):
        vote(session, found.number, f"Idée {rank}")
    do(running.close_vote, session)
    do(running.count_vote, session)
    do(running.show_texts, session)
    found.refresh_from_db()
    room = shown_of(session, found)
    desk = shown_of(session, found, reader=Reader.DESK)
    assert (len(room.ideas), room.others, len(desk.ideas)) == (3, 9, 6)
    running.hide_text(
        session=session, text=LiveText.objects.get(pk=room.ideas[0].id), is_hidden=True
    )
    came = {idea.text for idea in shown_of(session, found).ideas}
    assert len(came) == 3
    assert came < {idea.text for idea in desk.ideas}
    assert len(shown_of(session, found, reader=Reader.FILE).ideas) == 12


def test_a_guess_is_shown_beside_what_was_measured(session):
    card = read_document(session.document).card("devinette")
    Measure.objects.create(
        organisation=session.organisation,
        source=card.source,
        source_reference="x",
        stage=card.stage,
        channel=card.channel,
        determinant=card.determinant,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 1, 31),
        estimate_percent=72.0,
        lower_percent=69.0,
        upper_percent=75.0,
        answers=400,
    )
    found = put(session, "devinette")
    for guess in (2, 3, 4, 5, 6):
        vote(session, found.number, guess)
    assert not shown_of(session, found).real
    do(running.close_vote, session)
    do(running.count_vote, session)
    found.refresh_from_db()
    assert "7,2" in shown_of(session, found).real


def test_ideas_are_masked_shown_then_supported(session):
    found = put(session, "souhait")
    ideas = [
        "Un accueil le samedi",
        "un accueil le samedi !",
        "Demandez à Mme Durand au 06 12 34 56 78",
        "Des horaires affichés",
        "Un seul numéro",
    ]
    for idea in ideas:
        vote(session, found.number, idea)
    do(running.close_vote, session)
    do(running.count_vote, session)
    texts = list(LiveText.objects.values_list("text", "times"))
    assert ("Un accueil le samedi", 2) in texts
    assert not any("Durand" in text or "06 12" in text for text, _times in texts)
    with pytest.raises(Stale):
        do(running.open_support, session)
    do(running.show_texts, session)
    do(running.open_support, session)
    session.refresh_from_db()
    support = LiveRound.objects.get(session=session, number=session.current)
    assert support.options[0] == "Un accueil le samedi"
    for codes in ([0], [0], [0, 1], [0, 2], [1]):
        vote(session, support.number, codes)
    do(running.close_vote, session)
    do(running.count_vote, session)
    support.refresh_from_db()
    rows = shown_of(session, support).rows
    assert rows[0].label == "Un accueil le samedi"
    # Counted once, and put once.
    with pytest.raises(Stale):
        do(running.open_support, session)


def test_a_second_click_does_not_do_twice_what_was_asked_once(session):
    session.refresh_from_db()
    version = session.version
    running.put_card(session=session, key="accueil", version=version)
    with pytest.raises(Stale):
        running.put_card(session=session, key="fierte", version=version)
    assert LiveRound.objects.filter(session=session).count() == 1


def test_another_card_closes_the_vote_of_the_former_and_may_come_back(session):
    first = put(session, "accueil")
    vote(session, first.number, 2)
    put(session, "fierte")
    first.refresh_from_db()
    assert first.state == RoundState.CLOSED
    assert put(session, "accueil").pk == first.pk
    do(running.reopen_vote, session)
    vote(session, first.number, 3)
    assert LiveBallot.objects.filter(round=first).count() == 2


def test_the_end_counts_what_may_be_and_destroys_the_rest(
    session, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("parvis.live_sessions.operations.running.wipe_freed_space", lambda *_: None)
    enough = put(session, "accueil")
    for level in (0, 1, 2, 3, 3):
        vote(session, enough.number, level)
    too_few = put(session, "fierte")
    vote(session, too_few.number, 1)
    with django_capture_on_commit_callbacks(execute=True):
        running.end_session(session=session, by=PersonFactory())
    session.refresh_from_db()
    enough.refresh_from_db()
    too_few.refresh_from_db()
    assert session.state == SessionState.ENDED
    assert enough.state == RoundState.SHOWN
    assert too_few.tables is None
    assert not LiveBallot.objects.exists()
    assert not Presence.objects.exists()
    assert not keys_apart.exists(session.key_name)
    with pytest.raises(Conflict):
        running.end_session(session=session, by=PersonFactory())


def test_a_session_without_cards_does_not_open():
    session = LiveSessionFactory(document={})
    with pytest.raises(Refusal):
        running.open_room(session=session, by=PersonFactory(), version=session.version)
    session.refresh_from_db()
    assert session.state == SessionState.PREPARED
