"""Three MariaDB servers that form a Galera cluster: own user, own folders, loopback ports; killed and restarted."""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pymysql

from backend import clock
from deploy.run.supervision import end_with_parent
from tests.mariadb import PLAIN

LOOPBACK = "127.0.0.1"
DATABASE = "shouwang"
DYNAMIC_USERS = range(61_184, 65_520)
"""Where systemd, too, takes users that exist only while a service runs."""
PROVIDER = "/usr/lib/galera/libgalera_smm.so"
PROVIDER_OPTIONS = (
    "gcache.size=64M;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;"
    "evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S"
)
WITHIN = 300.0
"""Seconds that a node gets to come up on a busy machine; nobody waits for it but the test."""


def unprivileged_user() -> int:
    """Return who runs the servers: a user id that nobody has when root asks (Galera's copying must not run as root)."""
    if os.getuid() != 0:
        return os.getuid()
    taken = {each.pw_uid for each in pwd.getpwall()}
    running = {entry.stat().st_uid for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    return next(uid for uid in DYNAMIC_USERS if uid not in taken | running)


@dataclass
class Node:
    """One server of the cluster."""

    name: str
    home: Path
    uid: int
    port: int
    wires: tuple[int, int, int]
    """Where it speaks to the others: the group, the missing write sets, the whole copy."""
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")

    def install(self) -> None:
        self.home.mkdir()
        os.chown(self.home, self.uid, self.uid)
        words = ("mariadb-install-db", "--no-defaults", f"--datadir={self.home / 'data'}", "--skip-test-db", PLAIN)
        made = self._popen([*words, "--auth-root-authentication-method=normal"])
        if made.wait(240):
            raise RuntimeError(self.log[-2000:])

    def start(self, group: str) -> None:
        """Start it as a member of the group; an empty group is a new one. After a kill it first finds where it was."""
        place = self._recovered_place() if (self.home / "data/grastate.dat").exists() else ""
        joins = [f"--wsrep-cluster-address=gcomm://{group}", *([] if group else ["--wsrep-new-cluster"])]
        self.running = self._popen([*self._words(), *joins, *([f"--wsrep-start-position={place}"] if place else [])])

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        server = self._server
        server.send_signal(number)
        if number == signal.SIGKILL:
            server.wait()
            self.running = None

    def stop(self) -> None:
        if self.running is None:
            return
        self.running.send_signal(signal.SIGCONT)
        self.running.terminate()
        try:
            self.running.wait(30)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        self.running = None

    def await_ready(self, members: int, within: float = WITHIN) -> None:
        """Wait until it takes part in a group of so many."""
        deadline = clock.monotonic() + within
        while self.status() != {"wsrep_cluster_size": str(members), "wsrep_local_state": "4", "wsrep_ready": "ON"}:
            if self._server.poll() is not None or clock.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not come up: {self.status()}\n{self.log[-3000:]}")
            time.sleep(0.2)

    def status(self) -> dict[str, str]:
        names = "('wsrep_cluster_size', 'wsrep_local_state', 'wsrep_ready')"
        with contextlib.suppress(pymysql.Error), self.open("") as connection, connection.cursor() as cursor:
            cursor.execute(f"SHOW GLOBAL STATUS WHERE Variable_name IN {names}")
            return dict(cursor.fetchall())
        return {}

    def open(self, database: str = DATABASE) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(
            host=LOOPBACK, port=self.port, user="root", database=database or None, connect_timeout=2, read_timeout=20
        )

    @property
    def _server(self) -> "subprocess.Popen[bytes]":
        assert self.running is not None
        return self.running

    def _words(self) -> list[str]:
        group, missing, copy = self.wires
        return [
            shutil.which("mariadbd") or "/usr/sbin/mariadbd",
            "--no-defaults",
            PLAIN,
            f"--datadir={self.home / 'data'}",
            f"--socket={self.home / 's.sock'}",
            f"--pid-file={self.home / 'pid'}",
            f"--bind-address={LOOPBACK}",
            f"--port={self.port}",
            "--max-connections=200",
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=128M",
            "--innodb-log-file-size=64M",
            "--wsrep-on=ON",
            f"--wsrep-provider={PROVIDER}",
            f"--wsrep-cluster-name={DATABASE}",
            f"--wsrep-node-name={self.name}",
            f"--wsrep-node-address={LOOPBACK}:{group}",
            f"--wsrep-node-incoming-address={self.address}",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address={LOOPBACK}:{copy}",
            "--wsrep-slave-threads=2",
            f"--wsrep-provider-options={PROVIDER_OPTIONS};base_host={LOOPBACK};base_port={group};"
            f"gmcast.listen_addr=tcp://{LOOPBACK}:{group};"
            f"ist.recv_addr={LOOPBACK}:{missing}",
        ]

    def _recovered_place(self) -> str:
        """Return the last write set that a killed server had, as its service script finds it out."""
        before = len(self.log)
        self._popen([*self._words(), "--wsrep-cluster-address=gcomm://", "--wsrep-recover"]).wait(WITHIN)
        places = re.findall(r"Recovered position:\s*(\S+)", self.log[before:])
        return str(places[-1]) if places else ""

    def _popen(self, words: list[str]) -> "subprocess.Popen[bytes]":
        other = {} if self.uid == os.getuid() else {"user": self.uid, "group": self.uid, "extra_groups": []}
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                words,
                cwd=self.home,
                env={"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "HOME": str(self.home), "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
                **other,  # type: ignore[arg-type]
            )


@dataclass
class Cluster:
    """Three nodes; the first is the one that everybody writes to as long as it is there."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def hosts(self) -> str:
        return ",".join(node.address for node in self.nodes)

    @cached_property
    def url(self) -> str:
        return f"mysql+pymysql://root@{self.nodes[0].address}/{DATABASE}"

    def group_without(self, node: Node) -> str:
        return ",".join(f"{LOOPBACK}:{each.wires[0]}" for each in self.nodes if each is not node)

    def restart(self, node: Node) -> float:
        """Start a killed node again and return the seconds until it takes part."""
        began = clock.monotonic()
        node.start(self.group_without(node))
        node.await_ready(len(self.nodes))
        return clock.monotonic() - began

    def await_whole(self, back: Node) -> None:
        """Wait until one that was cut off takes part again; it learns last that it did not, so the others say it."""
        for node in (*(each for each in self.nodes if each is not back), back):
            node.await_ready(len(self.nodes))

    def digests(self) -> list[dict[str, int]]:
        """Return every node's checksum of every table."""
        return [_checksums(node) for node in self.nodes]


def _checksums(node: Node) -> dict[str, int]:
    with contextlib.closing(node.open()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
        tables = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(f"CHECKSUM TABLE {', '.join(tables)}")
        return dict(cursor.fetchall())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Form a cluster of three with an empty database; nothing of it is left behind."""
    uid, cluster = unprivileged_user(), Cluster()
    folder.chmod(0o755)
    for number in (1, 2, 3):
        port, *wires = free_ports(4)
        node = Node(f"node{number}", folder / f"node{number}", uid, port, tuple(wires))
        node.install()
        cluster.nodes.append(node)
    try:
        for members, node in enumerate(cluster.nodes, start=1):
            node.start(cluster.group_without(node) if members > 1 else "")
            node.await_ready(members)
        with contextlib.closing(cluster.nodes[0].open("")) as connection:
            connection.query(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
        yield cluster
    finally:
        for node in reversed(cluster.nodes):
            node.stop()


def free_ports(count: int) -> list[int]:
    """Return so many ports that are free just now, below those that the kernel hands out by itself."""
    with contextlib.ExitStack() as doors:
        found = []
        while len(found) < count:
            door = doors.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                door.bind((LOOPBACK, 10_000 + secrets.randbelow(22_000)))
                found.append(int(door.getsockname()[1]))
    return found
