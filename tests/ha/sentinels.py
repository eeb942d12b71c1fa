"""One Redis master, two replicas and three Sentinels on loopback ports; the master is whoever they name."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from deploy.run.supervision import end_with_parent
from deploy.run.valkey import find_server
from tests.faults.stack import eventually
from tests.ha.galera import LOOPBACK, free_ports

MASTER = "shouwang"
QUORUM = 2
PATIENCE = 120.0
MANNERS = (
    f"sentinel down-after-milliseconds {MASTER} 3000",
    f"sentinel failover-timeout {MASTER} 10000",
    f"sentinel parallel-syncs {MASTER} 1",
)


@dataclass
class Group:
    """The servers by their ports, and who watches them."""

    folder: Path
    ports: list[int]
    watchers: list[int]
    running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def sentinels(self) -> str:
        return ",".join(f"{LOOPBACK}:{port}" for port in self.watchers)

    def master(self) -> int:
        quick = {"socket_timeout": 1.0, "retry": Retry(NoBackoff(), 0)}
        asked = Sentinel([(LOOPBACK, port) for port in self.watchers], sentinel_kwargs=quick)
        with contextlib.ExitStack() as stack:
            for each in asked.sentinels:
                stack.enter_context(each)
            return int(asked.discover_master(MASTER)[1])

    def start(self, port: int) -> None:
        """Start a server; its settings file is the one that Sentinels rewrite when the master changes."""
        self._run(port, str(self._settings(port)))

    def kill_master(self) -> int:
        """Kill the master and return its port."""
        port = self.master()
        self._end(port)
        return port

    def restart(self, port: int) -> None:
        """Start a killed server again and wait until it follows the master of today."""
        self.start(port)
        self.await_following(port)

    def await_following(self, port: int) -> None:
        """Wait until a server has what the master has."""
        eventually(lambda: self._follows(port), within=PATIENCE)

    def stop(self) -> None:
        for port in list(self.running):
            self._end(port)

    def _follows(self, port: int) -> bool:
        with contextlib.suppress(RedisError), Redis(LOOPBACK, port, socket_timeout=1.0) as client:
            said = client.info("replication")
            return said["role"] == "slave" and said["master_link_status"] == "up"
        return False

    def _settings(self, port: int) -> Path:
        file = self.folder / f"{port}.conf"
        if not file.exists():
            follows = "" if port == self.ports[0] else f"replicaof {LOOPBACK} {self.ports[0]}\n"
            file.write_text(
                f"port {port}\nbind {LOOPBACK}\ndir {self.folder}\nappendonly yes\nappenddirname log-{port}\n"
                f'dbfilename {port}.rdb\nsave ""\nmaxmemory-policy noeviction\n'
                f"repl-diskless-sync-delay 0\n{follows}"
            )
        return file

    def watch(self, port: int) -> None:
        file = self.folder / f"{port}.conf"
        monitor = f"sentinel monitor {MASTER} {LOOPBACK} {self.ports[0]} {QUORUM}"
        file.write_text("\n".join([f"port {port}", f"bind {LOOPBACK}", f"dir {self.folder}", monitor, *MANNERS, ""]))
        self._run(port, str(file), "--sentinel")

    def _run(self, port: int, *words: str) -> None:
        with (self.folder / f"{port}.log").open("ab") as log:
            self.running[port] = subprocess.Popen(
                [find_server(), *words], cwd=self.folder, stdout=log, stderr=log, preexec_fn=end_with_parent
            )

    def _end(self, port: int) -> None:
        server = self.running.pop(port)
        server.kill()
        server.wait()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Group]:
    """Start all six and wait until the Sentinels know each other and both replicas follow."""
    folder.mkdir()
    group = Group(folder, free_ports(3), free_ports(3))
    try:
        for port in group.ports:
            group.start(port)
        for port in group.ports[1:]:
            group.await_following(port)
        for port in group.watchers:
            group.watch(port)
        eventually(lambda: _know_each_other(group), within=PATIENCE)
        yield group
    finally:
        group.stop()


def _know_each_other(group: Group) -> bool:
    with contextlib.suppress(RedisError, KeyError, IndexError), contextlib.ExitStack() as stack:
        asked = [stack.enter_context(Redis(LOOPBACK, port)) for port in group.watchers]
        said = [each.sentinel_master(MASTER) for each in asked]
        return all(each["num-other-sentinels"] == 2 and each["num-slaves"] == 2 for each in said)
    return False
