"""A server for kiosks alone: the protocol of the room's README, without a database, with accidents.

Answers are taken as the real one takes them (`feedback.protocol` reads and hashes them), and what
is taken is never forgotten. `cut` is the share of batches whose reply never leaves, once the
answers are taken: the accident by which a device that trusts statuses loses or doubles answers.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import random
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.contrib.staticfiles import finders
from django.test import Client

from parvis.feedback.default_document import default_document
from parvis.feedback.protocol import MAX_ANSWERS, FieldError, read_answer, read_sending

SECRET = "secret-of-the-kiosk"
CODE = "ABCD2345"


def configuration(**changes: Any) -> dict[str, Any]:
    """What a paired kiosk shows, unless said otherwise."""
    return {
        "configuration": 1,
        "app": "0",
        "device": {"id": 1, "name": "Borne du hall"},
        "touchpoint": {
            "code": "ABCDEFGH",
            "name": "Mairie annexe des Tilleuls",
            "service": "État civil",
            "time_zone": "Europe/Paris",
            "is_open": True,
        },
        "idle": {"warn_after_ms": 20_000, "warning_ms": 20_000, "extensions": 10},
        "version": 3,
        "document": default_document(),
        "phrases": {},
        "sounds": {},
        **changes,
    }


class KioskServer:
    """Serves the kiosk's page and files from the package, and takes its answers."""

    def __init__(self, *, cut: float = 0.0, seed: int = 1, upstream: str = "") -> None:
        self.cut = cut
        # Address of the real server, when this one only stands between it and the kiosk.
        self.upstream = upstream
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.configuration = configuration()
        self.is_revoked = False
        # The next replies, before anything is taken: (status, headers, body).
        self.refusals: list[tuple[int, dict[str, str], Any]] = []
        # What was taken, in order, and how often each batch was asked to be taken.
        self.taken: dict[UUID, dict[str, Any]] = {}
        self.conflicts: list[dict[str, Any]] = []
        self.repeats = 0
        self.batches: list[dict[str, Any]] = []
        self.cuts = 0
        self.missing_files: list[str] = []
        self.sounds: dict[str, bytes] = {}
        self._pages: dict[str, tuple[int, str, bytes]] = {}
        outer = self

        class Handler(_Handler):
            server_of = outer

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, daemon=True)

    def __enter__(self) -> KioskServer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.httpd.shutdown()
        self.httpd.server_close()

    def file(self, path: str) -> tuple[int, str, bytes]:
        """Status, type and content of a page or file of the package."""
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            if found is None:
                self.missing_files.append(path)
                return 404, "text/plain", b""
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return 200, kind, Path(str(found)).read_bytes()
        with self.lock:
            if path not in self._pages:
                response = Client().get(path, headers={"accept-language": "fr"})
                kind = response["Content-Type"]
                self._pages[path] = (response.status_code, kind, response.content)
            return self._pages[path]

    def publish(self, path: str, content: bytes) -> None:
        """Serve another content at this address from now on: a new version."""
        with self.lock:
            status, kind, _old = self._pages[path]
            self._pages[path] = (status, kind, content)

    def take(self, body: bytes) -> tuple[int, Any]:
        """Status and reply to a batch; what it holds is taken before this returns."""
        raw = orjson.loads(body)
        try:
            read_sending(raw["sent"])
        except FieldError as error:
            return 422, {"errors": [{"index": -1, "field": error.field, "message": ""}]}
        assert len(raw["answers"]) <= MAX_ANSWERS
        answers, errors = [], []
        for index, one in enumerate(raw["answers"]):
            try:
                answers.append(read_answer(one, index))
            except FieldError as error:
                errors.append({"index": index, "field": error.field, "message": ""})
        if errors:
            return 422, {"errors": errors}
        receipts = []
        with self.lock:
            self.batches.append(raw)
            for one, answer in zip(raw["answers"], answers, strict=True):
                digest = answer.content_hash.hex()
                known = self.taken.get(answer.id)
                status = "stored"
                if known is None:
                    self.taken[answer.id] = {**one, "hash": digest}
                elif known["hash"] != digest:
                    self.conflicts.append({**one, "hash": digest})
                    status = "conflict"
                else:
                    self.repeats += 1
                receipts.append({"id": str(answer.id), "hash": digest, "status": status})
        conflict = any(receipt["status"] == "conflict" for receipt in receipts)
        return 409 if conflict else 202, {
            "server_time_ms": int(time.time() * 1000),
            "configuration": self.configuration["configuration"],
            "receipts": receipts,
        }


class _Handler(BaseHTTPRequestHandler):
    server_of: KioskServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        outer, path = self.server_of, self.path.split("?")[0]
        if outer.upstream and path.startswith(("/api/", "/ecoute/")):
            self._relay(b"")
        elif path == "/api/feedback/configuration":
            if self._is_unknown():
                self._json(401, {"error": "unknown_device", "message": ""})
            else:
                self._json(200, outer.configuration)
        elif path in outer.sounds:
            self._send(200, "audio/mpeg", outer.sounds[path])
        else:
            status, kind, content = outer.file(path)
            self._send(status, kind, content, {"Cache-Control": "no-cache"})

    def do_POST(self) -> None:
        outer = self.server_of
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if outer.upstream:
            self._relay(body)
            return
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path == "/api/feedback/pair":
            self._pair(body)
            return
        if outer.refusals:
            status, headers, reply = outer.refusals.pop(0)
            self._json(status, reply, headers)
            return
        if self._is_unknown():
            self._json(401, {"error": "unknown_device", "message": ""})
            return
        status, reply = outer.take(body)
        if not self._is_cut():
            self._json(status, reply)

    def _is_cut(self) -> bool:
        """Whether the connection dies now, as a cable does: no reply, no end of reply."""
        outer = self.server_of
        with outer.lock:
            is_cut = outer.random.random() < outer.cut
            outer.cuts += is_cut
        if is_cut:
            self.close_connection = True
            self.connection.close()
        return is_cut

    def _relay(self, body: bytes) -> None:
        """Ask the real server, and cut its reply to a batch as our own."""
        outer = self.server_of
        upstream = HTTPConnection(urlsplit(outer.upstream).netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        headers |= {"Connection": "close", "Accept-Encoding": "identity"}
        upstream.request(self.command, self.path, body=body or None, headers=headers)
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        if self.path.endswith("/batches") and self._is_cut():
            return
        kind = response.headers["Content-Type"]
        kept = {"Retry-After": response.headers["Retry-After"]}
        self._send(response.status, kind, content, {name: one for name, one in kept.items() if one})

    def _pair(self, body: bytes) -> None:
        if json.loads(body).get("code") != CODE:
            self._json(404, {"error": "unknown", "message": "Ce code n’existe pas."})
            return
        outer = self.server_of
        outer.is_revoked = False
        reply = {
            "secret": SECRET,
            "device": outer.configuration["device"],
            "configuration": outer.configuration,
        }
        self._json(201, reply)

    def _is_unknown(self) -> bool:
        expected = f"Bearer {SECRET}"
        return self.server_of.is_revoked or self.headers.get("Authorization") != expected

    def _json(self, status: int, reply: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, "application/json", json.dumps(reply).encode(), headers)

    def _send(
        self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
