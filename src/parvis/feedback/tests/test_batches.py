"""What a kiosk sends: stored once, receipted by its hash, and nothing lost of what is odd."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.enums import Exclusion, TimeQuality
from parvis.feedback.models import Answer, Comment, DayCount, HourCount, KeptApart, Receipt
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory, secret_of
from parvis.feedback.tests.sending import BATCHES, PlayedKiosk, hash_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def kiosk() -> PlayedKiosk:
    device = KioskFactory()
    device.created_at = timezone.now() - timedelta(days=60)
    device.save()
    return PlayedKiosk(device)


def statuses(answer: Any) -> list[str]:
    return [receipt["status"] for receipt in answer.json()["receipts"]]


def test_the_hash_is_the_one_the_protocol_describes():
    answer = {
        "id": "00000000-0000-4000-8000-000000000001",
        "visit": "00000000-0000-4000-8000-000000000002",
        "seq": 17,
        "touchpoint": "t1",
        "version": 3,
        "question": "comment",
        "value": 1,
        "level": 2,
        "text": "été\n€",
        "language": "fr",
        "time_ms": 1767225590000,
        "mono_ms": 86390123,
        "run": "00000000-0000-4000-8000-000000000003",
    }
    written = (
        "v1\n00000000-0000-4000-8000-000000000001\n00000000-0000-4000-8000-000000000002\n17\nt1\n3\n"
        "comment\n1\n2\nfr\n1767225590000\n86390123\n00000000-0000-4000-8000-000000000003\nété\n€"
    )
    assert hash_of(answer) == hashlib.sha256(written.encode()).hexdigest()


class TestStored:
    def test_each_answer_gets_its_receipt_in_order(self, kiosk: PlayedKiosk) -> None:
        sent = [kiosk.answer(value, age_ms=60_000 * (4 - value)) for value in range(4)]
        answer = kiosk.send(*sent)
        assert answer.status_code == 202
        assert [(r["id"], r["hash"], r["status"]) for r in answer.json()["receipts"]] == [
            (one["id"], hash_of(one), "stored") for one in sent
        ]
        assert sorted(Answer.objects.values_list("value", flat=True)) == [0, 1, 2, 3]

    def test_a_packed_batch_is_the_same(self, kiosk: PlayedKiosk) -> None:
        assert statuses(kiosk.send(kiosk.answer(), packed=True)) == ["stored"]

    def test_the_same_sent_again_gets_the_same_receipt_and_one_row(
        self, kiosk: PlayedKiosk
    ) -> None:
        batch = [kiosk.answer(1), kiosk.answer(2, age_ms=30_000)]
        first, again = kiosk.send(*batch), kiosk.send(*batch)
        assert again.status_code == 202
        assert again.json()["receipts"] == first.json()["receipts"]
        assert Answer.objects.count() == 2
        assert sum(HourCount.objects.values_list("answers", flat=True)) == 2

    def test_twice_in_one_batch_is_one_row(self, kiosk: PlayedKiosk) -> None:
        one = kiosk.answer(1)
        assert statuses(kiosk.send(one, one)) == ["stored", "stored"]
        assert Answer.objects.count() == 1

    def test_another_content_under_the_same_number_is_a_conflict_and_both_are_kept(
        self, kiosk: PlayedKiosk
    ) -> None:
        one = kiosk.answer(1)
        kiosk.send(one)
        other = {**one, "value": 3}
        answer = kiosk.send(other, kiosk.answer(2))
        assert answer.status_code == 409
        assert statuses(answer) == ["conflict", "stored"]
        assert answer.json()["receipts"][0]["hash"] == hash_of(other)
        assert KeptApart.objects.get().content["value"] == 3
        assert Answer.objects.get(pk=one["id"]).value == 1
        kiosk.send(other)
        assert KeptApart.objects.count() == 1

    def test_a_comment_is_kept_with_its_answer(self, kiosk: PlayedKiosk) -> None:
        text = "=1+1 <b>😀</b> مرحبا\n« été »"
        assert statuses(kiosk.send(kiosk.answer(1, question="comment", level=0, text=text))) == [
            "stored"
        ]
        comment = Comment.objects.get()
        assert (comment.raw_text, comment.level, comment.kind) == (text, 0, "comment")

    def test_a_set_counts_each_option_and_one_respondent(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(kiosk.answer(0b101, question="reasons", level=1))
        assert {(cell.answer, cell.level): cell.answers for cell in DayCount.objects.all()} == {
            (-1, 1): 1,
            (0, 1): 1,
            (2, 1): 1,
        }


class TestKeptApart:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"version": 999_999}, "unknown_version"),
            ({"version": -1}, "unknown_version"),
            ({"question": "mood"}, "unknown_question"),
            ({"touchpoint": "nowhere"}, "unknown_touchpoint"),
            ({"value": 4}, "invalid_value"),
            ({"value": -1}, "invalid_value"),
            ({"question": "reasons", "value": 1 << 40}, "invalid_value"),
            ({"seq": -5}, "invalid_sequence"),
            ({"seq": 0}, "invalid_sequence"),
            ({"seq": 2**62}, "invalid_sequence"),
        ],
    )
    def test_what_has_no_place_is_kept_whole_and_not_counted(
        self, kiosk: PlayedKiosk, change: dict[str, Any], reason: str
    ) -> None:
        odd = kiosk.answer(**change)
        for _time in range(2):
            answer = kiosk.send(odd)
            assert answer.status_code == 202
            assert statuses(answer) == ["kept_apart"]
        kept = KeptApart.objects.get()
        assert kept.reason == reason
        assert {**kept.content, "id": odd["id"]} == odd
        assert not Answer.objects.exists()
        assert not HourCount.objects.exists()

    def test_another_bodys_touchpoint_or_version_is_unknown(self, kiosk: PlayedKiosk) -> None:
        theirs = TouchpointFactory()
        other = PlayedKiosk(KioskFactory(touchpoint=theirs)).answer()
        answer = kiosk.send(
            kiosk.answer(touchpoint=theirs.code), kiosk.answer(version=other["version"])
        )
        assert statuses(answer) == ["kept_apart", "kept_apart"]
        assert not KeptApart.objects.exclude(organisation=kiosk.device.organisation).exists()


class TestRefused:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("id", "not-a-uuid"),
            ("id", None),
            ("visit", 12),
            ("seq", "1"),
            ("seq", 1.5),
            ("seq", True),
            ("value", None),
            ("level", 9),
            ("language", "xx"),
            ("time_ms", 10**18),
            ("mono_ms", -1),
            ("text", "a\x00b"),
            ("text", "x" * 2001),
            ("epoch_ms", "soon"),
        ],
    )
    def test_an_unreadable_answer_takes_nothing_of_the_batch(
        self, kiosk: PlayedKiosk, field: str, value: Any
    ) -> None:
        answer = kiosk.send(kiosk.answer(), kiosk.answer(**{field: value}))
        assert answer.status_code == 422
        assert [(e["index"], e["field"]) for e in answer.json()["errors"]] == [(1, field)]
        assert not Receipt.objects.exists()

    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (b"", {}, 415),
            (b"[]", {}, 400),
            (b"{", {}, 400),
            (b'{"answers": "\xff"}', {}, 400),
            (b'{"answers": [NaN]}', {}, 400),
            (b"{}", {}, 422),
            (b'{"sent": {}, "answers": []}', {}, 422),
            (b"x" * 1_000_001, {}, 413),
            (b"{}", {"Content-Encoding": "br"}, 415),
            (b"{}", {"Content-Encoding": "gzip"}, 400),
        ],
    )
    def test_an_unreadable_body_is_told_so(
        self, kiosk: PlayedKiosk, body: bytes, headers: dict[str, str], status: int
    ) -> None:
        answer = Client().post(
            BATCHES,
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret_of(kiosk.device)}", **headers},
        )
        assert answer.status_code == status
        assert answer.json()["title"]

    def test_a_bomb_is_not_unpacked(self, kiosk: PlayedKiosk) -> None:
        batch = kiosk.batch(kiosk.answer())
        batch["answers"][0]["text"] = "a" * 20_000_000
        answer = PlayedKiosk.send(_Holding(kiosk, batch), packed=True)  # type: ignore[arg-type]
        assert answer.status_code == 413

    def test_more_than_500_answers_is_too_many(self, kiosk: PlayedKiosk) -> None:
        one = kiosk.answer()
        assert kiosk.send(*[one] * 501).status_code == 413

    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic a:b"])
    def test_an_unknown_device_is_told_to_keep_its_queue(
        self, kiosk: PlayedKiosk, authorization: str
    ) -> None:
        answer = Client().post(
            BATCHES,
            json.dumps(kiosk.batch(kiosk.answer())),
            content_type="application/json",
            headers={"Authorization": authorization},
        )
        assert answer.status_code == 401
        assert "tablette" in answer.json()["title"]

    def test_a_revoked_device_sends_nothing_any_more(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(kiosk.answer())
        kiosk.device.refresh_from_db()
        kiosk.device.revoked_at = timezone.now()
        kiosk.device.save()
        assert kiosk.send(kiosk.answer()).status_code == 401
        assert Answer.objects.count() == 1

    def test_a_public_pages_device_has_no_secret(self) -> None:
        TouchpointFactory()
        answer = Client().post(
            BATCHES, "{}", content_type="application/json", headers={"Authorization": "Bearer "}
        )
        assert answer.status_code == 401

    def test_only_posts(self, kiosk: PlayedKiosk) -> None:
        headers = {"Authorization": f"Bearer {secret_of(kiosk.device)}"}
        assert Client().get(BATCHES, headers=headers).status_code == 405


class _Holding:
    """A kiosk that sends a batch as it is."""

    def __init__(self, kiosk: PlayedKiosk, batch: dict[str, Any]) -> None:
        self.device, self._batch = kiosk.device, batch

    def batch(self, *answers: Any, **health: Any) -> dict[str, Any]:
        return self._batch


class TestHealth:
    def test_the_device_tells_its_health_even_with_nothing_to_say(self, kiosk: PlayedKiosk) -> None:
        kiosk.wall_error_ms = 3_600_000
        assert kiosk.send(app="1.0", queue=12, aside=2, storage_left=5_000).status_code == 202
        kiosk.device.refresh_from_db()
        assert kiosk.device.queue_length == 12
        assert kiosk.device.put_aside == 2
        assert kiosk.device.app_version == "1.0"
        assert kiosk.device.storage_left_bytes == 5_000
        assert kiosk.device.clock_offset_ms == pytest.approx(-3_600_000, abs=60_000)
        assert kiosk.device.last_seen_at is not None

    def test_missing_numbers_are_told_until_they_come(self, kiosk: PlayedKiosk) -> None:
        sent = [kiosk.answer(age_ms=60_000 * (9 - n)) for n in range(6)]
        kiosk.send(sent[0], sent[3], sent[5])
        kiosk.device.refresh_from_db()
        assert kiosk.device.highest_sequence == 6
        assert kiosk.device.missing_sequences == [[2, 3], [5, 5]]
        kiosk.send(sent[4], sent[2])
        kiosk.device.refresh_from_db()
        assert kiosk.device.missing_sequences == [[2, 2]]

    def test_health_that_cannot_be_read_loses_no_answer(self, kiosk: PlayedKiosk) -> None:
        answer = kiosk.send(kiosk.answer(), app=[1], queue=-4, storage_left="much")
        assert statuses(answer) == ["stored"]


class TestMoments:
    YEARS = 10 * 365 * 86_400_000

    @pytest.mark.parametrize("error_ms", [0, YEARS, -YEARS])
    def test_a_wrong_clock_changes_no_day_within_a_run(
        self, kiosk: PlayedKiosk, error_ms: int
    ) -> None:
        kiosk.wall_error_ms = error_ms
        kiosk.mono_ms = 40 * 86_400_000
        kiosk.send(kiosk.answer(age_ms=3 * 86_400_000))
        stored = Answer.objects.get()
        expected = timezone.now() - timedelta(days=3)
        assert stored.time_quality == TimeQuality.EXACT
        assert stored.occurred_at is not None
        assert abs(stored.occurred_at - expected) < timedelta(minutes=1)
        assert stored.day == expected.astimezone(kiosk.device.touchpoint.zone).date()

    @pytest.mark.parametrize("error_ms", [YEARS, -YEARS])
    def test_a_run_once_synchronised_is_dated_by_it(
        self, kiosk: PlayedKiosk, error_ms: int
    ) -> None:
        kiosk.wall_error_ms = error_ms
        before = kiosk.answer(run=str(uuid.uuid4()), mono_ms=5_000)
        expected = timezone.now() - timedelta(days=2)
        before["epoch_ms"] = int(expected.timestamp() * 1000) - 5_000
        kiosk.send(before)
        stored = Answer.objects.get()
        assert stored.time_quality == TimeQuality.SYNCHRONISED
        assert stored.occurred_at is not None
        assert abs(stored.occurred_at - expected) < timedelta(seconds=1)

    @pytest.mark.parametrize("error_ms", [YEARS, -YEARS])
    def test_a_clock_that_may_have_been_anywhere_gives_no_day(
        self, kiosk: PlayedKiosk, error_ms: int
    ) -> None:
        kiosk.wall_error_ms = error_ms
        kiosk.send(kiosk.answer(run=str(uuid.uuid4()), age_ms=86_400_000))
        stored = Answer.objects.get()
        assert stored.time_quality == TimeQuality.UNKNOWN
        assert stored.occurred_at is None
        assert stored.exclusion == Exclusion.UNDATED

    def test_a_clock_set_right_since_gives_no_day_to_what_came_before(
        self, kiosk: PlayedKiosk
    ) -> None:
        """The tablet started in 2015, took answers, then learnt the time: only those count."""
        old = kiosk.answer(run=str(uuid.uuid4()), time_ms=1_420_070_400_000)
        kiosk.send(old, kiosk.answer())
        assert Answer.objects.get(pk=old["id"]).exclusion == Exclusion.UNDATED
        assert Answer.objects.exclude(pk=old["id"]).get().exclusion == Exclusion.NONE

    def test_a_clock_that_went_back_gives_no_day(self, kiosk: PlayedKiosk) -> None:
        first = kiosk.answer(run=str(uuid.uuid4()), age_ms=3_600_000)
        second = kiosk.answer(run=str(uuid.uuid4()), age_ms=2 * 3_600_000)
        kiosk.send(first, second)
        assert Answer.objects.get(pk=first["id"]).exclusion == Exclusion.UNDATED
        assert Answer.objects.get(pk=second["id"]).time_quality == TimeQuality.DEVICE_CLOCK

    def test_an_answer_from_the_future_has_no_day(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(kiosk.answer(run=str(uuid.uuid4()), age_ms=-86_400_000))
        assert Answer.objects.get().exclusion == Exclusion.UNDATED

    def test_nothing_was_given_before_the_pairing(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(kiosk.answer(run=str(uuid.uuid4()), age_ms=90 * 86_400_000))
        assert Answer.objects.get().exclusion == Exclusion.UNDATED

    def test_day_and_hour_are_those_of_the_place(self) -> None:
        place = TouchpointFactory(time_zone="Pacific/Noumea")
        kiosk = PlayedKiosk(KioskFactory(touchpoint=place))
        kiosk.send(kiosk.answer())
        stored = Answer.objects.get()
        local = stored.received_at.astimezone(place.zone)
        assert (stored.day, stored.hour) == (local.date(), local.hour)


class TestMisuse:
    def exclusions(self) -> list[int]:
        return list(Answer.objects.order_by("sequence").values_list("exclusion", flat=True))

    def test_a_second_press_at_once_is_set_apart(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(kiosk.answer(3, age_ms=11_000), kiosk.answer(0, age_ms=10_000))
        assert self.exclusions() == [Exclusion.NONE, Exclusion.TOO_SOON]

    def test_the_rest_of_a_visit_follows_its_smiley(self, kiosk: PlayedKiosk) -> None:
        first, second = kiosk.answer(3, age_ms=11_000), kiosk.answer(0, age_ms=10_000)
        reasons = kiosk.answer(1, question="reasons", level=0, visit=second["visit"])
        kiosk.send(first, second)
        kiosk.send(reasons)
        assert self.exclusions() == [Exclusion.NONE, Exclusion.TOO_SOON, Exclusion.TOO_SOON]

    def test_one_gesture_repeated_is_set_apart_after_the_fifth(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(*[kiosk.answer(3, age_ms=100_000 - 10_000 * n) for n in range(7)])
        assert self.exclusions() == [Exclusion.NONE] * 5 + [Exclusion.REPEATED] * 2

    def test_a_thousand_presses_of_a_child_are_kept_and_hardly_counted(
        self, kiosk: PlayedKiosk
    ) -> None:
        presses = [kiosk.answer(n % 4, age_ms=300_000 - 200 * n) for n in range(1000)]
        for start in (0, 500):
            assert kiosk.send(*presses[start : start + 500]).status_code == 202
        assert len(self.exclusions()) == 1000
        assert self.exclusions().count(Exclusion.NONE) == 1
        cells = HourCount.objects.values_list("exclusion", "answers")
        assert sum(answers for _exclusion, answers in cells) == 1000

    def test_visitors_a_minute_apart_all_count(self, kiosk: PlayedKiosk) -> None:
        kiosk.send(*[kiosk.answer(3, age_ms=6_000_000 - 60_000 * n) for n in range(100)])
        assert set(self.exclusions()) == {Exclusion.NONE}


def test_a_text_is_masked_before_it_is_stored_and_an_idea_is_opened(kiosk: PlayedKiosk) -> None:
    sent = kiosk.answer(
        1, question="idea", level=2, text="Écrivez-moi : jean@exemple.invalid, et plus de bancs"
    )
    assert statuses(kiosk.send(sent)) == ["stored"]
    comment = Comment.objects.get()
    assert "jean@" in comment.raw_text
    assert "jean@" not in comment.text
    assert "plus de bancs" in comment.text
    assert comment.idea.state == "received"


def test_each_reply_tells_the_number_of_the_configuration(kiosk: PlayedKiosk) -> None:
    kiosk.device.configuration = 7
    kiosk.device.save()
    reply = kiosk.send().json()
    assert reply["configuration"] == 7
    assert abs(reply["server_time_ms"] - int(timezone.now().timestamp() * 1000)) < 60_000
