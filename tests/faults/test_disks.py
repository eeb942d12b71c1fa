"""The disk of the pictures is full, then read-only: an upload is put off in words, and everything else goes on."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.api.photos import photo
from tests.faults.serving import HOST, Server, serving
from tests.people import FORM, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("scale.6")
ROOM = "48m"
OWN_DISK = f'mount -t tmpfs -o size={ROOM},mode=700 tmpfs "$0" && exec "$@"'
"""Run by a shell in a mount namespace of its own: nobody else sees the disk, and it goes with the process."""


@dataclass(frozen=True)
class Disk:
    """The disk of the pictures, as the server's own namespace has it."""

    server: Server
    at: Path

    def fill(self) -> None:
        # Again by single pages: what a large write had reserved and could not use is free once the file is closed.
        for size in (1 << 20, 1 << 12, 1 << 12):
            with self._filler.open("ab", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(size))
        assert os.statvfs(self._filler).f_bavail == 0

    def tidy(self) -> None:
        self._filler.unlink()

    def mount(self, how: str) -> None:
        pid = str(self.server.process.pid)
        within = ["nsenter", "-t", pid, "-U", "-m", "--preserve-credentials"]
        subprocess.run([*within, "mount", "-o", f"remount,{how}", str(self.at)], check=True)

    @property
    def _filler(self) -> Path:
        return Path(f"/proc/{self.server.process.pid}/root") / self.at.relative_to("/") / "filler"


@pytest.fixture
def disk(app: Flask) -> Iterator[Disk]:
    settings = app.extensions["settings"]
    settings.files_path.mkdir(exist_ok=True)
    words = ("unshare", "-Urm", "sh", "-c", OWN_DISK, str(settings.files_path))
    if subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk of their own")
    with serving(settings, within_shell=words) as server:
        yield Disk(server, settings.files_path)


def _upload(server: Server, village: Phone, case_id: int, shade: int) -> requests.Response:
    address = f"http://{HOST}:{server.port}/api/v1/cases/{case_id}/files"
    picture = {"file": ("photo.jpg", photo(60 * shade), "image/jpeg")}
    return requests.post(address, files=picture, data={"kind": "picture"}, headers=village._headers(), timeout=30)


def _rest_works(server: Server, cast: Cast, village: Phone, picture: str, serial: int) -> list[int]:
    """Declare, look at the duties, at a picture that is there, at the console's door."""
    said = cast.farmer()._headers(f"6f0d8a52-4444-4000-8000-{serial:012d}")
    named = {name.replace("-", "_"): value for name, value in said.items()}
    token = {"Authorization": village._headers()["Authorization"]}
    return [
        server.ask("POST", "/api/v1/declarations", FORM | {"id_number": id_number(serial)}, **named).status,
        server.ask("GET", "/api/v1/tasks", **token).status,
        server.ask("GET", f"/api/v1/files/{picture}", **token).status,
        server.ask("GET", "/console/sign-in/").status,
        server.ask("GET", "/healthz").status,
    ]


FINE = [201, 200, 200, 200, 200]


def test_an_upload_waits_and_nothing_else_does(make: Maker, cast: Cast, disk: Disk, note: Callable[..., None]) -> None:
    """Reliability 46."""
    case_id, village, server = make.case("accept", id_number=id_number(100)), cast.phone("village"), disk.server

    def wrong_with_files() -> str:
        return str(server.ask("GET", "/readyz").json["parts"]["files"])

    first = _upload(server, village, case_id, 1)
    before = wrong_with_files()
    found = []
    for turn, (wrong, begin, end) in enumerate(
        (
            ("disk full", disk.fill, disk.tidy),
            ("read-only", lambda: disk.mount("ro"), lambda: disk.mount("rw")),
        ),
        start=2,
    ):
        begin()
        refused = _upload(server, village, case_id, turn)
        assert refused.status_code == 503, refused.text
        said = refused.status_code, refused.json()["message"], "Retry-After" in refused.headers, wrong_with_files()
        rest = _rest_works(server, cast, village, first.json()["id"], turn)
        end()
        again = _upload(server, village, case_id, turn)
        found.append((said, rest, again.status_code, wrong_with_files()))
        assert said == (503, "附件暂时存不进去，请过一会儿再传。", True, wrong)
    note("the pictures' disk full, then read-only", others=f"uploads {[each[2] for each in found]}", allowed=0)

    assert (first.status_code, before) == (201, "")
    assert [each[1:] for each in found] == [(FINE, 201, "")] * 2
