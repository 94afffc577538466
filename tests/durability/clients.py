"""Phones in the field: each saves answers and sends files, and sends again when no reply comes.

A client alone writes its contacts, so it knows exactly what must be found at the end: the value of
its last receipt, as many changes as receipts, and every file whose receipt it holds.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

CSRF = "d" * 32
PATIENCE_SECONDS = 90.0


@dataclass
class Progress:
    """How many acts were acknowledged to all clients together; who waits for a number is woken."""

    acknowledged: int = 0
    retries: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self) -> None:
        with self.changed:
            self.acknowledged += 1
            self.changed.notify_all()

    def retried(self) -> None:
        with self.changed:
            self.retries += 1

    def wait_for(self, number: int, *, timeout: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.acknowledged >= number, timeout)


@dataclass
class Cell:
    """One answer as its only author knows it."""

    value: str = ""
    revision: int = 0
    receipts: int = 0


class Phone:
    """The session of one mystery citizen with one contact."""

    def __init__(self, port: int, contact: dict[str, Any], progress: Progress) -> None:
        self.port = port
        self.contact_id: int = contact["id"]
        self.cookie = f"sessionid={contact['session']}; csrftoken={CSRF}"
        self.progress = progress

    def send(self, path: str, body: bytes, content_type: str) -> tuple[int, dict[str, Any]]:
        """Post until an answer comes that is not "later"; the same bytes each time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                status, payload = self._post(path, body, content_type)
            except (OSError, http.client.HTTPException):
                status, payload = 503, b""
            if status not in (502, 503):
                return status, _json(payload)
            if time.monotonic() > deadline:
                raise AssertionError(f"no answer to {path} for {PATIENCE_SECONDS:.0f} s")
            self.progress.retried()
            time.sleep(0.05)

    def save(self, criterion: str, value: str, base: int) -> tuple[int, dict[str, Any]]:
        body = f"field={criterion}&value={value}&base={base}".encode()
        return self.send(
            f"/terrain/contacts/{self.contact_id}/champ/", body, "application/x-www-form-urlencoded"
        )

    def upload(self, number: uuid.UUID, content: bytes) -> tuple[int, dict[str, Any]]:
        boundary = "parvis" * 4
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("file_id", number), ("file_kind", "call_log"))
        ]
        head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="file"; filename="appel.txt"\r\n'
            "Content-Type: text/plain\r\n\r\n"
        )
        body = (
            "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        )
        return self.send(
            f"/terrain/contacts/{self.contact_id}/pieces/",
            body,
            f"multipart/form-data; boundary={boundary}",
        )

    def _post(self, path: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                "POST",
                path,
                body,
                {
                    "Cookie": self.cookie,
                    "X-CSRFToken": CSRF,
                    "Accept": "application/json",
                    "Content-Type": content_type,
                },
            )
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()


class Client(threading.Thread):
    """A person at work on contacts of their own; `receipts` is what the server acknowledged."""

    def __init__(
        self,
        phones: list[Phone],
        values: dict[str, list[str]],
        *,
        saves: int,
        uploads: int,
        seed: int,
    ) -> None:
        super().__init__(name=f"client-{seed}", daemon=True)
        self.phones = phones
        self.values = values
        self.chance = random.Random(seed)
        self.acts = ["save"] * saves + ["upload"] * uploads
        self.chance.shuffle(self.acts)
        self.cells: dict[tuple[int, str], Cell] = defaultdict(Cell)
        # Number of a file → contact and hash of what was sent.
        self.files: dict[str, tuple[int, str]] = {}
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for act in self.acts:
                phone = self.chance.choice(self.phones)
                (self._save if act == "save" else self._upload)(phone)
                phone.progress.add()
        except BaseException as error:
            self.failure = error

    def _save(self, phone: Phone) -> None:
        criterion = self.chance.choice(list(self.values))
        cell = self.cells[phone.contact_id, criterion]
        value = self.chance.choice([v for v in self.values[criterion] if v != cell.value])
        status, receipt = phone.save(criterion, value, cell.revision)
        assert status == 200, f"save {criterion} of {phone.contact_id}: {status} {receipt}"
        assert (receipt["value"], receipt["base"]) == (value, str(cell.revision + 1)), receipt
        cell.value, cell.revision, cell.receipts = value, cell.revision + 1, cell.receipts + 1

    def _upload(self, phone: Phone) -> None:
        number = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        # From a line to 200 kB: a kill may fall inside the reading, the writing or the commit.
        length = self.chance.choice([40, 4_000, 200_000])
        content = f"Appel {number}\n".encode() + self.chance.randbytes(length).hex().encode()
        # One in five is sent again after its receipt, as a phone does whose screen was closed.
        for _ in range(2 if self.chance.random() < 0.2 else 1):
            status, receipt = phone.upload(number, content)
            assert status == 200, f"upload to {phone.contact_id}: {status} {receipt}"
            assert receipt["url"].endswith(f"/{number}/"), receipt
        self.files[str(number)] = (phone.contact_id, hashlib.sha256(content).hexdigest())


def _json(payload: bytes) -> dict[str, Any]:
    try:
        content = json.loads(payload)
    except ValueError:
        return {"text": payload[:300].decode(errors="replace")}
    return content if isinstance(content, dict) else {"json": content}
