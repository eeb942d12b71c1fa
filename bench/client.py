"""A client with many kept-alive connections in one process of its own: sends what it was given, and counts."""

import multiprocessing
import selectors
import socket
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from backend import clock

HOST = "127.0.0.1"
PATIENCE = 30.0


@dataclass(frozen=True)
class Measured:
    """What came back in so many seconds; `refused` is the first answer that was not a success."""

    answers: int
    seconds: float
    median_ms: float
    refused: str = ""
    p95_ms: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    """Write one request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drive(port: int, requests: Sequence[bytes], *, connections: int, seconds: float, again: bool = True) -> Measured:
    """Send requests over so many connections for so long; `again` begins anew when all were sent."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(
        target=_drive, args=(theirs, port, requests, connections, seconds, again)
    )
    child.start()
    theirs.close()
    try:
        found: Measured = ours.recv()
    finally:
        child.join(PATIENCE)
    if found.refused:
        raise RuntimeError(f"the server refused: {found.refused}")
    return found


def _drive(
    out: Connection, port: int, requests: Sequence[bytes], connections: int, seconds: float, again: bool
) -> None:
    out.send(_Crowd(port, requests, again=again).run(connections, seconds))
    out.close()


@dataclass
class _Line:
    """One connection, what has come of the answer, and when it was asked."""

    socket: socket.socket
    asked_at: float = 0.0
    came: bytes = b""


@dataclass
class _Crowd:
    port: int
    requests: Sequence[bytes]
    again: bool
    took: list[float] = field(default_factory=list)
    refused: str = ""

    def run(self, connections: int, seconds: float) -> Measured:
        selector, left = selectors.DefaultSelector(), self._left()
        began = clock.monotonic()
        for _ in range(connections):
            line = _Line(socket.create_connection((HOST, self.port), timeout=PATIENCE))
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._ask(line, left):
                selector.register(line.socket, selectors.EVENT_READ, line)
        until = began + seconds
        while selector.get_map() and not self.refused:
            for key, _ in selector.select(PATIENCE):
                if self._hear(key.data) and (clock.monotonic() >= until or not self._ask(key.data, left)):
                    selector.unregister(key.fileobj)
        lasted = clock.monotonic() - began
        median = statistics.median(self.took) * 1000 if self.took else 0.0
        p95 = statistics.quantiles(self.took, n=20)[-1] * 1000 if len(self.took) > 1 else median
        return Measured(len(self.took), lasted, median, self.refused, p95)

    def _left(self) -> Iterator[bytes]:
        yield from self.requests
        while self.again:
            yield from self.requests

    def _ask(self, line: _Line, left: Iterator[bytes]) -> bool:
        message = next(left, None)
        if message is None:
            return False
        line.asked_at, line.came = clock.monotonic(), b""
        line.socket.sendall(message)
        return True

    def _hear(self, line: _Line) -> bool:
        """Take what has come; say whether the answer is complete."""
        came = line.socket.recv(1 << 18)
        line.came += came
        head, found, body = line.came.partition(b"\r\n\r\n")
        if not came or (found and head[9:12] not in {b"200", b"201"}):
            self.refused = line.came[:600].decode(errors="replace") or "the connection was closed"
            return True
        if not found or len(body) < _length(head):
            return False
        self.took.append(clock.monotonic() - line.asked_at)
        return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
