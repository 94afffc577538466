"""What the rest of the room announces: an alert opened, a comment published, each told once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import AlertKind, CommentState
from parvis.feedback.exchange_enums import WebhookEvent
from parvis.feedback.models import Comment, WebhookDelivery
from parvis.feedback.operations.alerts import open_alert
from parvis.feedback.operations.exchanges import add_endpoint
from parvis.feedback.operations.moderation import decide, version_of
from parvis.feedback.tests.factories import KioskFactory
from parvis.feedback.tests.sending import PlayedKiosk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def kiosk() -> PlayedKiosk:
    device = KioskFactory()
    add_endpoint(
        organisation=device.organisation,
        url="https://exemple.fr/parvis",
        events=[WebhookEvent.ALERT_OPENED, WebhookEvent.COMMENT_PUBLISHED],
        by=PersonFactory(),
    )
    return PlayedKiosk(device)


def told() -> list[dict[str, object]]:
    return [json.loads(d.body) for d in WebhookDelivery.objects.order_by("pk")]


def test_an_alert_is_told_when_it_opens_and_once(kiosk: PlayedKiosk) -> None:
    place = kiosk.device.touchpoint
    for _time in range(2):
        open_alert(touchpoint=place, kind=AlertKind.SILENT, details={}, device=kiosk.device)
    (event,) = told()
    assert event["type"] == "feedback.alert.opened"
    assert event["data"]["kind"] == "silent"  # type: ignore[index]
    assert event["data"]["touchpoint"] == place.code  # type: ignore[index]


def test_a_comment_is_told_masked_once_it_is_published(kiosk: PlayedKiosk) -> None:
    text = "Rappelez-moi au 06 12 34 56 78"
    kiosk.send(kiosk.answer(1, question="comment", level=0, text=text))
    comment, by = Comment.objects.get(), PersonFactory()
    decide(comment=comment, state=CommentState.KEPT_INTERNAL, seen=version_of(comment), by=by)
    assert told() == []
    for state in (CommentState.PUBLISHED, CommentState.REJECTED, CommentState.PUBLISHED):
        comment.refresh_from_db()
        decide(comment=comment, state=state, seen=version_of(comment), by=by)
    (event,) = told()
    assert event["data"]["text"] == comment.text  # type: ignore[index]
    assert "06 12" not in json.dumps(event)
