"""Sending a request to an address given by somebody, without ever reaching inside.

The name is resolved once, every address it gives must be public, and the connection is made to one
of those very addresses: a name that changes its mind between the check and the connection (DNS
rebinding) changes nothing. Only https with a valid certificate, no redirection followed, and limits
of size and time. Whatever is not plainly allowed is refused.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal

MAX_URL_CHARACTERS = 500
MAX_REPLY_BYTES = 64 * 1024
# For each step (connection, encryption, each reading), and for the whole exchange.
STEP_SECONDS = 5.0
WHOLE_SECONDS = 10.0
_CHUNK = 4096

# Prefixes of IPv6 that carry an IPv4 address, which a gateway may lead inside.
_CARRIERS = tuple(
    ipaddress.ip_network(prefix)
    for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)

# Reserved by the IETF for protocols; older versions of Python call it global.
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# (host, port) -> addresses, in the order of preference; raises OSError when the name is unknown.
Resolver = Callable[[str, int], Sequence[str]]


class ForbiddenAddressError(Exception):
    """The address is not one that may be asked; nothing was sent."""


class UnreachableError(Exception):
    """Nobody answered as HTTP does: network, certificate, time or size limit."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `body` holds at most `MAX_REPLY_BYTES`."""

    status: int
    body: bytes
    # Seconds asked for by the header Retry-After; None = not said, or not a number.
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: its parts, as the request needs them."""

    host: str
    port: int
    path: str


def is_public(address: Address) -> bool:
    """Whether an address is one of the open Internet, that no machine of ours could be."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id or any(address in network for network in _CARRIERS):
            return False
    elif address in _PROTOCOLS:
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_private
        and not address.is_link_local
        and not address.is_loopback
        and not address.is_unspecified
    )


def read_target(url: str) -> Target:
    """The parts of an https address that names a host; raise `Refusal` on any other.

    An address by numbers is refused in all its notations (1.2.3.4, [::1], 2130706433, 0x7f.1): what
    is asked is a service, which has a name and a certificate.
    """
    if len(url) > MAX_URL_CHARACTERS or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise _refusal()
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii").lower().rstrip(".")
    except ValueError:
        raise _refusal() from None
    if parts.scheme != "https":
        raise Refusal(_("L’adresse doit commencer par https://."), field="url")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Refusal(_("L’adresse ne doit contenir ni nom ni mot de passe."), field="url")
    labels = host.split(".")
    valid = all(
        label
        and len(label) <= 63
        and all(c.isalnum() or c == "-" for c in label)
        and label[0] != "-" != label[-1]
        for label in labels
    )
    # A last label that begins with a digit is a number to some resolver or other.
    if len(labels) < 2 or not valid or len(host) > 253 or labels[-1][0].isdigit():
        raise Refusal(
            _("L’adresse doit porter un nom de domaine complet, comme exemple.fr."), field="url"
        )
    if port is not None and port != 443 and not 1024 <= port <= 65535:
        raise Refusal(_("Ce port n’est pas accepté : 443, ou à partir de 1024."), field="url")
    try:
        path = (parts.path or "/").encode("ascii").decode()
        query = parts.query.encode("ascii").decode()
    except UnicodeEncodeError:
        raise _refusal() from None
    return Target(host, port or 443, f"{path}?{query}" if query else path)


def _refusal() -> Refusal:
    return Refusal(_("Cette adresse n’est pas valable."), field="url")


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the machine's resolver gives, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How requests go out; the tests give it a resolver and certificates of their own."""

    resolver: Resolver = system_resolver
    allows: Callable[[Address], bool] = is_public
    context: ssl.SSLContext = field(default_factory=lambda: tls_context())
    step_seconds: float = STEP_SECONDS
    whole_seconds: float = WHOLE_SECONDS

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send `body` to `url` and return the answer, whatever its status, redirections included.

        Raises `ForbiddenAddressError` when the address may not be asked, `UnreachableError` when
        nobody answered within the limits.
        """
        return self._ask("POST", url, body, headers)

    def get(self, url: str, *, headers: Mapping[str, str]) -> Reply:
        """The same, without sending anything but the question."""
        return self._ask("GET", url, None, headers)

    def _ask(self, verb: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        try:
            target = read_target(url)
        except Refusal as refusal:
            raise ForbiddenAddressError(refusal.message) from refusal
        address = self._pinned(target)
        connection = _Pinned(target, address, self)
        try:
            connection.request(verb, target.path, body=body, headers=dict(headers))
            response = connection.getresponse()
            return Reply(
                response.status,
                _read(response),
                _seconds(response.headers.get("Retry-After", "")),
            )
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error
        finally:
            connection.close()

    def _pinned(self, target: Target) -> str:
        """The one address to connect to; every address of the name must be allowed."""
        try:
            found = self.resolver(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(f"{target.host}: {error}"[:300]) from error
        try:
            addresses = [ipaddress.ip_address(text) for text in found]
        except ValueError as error:
            raise ForbiddenAddressError(str(error)) from error
        if not addresses:
            raise UnreachableError(f"{target.host}: no address")
        for address in addresses:
            if not self.allows(address):
                raise ForbiddenAddressError(
                    _("« %(host)s » désigne une adresse qui n’est pas publique.")
                    % {"host": target.host}
                )
        # Machines often lack a way out by IPv6: an IPv4 address is the surer one.
        return str(min(addresses, key=lambda address: address.version))


class _TimedSocket(ssl.SSLSocket):
    """Every wait ends with the whole exchange's time, however slowly the other side drips."""

    deadline = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole exchange took too long")
        self.settimeout(min(left, self.gettimeout() or left))
        return super().recv_into(*args, **kwargs)


class _Pinned(http.client.HTTPSConnection):
    """Connected to the address checked, under the name whose certificate is asked for."""

    def __init__(self, target: Target, address: str, fetcher: Fetcher) -> None:
        super().__init__(
            target.host, target.port, timeout=fetcher.step_seconds, context=fetcher.context
        )
        self._address = address
        self._fetcher = fetcher

    def connect(self) -> None:
        deadline = time.monotonic() + self._fetcher.whole_seconds
        line = socket.create_connection((self._address, self.port), self._fetcher.step_seconds)
        try:
            sock = self._fetcher.context.wrap_socket(line, server_hostname=self.host)
        except BaseException:
            with contextlib.suppress(OSError):
                line.close()
            raise
        assert isinstance(sock, _TimedSocket)
        sock.deadline = deadline
        self.sock = sock


def _read(response: http.client.HTTPResponse) -> bytes:
    """The beginning of the answer: its status is what matters, the rest is left unread."""
    body = bytearray()
    while len(body) < MAX_REPLY_BYTES and (chunk := response.read1(_CHUNK)):
        body += chunk
    return bytes(body[:MAX_REPLY_BYTES])


def tls_context(*authorities: str) -> ssl.SSLContext:
    """How certificates are checked: by the usual authorities, and by those of these files."""
    context = ssl.create_default_context()
    for path in authorities:
        context.load_verify_locations(path)
    context.sslsocket_class = _TimedSocket
    return context


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Like `Fetcher.post`, with the machine's resolver and the usual authorities."""
    return Fetcher().post(url, body=body, headers=headers)


def get(url: str, *, headers: Mapping[str, str]) -> Reply:
    """Like `Fetcher.get`, with the machine's resolver and the usual authorities."""
    return Fetcher().get(url, headers=headers)
