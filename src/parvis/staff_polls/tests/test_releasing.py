"""What is shown at milestones and at the close, and what never is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_scopes import scopes_disabled
from django_tasks_db.models import DBTaskResult

from parvis.foundation.erasures import record_erasure, replay
from parvis.foundation.errors import Conflict
from parvis.foundation.keys_apart import KeyMissing
from parvis.foundation.models import Erasure, MailState, OutgoingMail
from parvis.foundation.personal_data import erasers
from parvis.staff_polls import keys
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import Ballot, PollComment, Release, StaffPoll
from parvis.staff_polls.operations.launching import invite
from parvis.staff_polls.operations.releasing import close, release_if_due, stir
from parvis.staff_polls.operations.sentences import label_sentences
from parvis.staff_polls.reading import participation
from parvis.staff_polls.tasks import follow_polls, sort_sentences, stir_polls
from parvis.staff_polls.tests.voting import agents_of, collect, open_poll, put
from parvis.texts.themes import Found, FoundTheme

pytestmark = pytest.mark.django_db


def vote(poll: StaffPoll, group: int, numbers: range) -> None:
    """Ballots that differ enough for exact tables: a third of each agreement."""
    for number in numbers:
        put(poll, group, {"fierte": number % 3, "accueil": number % 4, "outils": [number % 3]})


def test_nothing_is_shown_before_the_first_milestone() -> None:
    poll = open_poll(100)
    vote(poll, 1, range(29))

    assert release_if_due(poll=poll) is None
    assert participation(poll).ballots == 25
    assert [milestone.is_unlocked for milestone in participation(poll).milestones] == [False] * 3


def test_milestone_shows_the_whole_and_holds_some_back() -> None:
    poll = open_poll(50, 50)
    vote(poll, 1, range(25))
    vote(poll, 2, range(20))
    release = release_if_due(poll=poll)

    assert release is not None
    assert "groups" not in release.tables
    shown = release.tables["cards"]["fierte"]
    assert 10 <= shown["answers"] <= 35
    assert sum(shown["counts"][0]) == shown["answers"]
    # The next milestone is not reached: nothing more, whatever comes.
    assert release_if_due(poll=poll) is None


def test_close_counts_everything() -> None:
    poll = open_poll(20, 20, 4)
    vote(poll, 1, range(18))
    vote(poll, 2, range(15))
    vote(poll, 3, range(4))
    release = close(poll=poll, by=None)

    cards = release.tables["cards"]
    assert cards["fierte"] == {"release": 1, "answers": 37, "counts": [[13, 12, 12]]}
    assert cards["outils"]["counts"] == [[24, 13], [25, 12], [25, 12]]
    groups = {group["number"]: group for group in release.tables["groups"]}
    # Four people are never shown; nor is a second group, whose table would give theirs back.
    assert "fierte" not in groups[3]["cards"]
    assert sum("fierte" in group["cards"] for group in groups.values()) == 1
    assert groups[3]["ballots"] == 0


def test_card_with_too_few_answers_is_not_shown() -> None:
    poll = open_poll(30)
    vote(poll, 1, range(20))
    for _number in range(9):
        put(poll, 1, {"devinette": 5})
    release = close(poll=poll, by=None)

    assert "devinette" not in release.tables["cards"]


def test_nobody_answered() -> None:
    release = close(poll=open_poll(12), by=None)

    assert release.tables["cards"] == {}
    assert release.tables["ballots"] == 0


def test_unanimous_table_is_coarse() -> None:
    poll = open_poll(30)
    for _number in range(20):
        put(poll, 1, {"fierte": 1})
    table = close(poll=poll, by=None).tables["cards"]["fierte"]

    assert table["shares"] == [[[10, -1], [90, 1], [10, -1]]]
    assert "counts" not in table


def test_sentences_are_masked_and_never_few() -> None:
    poll = open_poll(30)
    for number in range(12):
        put(poll, 1, {"souhait": f"Écrivez-moi : agent{number}@mairie.example"})
    release = close(poll=poll, by=None)
    with scopes_disabled():
        texts = list(PollComment.objects.filter(poll=poll, card="souhait").values_list("text"))

    assert release.tables["sentences"] == {"souhait": 12}
    assert len(texts) == 12
    assert "mairie.example" not in str(texts)


def test_sentences_are_sorted_after_the_close_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a task queued with the close itself: a stop in between loses nothing."""

    def by_first_word(texts: Sequence[str]) -> Found:
        themes = [FoundTheme(None, {}, label) for label in ("Horaires", "Écrans")]
        return Found(themes, [0 if text.startswith("Ouvrir") else None for text in texts], 0)

    monkeypatch.setattr("parvis.staff_polls.results.sentences.find_themes", by_first_word)
    poll = open_poll(80)
    for number in range(20):
        put(poll, 1, {"souhait": ("Ouvrir le samedi", "Autre")[number % 2]})
    close(poll=poll, by=None)
    with scopes_disabled():
        comments = PollComment.objects.filter(poll=poll)
        assert set(comments.values_list("theme", flat=True)) == {""}
        queued = DBTaskResult.objects.get(task_path=sort_sentences.module_path)
        assert queued.args_kwargs == {"args": [poll.pk], "kwargs": {}}
        sort_sentences.func(poll.pk)
        assert set(comments.values_list("text", "theme")) == {
            ("Ouvrir le samedi", "Horaires"),
            ("Autre", ""),
        }

        label_sentences(poll=poll, label=lambda texts: ["Autre chose"] * len(texts))
        assert not comments.filter(theme="Autre chose").exists()


def test_nothing_is_queued_without_sentences() -> None:
    close(poll=open_poll(12), by=None)

    assert not DBTaskResult.objects.filter(task_path=sort_sentences.module_path).exists()


def test_poll_of_sentences_alone_closes() -> None:
    poll = open_poll(
        30, document={"cards": [{"key": "mot", "kind": "sentence", "text": "Un mot ?"}]}
    )
    for number in range(12):
        put(poll, 1, {"mot": f"Phrase {number}"})
    release = close(poll=poll, by=None)

    assert release.tables["cards"] == {}
    assert release.tables["sentences"] == {"mot": 12}


def test_few_sentences_are_dropped() -> None:
    poll = open_poll(30)
    vote(poll, 1, range(20))
    for number in range(9):
        put(poll, 1, {"souhait": f"Phrase {number}"})
    release = close(poll=poll, by=None)

    assert release.tables["sentences"] == {}
    with scopes_disabled():
        assert not PollComment.objects.exists()


def test_close_twice() -> None:
    poll = open_poll(12)
    close(poll=poll, by=None)

    with pytest.raises(Conflict):
        close(poll=poll, by=None)
    with scopes_disabled():
        assert Release.objects.filter(poll=poll).count() == 1


def test_without_its_key_nothing_is_lost() -> None:
    poll = open_poll(12)
    put(poll, 1, {"fierte": 1})
    keys.destroy(poll)

    with pytest.raises(KeyMissing):
        close(poll=poll, by=None)
    with scopes_disabled():
        poll.refresh_from_db()
        assert poll.state == PollState.OPEN
        assert Ballot.objects.filter(poll=poll).count() == 1


def test_stir_keeps_everything() -> None:
    poll = open_poll(12)
    tokens = {put(poll, 1, {"fierte": number % 3}) for number in range(5)}
    stir(poll=poll)

    with scopes_disabled():
        assert set(Ballot.objects.values_list("pk", flat=True)) == tokens
    assert close(poll=poll, by=None).tables["cards"] == {}  # five people: below the threshold


def test_poll_closes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = open_poll(12)
    with scopes_disabled():
        StaffPoll.objects.filter(pk=poll.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    wiped: list[Any] = []
    monkeypatch.setattr(
        "parvis.staff_polls.operations.releasing.wipe_freed_space", lambda: wiped.append(1)
    )
    assert follow_polls.func() == 1

    poll.refresh_from_db()
    assert poll.state == PollState.CLOSED
    # Killed before its keys were destroyed: the next round does it.
    assert keys.are_held(poll)
    assert follow_polls.func() == 0
    assert not keys.are_held(poll)
    assert wiped == [1]


def test_close_forgets_who_was_reminded(settings: Any) -> None:
    poll = open_poll(12)
    with scopes_disabled():
        invite(poll=poll, base_url="https://barometre.exemple.fr")
        collect(agents_of(poll)[0])
        invite(poll=poll, base_url="https://barometre.exemple.fr", reminder=1)
        other = open_poll(10)
        invite(poll=other, base_url="https://barometre.exemple.fr")
    assert OutgoingMail.objects.count() == 12 + 11 + 10
    one = OutgoingMail.objects.filter(key__contains=" 1 ").first()
    assert one is not None
    assert one.key.startswith(tuple(settings.UNCOPIED_MAILS))
    # One is on its way to the mail server at this very moment.
    OutgoingMail.objects.filter(pk=one.pk).update(
        state=MailState.SENDING, sending_started_at=timezone.now()
    )
    close(poll=poll, by=None)

    assert OutgoingMail.objects.count() == 10


def past_its_end(poll: StaffPoll) -> StaffPoll:
    poll.closes_at = timezone.now() - timedelta(minutes=1)
    with scopes_disabled():
        poll.save(update_fields=["closes_at"])
    return poll


def test_a_close_that_cannot_be_finished_keeps_no_other_poll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    close(poll=open_poll(12), by=None)
    other = past_its_end(open_poll(12))

    def broken(**_given: Any) -> None:
        raise OSError("the folder of keys is read-only")

    monkeypatch.setattr("parvis.staff_polls.tasks.finish_close", broken)
    with pytest.raises(RuntimeError):
        follow_polls.func()
    other.refresh_from_db()
    assert other.state == PollState.CLOSED


def test_closed_by_hand_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The coordinator closes while the tasks look at the poll: nothing has failed."""
    past_its_end(open_poll(12))

    def closed_a_moment_ago(*, poll: StaffPoll, by: None) -> None:
        close(poll=poll, by=by)
        close(poll=poll, by=by)

    monkeypatch.setattr("parvis.staff_polls.tasks.close", closed_a_moment_ago)
    assert follow_polls.func() == 0


def test_what_cannot_be_wiped_yet_keeps_the_key_for_the_next_round(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_meanwhile() -> None:
        raise OperationalError

    poll = open_poll(12)
    with monkeypatch.context() as patch:
        patch.setattr("parvis.staff_polls.operations.releasing.wipe_freed_space", read_meanwhile)
        with django_capture_on_commit_callbacks(execute=True):
            close(poll=poll, by=None)
    poll.refresh_from_db()
    assert poll.state == PollState.CLOSED
    assert keys.are_held(poll)


def test_stirring_frees_what_lies_in_the_order_of_the_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wiped: list[Any] = []
    monkeypatch.setattr("parvis.staff_polls.tasks.wipe_freed_space", lambda: wiped.append(1))
    assert stir_polls.func() == 0
    assert wiped == []
    open_poll(12)
    assert stir_polls.func() == 1
    assert wiped == [1]


def test_a_closed_poll_stays_erased_after_a_restore() -> None:
    """The database of before the close comes back: roll, box and reminders, without the keys."""
    poll, other = open_poll(12), open_poll(12)
    with scopes_disabled():
        put(poll, 1, {"fierte": 1})
        invite(poll=poll, base_url="https://barometre.exemple.fr")
    keys.destroy(poll)
    record_erasure(kind="staff_polls.StaffPoll", subject_id=poll.pk)
    record_erasure(kind="staff_polls.StaffPoll", subject_id=other.pk)
    with scopes_disabled():
        replay()
        poll.refresh_from_db()
        other.refresh_from_db()
        assert poll.state == PollState.CLOSED
        assert not Ballot.objects.exists()
        assert not poll.roll.exists()
        # Its key is held: whatever took the number, it was not closed.
        assert other.state == PollState.OPEN
        assert other.roll.count() == 12
        assert participation(poll).ballots is None
    assert not OutgoingMail.objects.exists()


def test_a_close_is_noted_for_restores() -> None:
    poll = open_poll(12)
    close(poll=poll, by=None)

    assert Erasure.objects.get().subject_id == poll.pk
    assert Erasure.objects.get().kind in erasers()
