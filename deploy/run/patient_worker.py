"""A web worker whose threads wait for nobody: a request is given one only when it has come, not while it comes.

Gunicorn's threads read a request themselves, as slowly as it is sent: as many slow phones as there are threads, and
nobody is served. Here what is on its way waits in the kernel's buffer, and costs no thread.
"""

import array
import fcntl
import re
import socket
import termios
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

WITHIN = 20.0
"""Seconds in which the beginning of a request must have come."""
SILENCE = 30.0
"""Seconds without a byte, of what is read or written by a thread, after which it gives up."""
HEAD_AT_MOST = 64 * 1024
WAITED_FOR = 256 * 1024
"""Of a longer body so much is waited for; a thread reads the rest."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)


def missing(connection: socket.socket) -> int:
    """Return how many bytes must be there before a thread is worth it; 0 when it is, or when nothing more will come."""
    try:
        begun = connection.recv(HEAD_AT_MOST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 1
    except OSError:
        return 0
    if not begun:
        return 0  # it has hung up, and the parser says so
    end = begun.find(b"\r\n\r\n")
    if end < 0:
        return len(begun) + 1 if len(begun) < HEAD_AT_MOST else 0
    length = _LENGTH.search(begun, 0, end + 2)
    wanted = min(end + 4 + (int(length[1]) if length else 0), WAITED_FOR)
    return wanted if wanted > len(begun) and wanted > _waiting(connection) else 0


def _waiting(connection: socket.socket) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.FIONREAD, count)
    return count[0]


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threaded worker that lets requests arrive before a thread takes them."""

    def enqueue_req(self, conn: Any) -> None:
        """Give a connection a thread, or wait for more of what it sends: every way to a thread leads through here."""
        wanted = 0 if self._has_read_ahead(conn) or conn.sock.family == socket.AF_UNIX else missing(conn.sock)
        if not wanted or self._has_stalled(conn):
            conn.arriving = None
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            conn.data_ready = True
            super().enqueue_req(conn)
            return
        # The kernel wakes us only when so much is there, or when the other side hangs up.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)
        conn.sock.setblocking(False)
        until = time.monotonic() + WITHIN
        conn.arriving = (_waiting(conn.sock), conn.arriving[1] if getattr(conn, "arriving", None) else until)
        conn.timeout = conn.arriving[1]
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def murder_pending(self) -> None:
        """Hang up on whoever takes too long; they are in the order in which they last sent something."""
        now = time.monotonic()
        for conn in [each for each in self.pending_conns if each.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Serve it; neither the rest of a long body nor the answer waits for ever."""
        conn.sock.settimeout(SILENCE)
        return super().handle_request(req, conn)

    @staticmethod
    def _has_stalled(conn: Any) -> bool:
        """Say whether we were woken with nothing new: the buffer is full of crumbs, and waiting would be a spin."""
        before = getattr(conn, "arriving", None)
        return before is not None and _waiting(conn.sock) <= before[0]

    @staticmethod
    def _has_read_ahead(conn: Any) -> bool:
        return conn.initialized and bool(conn.parser.unreader.buf.getvalue())
