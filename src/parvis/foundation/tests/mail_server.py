"""A mail server for tests, on this machine, that behaves as it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """`behaviour` is read at each message: "accept", "refuse recipient", "later", "refuse data",
    "vanish before data", "vanish after data"."""

    port: int
    behaviour: str = "accept"
    messages: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = MailServer(port=listener.getsockname()[1])
    thread = threading.Thread(target=_accept, args=(listener, server), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def _accept(listener: socket.socket, server: MailServer) -> None:
    while True:
        try:
            conversation, _address = listener.accept()
        except OSError:
            return
        with conversation, conversation.makefile("rb") as lines, contextlib.suppress(OSError):
            _converse(conversation, lines, server)


def _converse(conversation: socket.socket, lines, server: MailServer) -> None:
    def say(text: str) -> None:
        conversation.sendall(text.encode() + b"\r\n")

    say("220 test")
    for line in lines:
        verb = line[:4].upper()
        if verb in (b"EHLO", b"HELO"):
            say("250 test")
        elif verb == b"RCPT" and server.behaviour == "refuse recipient":
            say("550 no such person")
        elif verb == b"RCPT" and server.behaviour == "later":
            say("451 greylisted, come back later")
        elif verb == b"RCPT" and server.behaviour == "vanish before data":
            return
        elif verb == b"DATA":
            say("354 go on")
            message = b"".join(iter(lambda: next(lines), b".\r\n"))
            if server.behaviour == "refuse data":
                say("554 content refused")
                continue
            server.messages.append(message)
            if server.behaviour == "vanish after data":
                return
            say("250 taken")
        elif verb == b"QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")
