"""What goes out to an address given by somebody: never inside, never for long, never elsewhere."""

import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parvis.foundation.errors import Refusal
from parvis.foundation.outgoing import (
    MAX_REPLY_BYTES,
    Fetcher,
    ForbiddenAddressError,
    UnreachableError,
    is_public,
    read_target,
    tls_context,
)

INSIDE = [
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_never_asked(address):
    assert not is_public(ipaddress.ip_address(address))
    fetcher = Fetcher(resolver=lambda host, port: [address])
    with pytest.raises(ForbiddenAddressError):
        fetcher.post("https://exemple.fr/", body=b"", headers={})


@pytest.mark.parametrize("address", ["93.184.216.34", "2a01:e0a::1", "::ffff:93.184.216.34"])
def test_what_is_public_may_be_asked(address):
    assert is_public(ipaddress.ip_address(address))


def test_one_address_inside_among_public_ones_is_enough_to_refuse():
    fetcher = Fetcher(resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(ForbiddenAddressError):
        fetcher.post("https://exemple.fr/", body=b"", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "http://exemple.fr/",
        "ftp://exemple.fr/",
        "file:///etc/passwd",
        "https://",
        "https:///chemin",
        "exemple.fr",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://exemple.fr@127.0.0.1/",
        "https://moi:secret@exemple.fr/",
        "https://@exemple.fr/",
        "https://exemple.fr:22/",
        "https://exemple.fr:99999/",
        "https://exemple.fr:abc/",
        "https://exemple.fr/a b",
        "https://exemple.fr/\r\nHost: ailleurs",
        "https://exem\x00ple.fr/",
        "https://①②⑦.⓪.⓪.①/",
        "https://exemple..fr/",
        "https://-exemple.fr/",
        "https://exemple_interne.fr/",
        "https://exemple.fr/é",
        "https://exemple.fr/" + "a" * 500,
        "https://" + "a" * 64 + ".fr/",
    ],
)
def test_an_address_that_is_not_a_plain_https_service_is_refused(url):
    with pytest.raises(Refusal) as refusal:
        read_target(url)
    assert refusal.value.field == "url"
    with pytest.raises(ForbiddenAddressError):
        Fetcher(resolver=lambda host, port: ["93.184.216.34"]).post(url, body=b"", headers={})


def test_an_accepted_address_is_read_whole():
    target = read_target("https://Crochets.Exemple.fr:8443/reception?service=1#ancre")
    assert (target.host, target.port) == ("crochets.exemple.fr", 8443)
    assert target.path == "/reception?service=1"
    assert read_target("https://mairie-évry.fr").host == "xn--mairie-vry-h7a.fr"


# --- Against a real server ------------------------------------------------------------------------


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.received.append((self.path, dict(self.headers), body))
        if self.path == "/redirige":
            self.send_response(302)
            self.send_header("Location", "https://169.254.169.254/latest/meta-data")
            self.end_headers()
        elif self.path == "/bavard":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 10 * MAX_REPLY_BYTES)
        elif self.path == "/goutte":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _second in range(50):
                self.wfile.write(b"X-Encore: 1\r\n")
                self.wfile.flush()
                time.sleep(0.1)
        elif self.path == "/occupe":
            self.send_response(503)
            self.send_header("Retry-After", "120")
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"merci")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crochets.exemple.fr")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("crochets.exemple.fr")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


@pytest.fixture
def server(certificate):
    made = _Server(("127.0.0.1", 0), _Handler)
    made.received = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def fetcher(certificate, **changes):
    return Fetcher(
        **{
            "resolver": lambda host, port: ["127.0.0.1"],
            "allows": lambda address: str(address) == "127.0.0.1",
            "context": tls_context(certificate),
            "step_seconds": 2.0,
            "whole_seconds": 1.0,
            **changes,
        }
    )


def url_of(server, path="/", host="crochets.exemple.fr"):
    return f"https://{host}:{server.server_address[1]}{path}"


def test_what_is_sent_arrives_under_its_name(server, certificate):
    reply = fetcher(certificate).post(
        url_of(server, "/reception?a=1"), body=b"{}", headers={"webhook-id": "msg_1"}
    )
    assert (reply.status, reply.body, reply.retry_after) == (200, b"merci", None)
    [(path, headers, body)] = server.received
    assert (path, body, headers["webhook-id"]) == ("/reception?a=1", b"{}", "msg_1")
    assert headers["Host"] == f"crochets.exemple.fr:{server.server_address[1]}"


def test_a_name_that_changes_its_mind_is_asked_where_it_was_checked(server, certificate):
    """DNS rebinding: the second answer would lead inside, but nobody asks a second time."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    asked = []

    def resolver(host, port):
        asked.append(host)
        return next(answers)

    reply = fetcher(certificate, resolver=resolver).post(url_of(server), body=b"", headers={})
    assert reply.status == 200
    assert asked == ["crochets.exemple.fr"]


def test_a_redirection_is_not_followed(server, certificate):
    reply = fetcher(certificate).post(url_of(server, "/redirige"), body=b"", headers={})
    assert reply.status == 302
    assert len(server.received) == 1


def test_a_long_answer_is_cut(server, certificate):
    reply = fetcher(certificate).post(url_of(server, "/bavard"), body=b"", headers={})
    assert reply.status == 200
    assert len(reply.body) == MAX_REPLY_BYTES


def test_an_answer_that_drips_does_not_hold_for_longer_than_the_whole(server, certificate):
    started = time.monotonic()
    with pytest.raises(UnreachableError):
        fetcher(certificate).post(url_of(server, "/goutte"), body=b"", headers={})
    assert time.monotonic() - started < 3


def test_how_long_to_wait_is_read(server, certificate):
    reply = fetcher(certificate).post(url_of(server, "/occupe"), body=b"", headers={})
    assert (reply.status, reply.retry_after) == (503, 120)


def test_a_certificate_of_another_name_or_unknown_is_refused(server, certificate):
    with pytest.raises(UnreachableError, match=r"(?i)certificate"):
        fetcher(certificate).post(url_of(server, host="autre.fr"), body=b"", headers={})
    with pytest.raises(UnreachableError, match=r"(?i)certificate"):
        fetcher(certificate, context=tls_context()).post(url_of(server), body=b"", headers={})
    assert server.received == []


def test_an_unknown_name_and_a_closed_port_are_unreachable(certificate):
    def unknown(host, port):
        raise socket.gaierror("unknown")

    with pytest.raises(UnreachableError):
        fetcher(certificate, resolver=unknown).post("https://a.fr/", body=b"", headers={})
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(UnreachableError):
            fetcher(certificate).post(f"https://a.fr:{port}/", body=b"", headers={})
