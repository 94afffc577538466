"""What a kiosk is told when too many already wait for their commit."""

from __future__ import annotations

import pytest

from parvis.feedback.api import batches
from parvis.feedback.tests.factories import KioskFactory
from parvis.feedback.tests.sending import PlayedKiosk


@pytest.mark.django_db
def test_a_kiosk_is_told_to_come_back_before_its_batch_is_read(monkeypatch):
    kiosk = PlayedKiosk(KioskFactory())
    sent = kiosk.answer()
    monkeypatch.setattr(batches, "is_full", lambda: True)
    refused = kiosk.send(sent)
    assert refused.status_code == 503
    assert 5 <= int(refused["Retry-After"]) <= 15
    monkeypatch.undo()
    assert kiosk.send(sent).status_code == 202
