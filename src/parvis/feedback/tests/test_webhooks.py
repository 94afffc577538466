"""Webhooks: signed by the convention, told at least once, for three days at most, never inside."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import Exclusion
from parvis.feedback.exchange_enums import DeliveryState, WebhookEvent
from parvis.feedback.models import WebhookDelivery, WebhookEndpoint
from parvis.feedback.operations.exchanges import (
    add_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from parvis.feedback.personal_data.exchanges import drop_settled_deliveries
from parvis.feedback.tasks import exchanges as exchange_tasks
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.feedback.webhooks import announce, daily, delivering, signing
from parvis.foundation import worker
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import OutgoingMail
from parvis.foundation.outgoing import ForbiddenAddressError, Reply, UnreachableError
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

EVENTS = [WebhookEvent.ALERT_OPENED, WebhookEvent.COUNTS_DAILY]


class TestSignature:
    def test_the_published_vector_of_the_convention(self):
        assert (
            signing.sign(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
                timestamp=1614265330,
                body=b'{"test": 2432232314}',
            )
            == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        )

    def test_a_new_secret_is_long_and_signs(self):
        secret = signing.new_secret()
        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        assert secret != signing.new_secret()

    @pytest.mark.parametrize("secret", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_en clair!"])
    def test_what_is_no_secret_signs_nothing(self, secret):
        with pytest.raises(ValueError):
            signing.sign(secret, message_id="m", timestamp=1, body=b"")


class Receiver:
    """Stands for the fetcher: remembers what it was sent, answers what it is told to."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.sent = []

    def post(self, url, *, body, headers):
        self.sent.append((url, body, dict(headers)))
        reply = self.replies.pop(0) if self.replies else 200
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(reply, b"", None)


@pytest.fixture
def body():
    return OrganisationFactory()


@pytest.fixture
def made(body):
    with scope(organisation=[body.pk]):
        return add_endpoint(
            organisation=body,
            by=PersonFactory(),
            url="https://crochets.exemple.fr/ecoute",
            events=[event.value for event in EVENTS],
        )


@pytest.fixture
def endpoint(made):
    return made[0]


def deliveries():
    with scopes_disabled():
        return list(WebhookDelivery.objects.order_by("pk"))


def state_of(endpoint):
    with scopes_disabled():
        return WebhookEndpoint.objects.get(pk=endpoint.pk)


def due_now():
    with scopes_disabled():
        WebhookDelivery.objects.update(next_attempt_at=timezone.now())


def verified(secret, body, headers):
    """As a receiver does it, without our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


class TestAnnouncing:
    def test_told_to_those_who_want_it_and_to_no_other_body(self, body, endpoint):
        elsewhere = OrganisationFactory()
        with scope(organisation=[elsewhere.pk]):
            add_endpoint(
                organisation=elsewhere,
                by=PersonFactory(),
                url="https://ailleurs.exemple.fr/",
                events=["feedback.alert.opened"],
            )
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {"alert": 12}) == 1
        assert announce(body.pk, WebhookEvent.COMMENT_PUBLISHED, {"comment": 1}) == 0
        [delivery] = deliveries()
        assert delivery.endpoint_id == endpoint.pk
        content = json.loads(delivery.body)
        assert (content["type"], content["data"]) == ("feedback.alert.opened", {"alert": 12})
        assert datetime.fromisoformat(content["timestamp"]).tzinfo is not None

    def test_it_lives_and_dies_with_what_it_tells(self, body, endpoint):
        class OopsError(Exception):
            pass

        def fail_after_announcing():
            with transaction.atomic():
                announce(body.pk, WebhookEvent.ALERT_OPENED, {})
                raise OopsError

        with pytest.raises(OopsError):
            fail_after_announcing()
        assert deliveries() == []

    def test_an_event_of_one_name_is_told_once(self, body, endpoint):
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {}, key="alert:12") == 1
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {}, key="alert:12") == 0
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {}, key="alert:13") == 1
        assert len(deliveries()) == 2


class TestDelivering:
    def test_received_and_verified(self, body, made):
        endpoint, secret = made
        announce(body.pk, WebhookEvent.ALERT_OPENED, {"alert": 12})
        receiver = Receiver()
        assert delivering.deliver_due(endpoint.pk, fetcher=receiver) == 1
        [(url, sent, headers)] = receiver.sent
        assert url == endpoint.url
        assert headers["content-type"] == "application/json"
        assert verified(secret, sent, headers)
        assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
        [delivery] = deliveries()
        assert (delivery.state, delivery.last_status) == (DeliveryState.DELIVERED, 200)
        assert delivering.deliver_due(endpoint.pk, fetcher=receiver) == 0

    def test_tried_again_under_the_same_number_until_received(self, body, made):
        endpoint, secret = made
        announce(body.pk, WebhookEvent.ALERT_OPENED, {"alert": 12})
        receiver = Receiver(500, UnreachableError("no answer"), 302, 204)
        for _turn in range(4):
            due_now()
            delivering.deliver_due(endpoint.pk, fetcher=receiver)
        numbers = {headers["webhook-id"] for _url, _body, headers in receiver.sent}
        assert len(receiver.sent) == 4
        assert len(numbers) == 1
        assert all(verified(secret, sent, headers) for _url, sent, headers in receiver.sent)
        [delivery] = deliveries()
        assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 4)
        assert state_of(endpoint).failing_since is None

    def test_waits_grow_to_three_days(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        waits = []
        for _attempt in range(len(delivering.DELAYS)):
            due_now()
            delivering.deliver_due(endpoint.pk, fetcher=Receiver(500))
            [delivery] = deliveries()
            assert delivery.state == DeliveryState.PENDING
            waits.append(delivery.next_attempt_at - timezone.now())
        assert timedelta(days=3) < sum(waits, timedelta(minutes=1)) < timedelta(days=4)
        assert waits[0] < timedelta(minutes=1)

    def test_a_receiver_that_asks_to_wait_is_heeded_within_reason(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        delivering.deliver_due(endpoint.pk, fetcher=Receiver(Reply(429, b"", 7200)))
        wait = deliveries()[0].next_attempt_at - timezone.now()
        assert timedelta(minutes=119) < wait <= timedelta(hours=2)
        due_now()
        delivering.deliver_due(endpoint.pk, fetcher=Receiver(Reply(503, b"", 9_999_999)))
        assert deliveries()[0].next_attempt_at - timezone.now() <= delivering.LONGEST_WAIT

    def test_one_that_dies_while_sending_is_sent_again_later_not_at_once(self, body, endpoint):
        class KilledError(BaseException):
            pass

        class Dying:
            def post(self, *args, **kwargs):
                raise KilledError

        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        with pytest.raises(KilledError):
            delivering.deliver_due(endpoint.pk, fetcher=Dying())
        receiver = Receiver()
        assert delivering.deliver_due(endpoint.pk, fetcher=receiver) == 0
        due_now()
        assert delivering.deliver_due(endpoint.pk, fetcher=receiver) == 1

    def test_a_silent_address_does_not_hold_the_worker(self, body, endpoint):
        for n in range(5):
            announce(body.pk, WebhookEvent.ALERT_OPENED, {"n": n})
        receiver = Receiver(*[UnreachableError("no answer")] * 5)
        delivering.deliver_due(endpoint.pk, fetcher=receiver)
        assert len(receiver.sent) == 1
        assert delivering.due_endpoints() == []
        due_now()
        assert delivering.due_endpoints() == [endpoint.pk]

    def test_a_message_refused_does_not_hold_up_the_others(self, body, endpoint):
        for n in range(3):
            announce(body.pk, WebhookEvent.ALERT_OPENED, {"n": n})
        assert delivering.deliver_due(endpoint.pk, fetcher=Receiver(500, 200, 200)) == 2

    def test_an_address_that_turned_inside_is_never_asked(self, body, endpoint, monkeypatch):
        """The name was fine when it was added; its addresses have changed since."""
        from parvis.foundation.outgoing import Fetcher

        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        delivering.deliver_due(
            endpoint.pk, fetcher=Fetcher(resolver=lambda host, port: ["169.254.169.254"])
        )
        [delivery] = deliveries()
        assert delivery.state == DeliveryState.PENDING
        assert "publique" in delivery.last_error

    def test_a_secret_that_cannot_be_read_is_said(self, body, endpoint, settings):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        settings.SECRET_KEY = "another key"
        receiver = Receiver()
        delivering.deliver_due(endpoint.pk, fetcher=receiver)
        assert receiver.sent == []
        assert "secret" in deliveries()[0].last_error


class TestDisabling:
    def fail_for_three_days(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        delivering.deliver_due(endpoint.pk, fetcher=Receiver(UnreachableError("x")))
        long_ago = timezone.now() - timedelta(days=3, minutes=5)
        with scopes_disabled():
            WebhookEndpoint.objects.update(failing_since=long_ago)
            WebhookDelivery.objects.update(created_at=long_ago)
        due_now()
        delivering.deliver_due(endpoint.pk, fetcher=Receiver(UnreachableError("x")))

    def test_after_three_days_it_stops_and_the_coordinators_are_told(
        self, body, endpoint, settings
    ):
        settings.PUBLIC_ADDRESS = "https://barometre.exemple.fr"
        told = MandateFactory(confirmed=True, organisation=body)
        MandateFactory(organisation=body)
        MandateFactory(confirmed=True)
        self.fail_for_three_days(body, endpoint)
        assert state_of(endpoint).disabled_at is not None
        assert {d.state for d in deliveries()} == {DeliveryState.GIVEN_UP}
        [mail] = OutgoingMail.objects.all()
        assert mail.to == told.person.email
        assert endpoint.url in mail.body
        assert f"https://barometre.exemple.fr/ecoute/webhooks/{endpoint.pk}/" in mail.body.split()
        assert Entry.objects.filter(action="feedback.webhook_disabled").count() == 1
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {}) == 0

    def test_put_back_in_service_it_is_told_again(self, body, endpoint):
        self.fail_for_three_days(body, endpoint)
        with scope(organisation=[body.pk]):
            enable_endpoint(endpoint=endpoint, by=PersonFactory())
            with pytest.raises(Conflict):
                enable_endpoint(endpoint=endpoint, by=PersonFactory())
        assert announce(body.pk, WebhookEvent.ALERT_OPENED, {}) == 1
        assert delivering.deliver_due(endpoint.pk, fetcher=Receiver()) == 1

    def test_gone_is_heeded_at_once(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        delivering.deliver_due(endpoint.pk, fetcher=Receiver(410))
        assert state_of(endpoint).disabled_at is not None

    def test_a_removed_address_is_never_told(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        with scope(organisation=[body.pk]):
            remove_endpoint(endpoint=endpoint, by=PersonFactory())
        receiver = Receiver()
        assert delivering.deliver_due(endpoint.pk, fetcher=receiver) == 0
        assert receiver.sent == []


class TestRotation:
    def test_both_secrets_sign_for_a_day(self, body, made):
        endpoint, old = made
        with scope(organisation=[body.pk]):
            new = rotate_secret(endpoint=endpoint, by=PersonFactory())
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        receiver = Receiver()
        delivering.deliver_due(endpoint.pk, fetcher=receiver)
        [(_url, sent, headers)] = receiver.sent
        assert verified(old, sent, headers)
        assert verified(new, sent, headers)
        with scopes_disabled():
            WebhookEndpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        delivering.deliver_due(endpoint.pk, fetcher=receiver)
        _url, sent, headers = receiver.sent[-1]
        assert not verified(old, sent, headers)
        assert verified(new, sent, headers)


class TestDailyCounts:
    @pytest.fixture
    def point(self, body, endpoint):
        return TouchpointFactory(organisation=body)

    @pytest.fixture
    def morning(self, monkeypatch):
        monkeypatch.setattr(daily.timezone, "now", lambda: datetime(2026, 1, 6, 4, 30, tzinfo=UTC))

    def test_yesterday_of_each_place_once(self, body, point, morning):
        few = TouchpointFactory(organisation=body, questionnaire=point.questionnaire, staffing=3)
        add_counts(point, {0: 3, 3: 9})
        add_counts(point, {0: 2}, exclusion=Exclusion.BURST)
        add_counts(few, {0: 40})
        assert daily.announce_yesterday() == 1
        assert daily.announce_yesterday() == 0
        [delivery] = deliveries()
        assert json.loads(delivery.body)["data"] == {
            "touchpoint": point.code,
            "day": "2026-01-05",
            "counts": [
                {"question": "satisfaction", "level": None, "answer": 0, "raw": 5, "kept": 3},
                {"question": "satisfaction", "level": None, "answer": 3, "raw": 9, "kept": 9},
            ],
        }

    def test_not_before_four_in_the_morning_there(self, body, point, monkeypatch):
        add_counts(point, {0: 3})
        monkeypatch.setattr(daily.timezone, "now", lambda: datetime(2026, 1, 6, 2, 30, tzinfo=UTC))
        assert daily.announce_yesterday() == 0


class TestRules:
    @pytest.mark.parametrize("events", [[], ["tout"], ["feedback.test"]])
    def test_events_are_those_offered(self, body, events):
        with scope(organisation=[body.pk]), pytest.raises(Refusal) as refusal:
            add_endpoint(organisation=body, by=PersonFactory(), url="https://a.fr/", events=events)
        assert refusal.value.field == "events"

    def test_one_address_is_added_once(self, body, endpoint):
        with scope(organisation=[body.pk]), pytest.raises(Conflict) as conflict:
            add_endpoint(
                organisation=body, by=PersonFactory(), url=endpoint.url, events=endpoint.events
            )
        assert conflict.value.field == "url"

    def test_what_was_told_leaves_after_a_month(self, body, endpoint):
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        with scopes_disabled():
            first = WebhookDelivery.objects.first()
            first.state, first.settled_at = DeliveryState.DELIVERED, timezone.now()
            first.save()
        later = timezone.now() + timedelta(days=31)
        assert drop_settled_deliveries(later, True) == 1
        assert drop_settled_deliveries(later, False) == 1
        assert len(deliveries()) == 1

    def test_the_worker_delivers_and_retries(self, body, endpoint, monkeypatch):
        receiver = Receiver(503)
        monkeypatch.setattr(delivering, "Fetcher", lambda: receiver)
        announce(body.pk, WebhookEvent.ALERT_OPENED, {})
        worker.run_pending()
        assert [d.state for d in deliveries()] == [DeliveryState.PENDING]
        due_now()
        assert exchange_tasks.retry_webhooks.call() == 1
        worker.run_pending()
        assert [d.state for d in deliveries()] == [DeliveryState.DELIVERED]


def test_a_forbidden_address_says_nothing_was_sent(body, endpoint):
    announce(body.pk, WebhookEvent.ALERT_OPENED, {})
    delivering.deliver_due(endpoint.pk, fetcher=Receiver(ForbiddenAddressError("inside")))
    assert deliveries()[0].last_status is None
