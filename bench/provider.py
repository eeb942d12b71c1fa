"""A provider that takes fifty milliseconds: `python -m bench.provider PORT MILLISECONDS`, no more than a stopwatch."""

import asyncio
import json
import sys
from typing import cast

from bench.client import HOST

TOKEN_PATH = b"/cgi-bin/stable_token"
TOKEN = json.dumps({"access_token": "t" * 512, "expires_in": 7200}).encode()
TAKEN = json.dumps({"errcode": 0, "errmsg": "ok", "msgid": 1}).encode()


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Provider(asyncio.Protocol):
    """Answers each request on a kept-alive connection, a send after the time that it takes."""

    def __init__(self, seconds: float) -> None:
        """Take so many seconds for each send."""
        self._seconds, self._came = seconds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._out = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer what has come as a whole."""
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._came = body[_length(head) :]
        if TOKEN_PATH in head.partition(b"\r\n")[0]:
            self._out.write(_answer(TOKEN))
        else:
            asyncio.get_running_loop().call_later(self._seconds, self._out.write, _answer(TAKEN))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(port: int, seconds: float) -> None:
    """Serve until stopped."""
    server = await asyncio.get_running_loop().create_server(lambda: Provider(seconds), HOST, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
