"""HAProxy in front of the web groups, with the very file that deploy/ha gives to a county."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.run.folder import CHECKOUT
from deploy.run.supervision import end_with_parent
from tests.ha.galera import LOOPBACK, free_ports

EXAMPLE = CHECKOUT / "deploy/ha"


@contextmanager
def standing(folder: Path, webs: Sequence[str]) -> Iterator[str]:
    """Yield the address that stands for these web groups."""
    [port] = free_ports(1)
    text = (EXAMPLE / "haproxy.cfg").read_text()
    ours = {"127.0.0.1:8080": f"{LOOPBACK}:{port}", "/etc/haproxy/again.http": str(EXAMPLE / "again.http")}
    ours |= {f"web{number}:8000": web.removeprefix("http://") for number, web in enumerate(webs, start=1)}
    for example, real in ours.items():
        assert example in text, f"the example no longer names {example}"
        text = text.replace(example, real)
    settings = folder / "haproxy.cfg"
    settings.write_text(text)
    program = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "haproxy"
    with (folder / "haproxy.log").open("wb") as log:
        words = [program, "-db", "-f", str(settings)]
        front = subprocess.Popen(words, stdout=log, stderr=log, preexec_fn=end_with_parent)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        front.terminate()
        front.wait(30)
