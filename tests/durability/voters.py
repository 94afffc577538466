"""Phones of a room, each voting once over a connection of its own, again until acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from typing import Any

from parvis.live_sessions.codes import new_secret, token_of

PATIENCE_SECONDS = 120.0
OPTIONS = 3
# As a phone is told to by a server that restarts or is crowded.
_AGAIN = (0, 502, 503)


class Voters(threading.Thread):
    """So many devices, one after the other; a third of them change their answer at once.

    `acknowledged` holds, by token, the last answer that was. `failure` is why it gave up.
    """

    def __init__(self, port: int, plan: dict[str, Any], *, devices: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._plan, self._devices = port, plan, devices
        self._random = random.Random(seed)
        self.acknowledged: dict[str, int] = {}
        self.resends = 0
        self.failure: str | None = None

    def run(self) -> None:
        number = self._plan["round"]
        for device in range(self._devices):
            token = token_of(new_secret(), code=self._plan["code"], number=number)
            for _change in range(2 if device % 3 == 0 else 1):
                answer = self._random.randrange(OPTIONS)
                if not self._vote({"round": number, "token": token, "answer": answer}):
                    return
                self.acknowledged[token] = answer

    def _vote(self, content: dict[str, Any]) -> bool:
        begun = time.monotonic()
        while True:
            status = send(self._port, self._plan["code"], content)
            if status == 202:
                return True
            if status not in _AGAIN or time.monotonic() - begun > PATIENCE_SECONDS:
                self.failure = f"status {status}"
                return False
            self.resends += 1
            time.sleep(0.05)


def send(port: int, code: str, content: dict[str, Any]) -> int:
    """One vote; its status, 0 where the server was cut off."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(
            "POST",
            f"/seance/{code}/vote",
            json.dumps(content),
            {"Content-Type": "application/json"},
        )
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
