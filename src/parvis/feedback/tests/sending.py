"""A kiosk as tests play it: answers written down, then sent in a batch."""

from __future__ import annotations

import gzip
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from parvis.feedback.models import Device
from parvis.feedback.protocol import content_hash
from parvis.feedback.tests.factories import secret_of, the_version

BATCHES = "/api/feedback/batches"


def now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


@dataclass
class PlayedKiosk:
    """Its clocks stand still but for what a test sets; `answer` numbers what it writes down."""

    device: Device
    run: str = field(default_factory=lambda: str(uuid.uuid4()))
    mono_ms: int = 10_000_000
    # The wall clock minus the server's, in milliseconds.
    wall_error_ms: int = 0
    sequence: int = 0

    @property
    def time_ms(self) -> int:
        return now_ms() + self.wall_error_ms

    def answer(self, value: int = 3, *, age_ms: int = 0, **changes: Any) -> dict[str, Any]:
        """One answer given `age_ms` ago in this run, to the smiley unless told otherwise."""
        self.sequence += 1
        return {
            "id": str(uuid.uuid4()),
            "visit": str(uuid.uuid4()),
            "seq": self.sequence,
            "touchpoint": self.device.touchpoint.code,
            "version": the_version(self.device.touchpoint.questionnaire).pk,
            "question": "satisfaction",
            "value": value,
            "level": -1,
            "text": "",
            "language": "fr",
            "time_ms": self.time_ms - age_ms,
            "mono_ms": max(self.mono_ms - age_ms, 0),
            "run": self.run,
            "epoch_ms": None,
            **changes,
        }

    def batch(self, *answers: dict[str, Any], **health: Any) -> dict[str, Any]:
        return {
            "sent": {"time_ms": self.time_ms, "mono_ms": self.mono_ms, "run": self.run},
            "health": health,
            "answers": list(answers),
        }

    def send(self, *answers: dict[str, Any], packed: bool = False, **health: Any) -> Any:
        body = json.dumps(self.batch(*answers, **health)).encode()
        headers = {"Authorization": f"Bearer {secret_of(self.device)}"}
        if packed:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        return Client().post(BATCHES, body, content_type="application/json", headers=headers)


def hash_of(answer: dict[str, Any]) -> str:
    """The hash as the device computes it, in hexadecimal."""
    return content_hash(
        answer_id=uuid.UUID(answer["id"]),
        visit=uuid.UUID(answer["visit"]),
        sequence=answer["seq"],
        touchpoint=answer["touchpoint"],
        version=answer["version"],
        question=answer["question"],
        value=answer["value"],
        level=answer["level"],
        language=answer["language"],
        time_ms=answer["time_ms"],
        mono_ms=answer["mono_ms"],
        run=uuid.UUID(answer["run"]),
        text=answer["text"],
    ).hex()
