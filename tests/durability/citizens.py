"""Citizens who judge statements, each vote over a connection of its own, until acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import secrets
import threading
import time
from http.cookies import SimpleCookie
from typing import Any

PATIENCE_SECONDS = 120.0
# As a browser is told to by a server that restarts or is crowded.
_AGAIN = (0, 502, 503)


class Citizens(threading.Thread):
    """So many people one after the other, on every statement; a third of the votes are changed.

    The first vote of each goes without a cookie, as from a browser not known yet. `acknowledged`
    holds, by (cookie, statement), the last value that was. `failure` is why it gave up.
    """

    def __init__(self, port: int, plan: dict[str, Any], *, people: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._plan, self._people = port, plan, people
        self._random = random.Random(seed)
        self.acknowledged: dict[tuple[str, int], int] = {}
        self.sent = self.resends = 0
        self.failure: str | None = None

    def run(self) -> None:
        for _person in range(self._people):
            device, cookie = secrets.token_hex(32), ""
            for rank, key in enumerate(self._plan["keys"]):
                for _change in range(2 if rank % 3 == 0 else 1):
                    value = self._random.choice([-1, 0, 1])
                    given = self._vote(key, value, device, cookie)
                    if given is None:
                        return
                    cookie = given or cookie
                    self.acknowledged[cookie, key] = value
                    self.sent += 1

    def _vote(self, key: int, value: int, device: str, cookie: str) -> str | None:
        """The cookie that came with the acknowledgement, empty for none; None when it gave up."""
        begun = time.monotonic()
        content = {"phase": self._plan["phase"], "opinions": [[key, value]], "device": device}
        while True:
            status, given = send(self._port, self._plan["code"], content, cookie)
            if status == 202:
                return given
            if status not in _AGAIN or time.monotonic() - begun > PATIENCE_SECONDS:
                self.failure = f"status {status}"
                return None
            self.resends += 1
            time.sleep(0.05)


def send(port: int, code: str, content: dict[str, Any], cookie: str) -> tuple[int, str]:
    """One request: its status (0 where the server was cut off), and the cookie it gave."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    name = f"parvis-{code}"
    headers = {"Content-Type": "application/json"}
    if cookie:
        headers["Cookie"] = f"{name}={cookie}"
    try:
        connection.request("POST", f"/participer/{code}/voter", json.dumps(content), headers)
        response = connection.getresponse()
        response.read()
        set_cookie = SimpleCookie(response.getheader("Set-Cookie", ""))
        return response.status, set_cookie[name].value if name in set_cookie else ""
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
