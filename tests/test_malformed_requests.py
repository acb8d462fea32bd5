"""What isn't HTTP, or hardly, sent to the real servers: refused in a line, and they go on."""

import re
import socket
from contextlib import suppress

import pytest

from tests import processes
from tests.processes import free_port, live_status

#: (bytes, the status that a gunicorn answers; None where it may close or answer as it likes)
MALFORMED = {
    "length no number": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n", 400),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        400,
    ),
    "a length below 0": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: a\r\nX-Y: b\r\n c\r\n\r\n", 400),
    "a header without a colon": (b"GET / HTTP/1.1\r\nHost a\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 400),
    "no request line": (b"\x00\x01\x02\r\n\r\n", 400),
    "chunks that are none": (
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        None,
    ),
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\n",
        None,
    ),
    "a strange method": (b"PROPFIND /live/ HTTP/1.1\r\nHost: a\r\n\r\n", None),
    "no host": (b"GET /live/ HTTP/1.1\r\n\r\n", None),
    "HTTP/1.0": (b"GET /live/ HTTP/1.0\r\n\r\n", None),
    "a bad percent-encoding": (
        b"GET /live/%ff%zz?ticket=%ff%zz%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        None,
    ),
    "a ticket of 3 kB": (
        b"GET /live/?ticket=" + b"9" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        None,
    ),
    "a line of 100 kB": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a header of 100 kB": (
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Y: " + b"a" * 100_000 + b"\r\n\r\n",
        431,
    ),
}


def status_of(port, sent):
    """The status that is answered; 0 where the connection is closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answer = b""
        with suppress(OSError):  # it has hung up already
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while part := connection.recv(65536):
                answer += part
    found = re.match(rb"HTTP/1\.[01] (\d+)", answer)
    return int(found[1]) if found else 0


@pytest.mark.django_db(transaction=True)
def test_the_site_refuses_what_is_malformed_and_goes_on():
    with processes.web() as (address, child):
        port = int(address.rpartition(":")[2])
        found = {name: status_of(port, sent) for name, (sent, _status) in MALFORMED.items()}
        wanted = {name: status for name, (_sent, status) in MALFORMED.items() if status}
        # It answers before it has read so much, and hangs up: what is unread resets the connection,
        # mostly after the answer was read here, sometimes before.
        for name in ("a line of 100 kB", "a header of 100 kB"):
            found[name] = found[name] or wanted[name]

        assert {name: found[name] for name in wanted} == wanted
        assert {name: status for name, status in found.items() if status >= 500} == {}
        assert status_of(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == 200
        assert "Traceback" not in child.log.read_text()


@pytest.mark.django_db(transaction=True)
def test_the_live_process_refuses_what_is_malformed_and_goes_on():
    port = free_port()
    with processes.live(port) as child:
        found = {name: status_of(port, sent) for name, (sent, _status) in MALFORMED.items()}

        assert {name: status for name, status in found.items() if status >= 500} == {}
        assert live_status(port) == 403
        assert "Traceback" not in child.log.read_text()
