"""What one machine does to a stack: killed programs, a killed supervisor, used ports, long paths."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from deploy.run import processes, secret_settings, valkey
from deploy.run.plan import Plan
from deploy.run.processes import Process, Record
from deploy.run.stack import free_ports, running
from deploy.run.supervision import Program, configuration
from deploy.run.watch import answers
from deploy.run.words import Refusal
from tests.faults.stack import Started, eventually, pids, refusal, started

pytestmark = pytest.mark.shows("story.1")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("stack") / "var", free_ports(), WITH_STUBBORN="1") as running:
        yield running


@pytest.mark.parametrize("name", ["valkey", "web", "stubborn"])
def test_a_killed_program_is_back_in_seconds(stack: Started, name: str) -> None:
    before = stack.pids()[name]

    os.kill(before, signal.SIGKILL)

    eventually(lambda: stack.pids().get(name, before) != before, within=10)


def test_the_same_folder_is_not_started_twice(stack: Started) -> None:
    said = refusal(stack.data, free_ports())

    assert f"already runs at http://127.0.0.1:{stack.port}" in said


def test_a_used_port_is_said_plainly(stack: Started, tmp_path: Path) -> None:
    said = refusal(tmp_path / "var", stack.port)

    assert said == f"Port {stack.port} is in use by another program. Choose another one, for example: " + (
        f"make run PORT={stack.port + 100}\n"
    )


def test_two_stacks_do_not_disturb_one_another(stack: Started, tmp_path: Path) -> None:
    before = stack.pids()

    with started(tmp_path / "var", free_ports()) as other:
        assert other.stop() == 0

    assert stack.pids() == before


def test_the_whole_program_survives_the_death_of_each_part(tmp_path: Path) -> None:
    port = free_ports()
    with running(data=tmp_path / "var", port=port) as whole:
        before = pids(whole.data)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)

        eventually(lambda: set(before.values()).isdisjoint(pids(whole.data).values()), within=20)
        eventually(lambda: pids(whole.data).keys() == before.keys(), within=20)
        eventually(lambda: answers(port, "/readyz"), within=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path / "var", free_ports(), WITH_STUBBORN="1") as stack:
        record = stack.record

        assert stack.stop(number) == 0

    assert processes.of_stack(record) == set()
    assert not (tmp_path / "var/run").exists()


def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    with started(tmp_path / "var", free_ports(), WITH_STUBBORN="1") as stack:
        record = stack.record

        os.kill(stack.supervisor_pid(), signal.SIGKILL)

        assert stack.launcher.wait(30) == 1
    assert processes.of_stack(record) == set()


def test_a_new_start_ends_what_a_crash_left(tmp_path: Path) -> None:
    port = free_ports()
    with started(tmp_path / "var", port, WITH_STUBBORN="1") as crashed:
        left = processes.of_stack(crashed.record)
        supervisor = crashed.supervisor_pid()
        os.kill(crashed.launcher.pid, signal.SIGSTOP)
        os.kill(supervisor, signal.SIGKILL)
        os.kill(crashed.launcher.pid, signal.SIGKILL)
        crashed.launcher.wait(10)
    left = {each for each in left if processes.is_alive(each)}

    with started(tmp_path / "var", port) as anew:
        assert "An earlier run was cut off" in anew.said
        assert {"valkey", "web"} <= anew.pids().keys()
    assert left
    assert not any(processes.is_alive(each) for each in left)


def test_a_killed_launcher_takes_its_supervisor_along(tmp_path: Path) -> None:
    with started(tmp_path / "var", free_ports()) as stack:
        supervisor = processes.find(stack.supervisor_pid())
        assert supervisor

        stack.launcher.kill()

        eventually(lambda: not processes.is_alive(supervisor))


def test_a_stranger_with_a_recorded_pid_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        same = processes.find(stranger.pid)
        assert same
        earlier = Process(same.pid, same.started - 1)

        ended = processes.end(Record(processes.boot_id(), "mark", earlier, "", (earlier,)), patience=0)

        assert (ended, stranger.poll()) == (0, None)
        stranger.terminate()


def test_a_record_from_before_a_power_cut_ends_nothing(stack: Started) -> None:
    record = stack.record

    before_the_cut = Record("another boot", record.mark, record.launcher, record.web, record.processes)

    assert processes.of_stack(record)
    assert processes.of_stack(before_the_cut) == set()


def test_a_long_path_works(tmp_path: Path) -> None:
    data = tmp_path.joinpath(*["a-long-name-for-a-folder #1 %s 灵寿县"] * 4) / "var"
    data.parent.mkdir(parents=True)
    with started(data, free_ports()) as stack:
        sockets = (data / "run/sockets").readlink()
        with redis.Redis(unix_socket_path=str(sockets / "valkey.sock")) as client:
            answered = client.ping()

        assert stack.stop() == 0

    assert answered
    assert not sockets.exists()


def test_a_program_that_fails_shows_its_last_words(tmp_path: Path) -> None:
    with started(tmp_path / "var", free_ports(), waiting=False, WITH_BROKEN="1") as stack:
        eventually(lambda: "“broken” does not stay up" in stack.said)
        eventually(lambda: "no database today" in stack.said)


def test_a_fresh_start_removes_only_what_is_its_own(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with started(data, free_ports()) as stack:
        stack.stop()
    (data / "old.sqlite3").touch()

    with started(data, free_ports(), FRESH="1"):
        assert not (data / "old.sqlite3").exists()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()

    assert "is not a data folder of this program" in refusal(tmp_path, free_ports(), FRESH="1")
    assert (tmp_path / "letters.txt").exists()


def test_the_keys_of_a_real_database_are_not_thrown_away(tmp_path: Path) -> None:
    said = refusal(tmp_path / "var", free_ports(), FRESH="1", DATABASE_URL="mysql+pymysql://somewhere/real")

    assert "would throw away the keys" in said


def test_a_port_that_is_no_port_is_said_plainly(tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "deploy.run"], env={**os.environ, "PORT": "web"}, capture_output=True, text=True
    )

    assert (asked.returncode, asked.stdout) == (1, "PORT=web is no port; it is a number from 1 to 65534.\n")


def test_the_supervisors_settings_quote_what_they_are_given() -> None:
    text = configuration([Program("web", ("/opt/a #1/python", "100%"), once=True)])

    assert "command='/opt/a ''#1/python' 100%%\n" in text
    assert "autorestart=false" in text


def test_a_demo_brings_its_own_wechat_and_a_real_one_does_not(tmp_path: Path) -> None:
    assert Plan(tmp_path, 8000, demo=True, given={}).ports == (8000, 8001)
    assert Plan(tmp_path, 8000, demo=True, given={"WECHAT_BASE_URL": "https://api.weixin.qq.com"}).ports == (8000,)
    assert Plan(tmp_path, 8000, demo=False, given={}).ports == (8000,)


def test_without_the_wheel_a_server_on_the_path_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Refusal, match="A Redis or Valkey server is needed"):
        valkey.find_server()
    server = tmp_path / "redis-server"
    server.symlink_to("/bin/true")

    assert valkey.find_server() == str(server)


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"

    first = secret_settings.kept(file, secret_settings.OF_EVERY_STACK)
    more = secret_settings.kept(file, secret_settings.OF_THE_EMULATOR)

    assert secret_settings.kept(file, secret_settings.OF_EVERY_STACK) == first
    assert len(more["WECHAT_PUSH_AES_KEY"]) == 43
    assert file.stat().st_mode & 0o777 == 0o600
