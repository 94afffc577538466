"""Kiosks that write answers down, send them in batches, and forget them against a receipt only."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from typing import Any

from parvis.feedback.tests.sending import hash_of

PATIENCE_SECONDS = 120.0


class Kiosk(threading.Thread):
    """One kiosk with its outbox. `failure` is why it gave up, None when all was acknowledged."""

    def __init__(self, port: int, plan: dict[str, Any], *, answers: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._plan, self._answers = port, plan, answers
        self._random = random.Random(seed)
        self._started_at = time.monotonic() - 3600
        self._run = str(uuid.uuid4())
        self._sequence = 0
        self._outbox: list[dict[str, Any]] = []
        self.acknowledged: dict[str, str] = {}
        self.comments: set[str] = set()
        self.resends = 0
        self.failure: str | None = None

    def run(self) -> None:
        last_progress = time.monotonic()
        while self._sequence < self._answers or self._outbox:
            while self._sequence < self._answers and len(self._outbox) < 60:
                self._outbox.append(self.write_down())
            batch = self._outbox[: self._random.randint(1, 60)]
            try:
                status, receipts = self.send(batch)
            except (OSError, http.client.HTTPException, ValueError):
                status, receipts = 0, []
            if status == 202:
                self._forget(receipts)
                last_progress = time.monotonic()
            elif status in (0, 401, 429, 502, 503):
                self.resends += len(batch)
                if status == 401 or time.monotonic() - last_progress > PATIENCE_SECONDS:
                    self.failure = f"status {status}"
                    return
                time.sleep(0.05)
            else:
                self.failure = f"status {status}: {receipts}"
                return

    def write_down(self) -> dict[str, Any]:
        self._sequence += 1
        is_comment = self._random.random() < 0.1
        # A minute apart, back from the start of the run: no misuse to judge.
        answer = {
            "id": str(uuid.uuid4()),
            "visit": str(uuid.uuid4()),
            "seq": self._sequence,
            "touchpoint": self._plan["touchpoint"],
            "version": self._plan["version"],
            "question": "comment" if is_comment else "satisfaction",
            "value": 1 if is_comment else self._random.randrange(4),
            "level": 2 if is_comment else -1,
            "text": "très bien" if is_comment else "",
            "language": "fr",
            "time_ms": int(time.time() * 1000),
            "mono_ms": 60 * self._sequence,
            "run": self._run,
            "epoch_ms": None,
        }
        if is_comment:
            self.comments.add(answer["id"])
        return answer

    def send(self, batch: list[dict[str, Any]]) -> tuple[int, list[dict[str, str]]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(
                "POST",
                "/api/feedback/batches",
                json.dumps(
                    {
                        "sent": {
                            "time_ms": int(time.time() * 1000),
                            "mono_ms": int((time.monotonic() - self._started_at) * 1000),
                            "run": self._run,
                        },
                        "health": {"app": "storm", "queue": len(self._outbox)},
                        "answers": batch,
                    }
                ),
                {
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self._plan['secret']}",
                },
            )
            reply = connection.getresponse()
            body = json.loads(reply.read() or b"{}")
            return reply.status, body.get("receipts", [body])
        finally:
            connection.close()

    def _forget(self, receipts: list[dict[str, str]]) -> None:
        given = {receipt["id"]: receipt for receipt in receipts}
        kept = []
        for answer in self._outbox:
            receipt = given.get(answer["id"])
            if receipt is None or receipt["hash"] != hash_of(answer):
                kept.append(answer)
            else:
                self.acknowledged[answer["id"]] = receipt["hash"]
        self._outbox = kept
