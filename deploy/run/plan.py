"""What one stack consists of: its settings, its programs and its addresses, worked out from what was asked for."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.services.templates import for_emulator
from deploy.run import secret_settings, valkey
from deploy.run.folder import Folder
from deploy.run.supervision import Program
from deploy.run.words import Refusal

LOOPBACK = "127.0.0.1"
MOST_SENDERS = 32


@dataclass(frozen=True)
class Plan:
    """What was asked for; `given` is the environment, whose settings go before our own."""

    data: Path
    port: int
    demo: bool
    crowd: bool = True
    tick: int | None = None
    fresh: bool = False
    ready_file: Path | None = None
    given: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def has_emulator(self) -> bool:
        """A demo speaks with our WeChat emulator unless another WeChat is named."""
        return self.demo and not self.given.get("WECHAT_BASE_URL")

    @property
    def has_valkey(self) -> bool:
        """The stack brings its own Valkey unless a REDIS_URL names another."""
        return not self.given.get("REDIS_URL")

    @property
    def web(self) -> str:
        """Where the web answers; only on this machine: a real county puts its HTTPS proxy in front."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def wechat(self) -> str:
        """Where the emulator answers; empty without one."""
        return f"http://{LOOPBACK}:{self.port + 1}" if self.has_emulator else ""

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that the stack listens on."""
        return (self.port, self.port + 1) if self.has_emulator else (self.port,)


@dataclass(frozen=True)
class Assembly:
    """A stack ready to start: what goes first and must succeed, and what then is kept alive."""

    environment: dict[str, str]
    first: tuple[tuple[str, ...], ...]
    programs: tuple[Program, ...]


def assemble(plan: Plan, folder: Folder) -> Assembly:
    """Work out the real stack; makes its secrets and Valkey's settings on the way."""
    programs = (*_valkey(plan, folder), *_emulator(plan, folder), *_own_programs(plan), *_demo(plan))
    return Assembly(environment(plan, folder), (_flask("migrate"),), programs)


def environment(plan: Plan, folder: Folder) -> dict[str, str]:
    """Return the environment of every program: ours, and over it what the caller's environment sets."""
    secrets_file = folder.path / "secrets.env"
    own = secret_settings.kept(secrets_file, secret_settings.OF_EVERY_STACK)
    own |= {"PUBLIC_URL": plan.web, "PYTHONUNBUFFERED": "1"}
    if plan.has_valkey:
        own["REDIS_URL"] = valkey.address(folder)
    if plan.demo:
        own["SECURE_COOKIES"] = "0"
    if plan.has_emulator:
        own |= secret_settings.kept(secrets_file, secret_settings.OF_THE_EMULATOR)
        own |= {"WECHAT_BASE_URL": plan.wechat, "EMULATOR_URL": plan.wechat}
    forced = {
        "DATA_DIR": str(folder.path),
        "PORT": str(plan.port),
        "DEMO": "1" if plan.demo else "0",
        "PROMETHEUS_MULTIPROC_DIR": str(folder.run / "metrics"),
        # A company's HTTP proxy must not be asked for our own loopback addresses.
        "NO_PROXY": ",".join(filter(None, (plan.given.get("NO_PROXY"), LOOPBACK, "localhost"))),
    }
    if plan.tick is not None:
        forced["TICK_SECONDS"] = str(plan.tick)
    forced["no_proxy"] = forced["NO_PROXY"]
    return own | {name: value for name, value in plan.given.items() if value or name not in own} | forced


def _python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def _flask(*words: str) -> tuple[str, ...]:
    return _python("-m", "flask", "--app", "wsgi", *words)


def _valkey(plan: Plan, folder: Folder) -> tuple[Program, ...]:
    if not plan.has_valkey:
        return ()
    return (Program("valkey", (valkey.find_server(), str(valkey.write_settings(folder)))),)


def _emulator(plan: Plan, folder: Folder) -> tuple[Program, ...]:
    if not plan.has_emulator:
        return ()
    state = str(folder.path / "emulator")
    templates = folder.run / "templates.json"
    templates.write_text(json.dumps(for_emulator(), ensure_ascii=False), encoding="utf-8")
    where = ("--port", str(plan.port + 1), "--state", state, "--backend-url", plan.web, "--templates", str(templates))
    return (Program("wechat", _python("-m", "backend.wechat.emulator", *where)),)


def _own_programs(plan: Plan) -> tuple[Program, ...]:
    server = ("-m", "gunicorn", "-c", "python:deploy.run.gunicorn_settings", "--bind", f"{LOOPBACK}:{plan.port}")
    return (
        Program("web", _python(*server, "wsgi:create_app()"), patience=15),
        *(Program(name, _python("-m", "jobs.worker", "send"), patience=20) for name in _senders(plan)),
        Program("work", _python("-m", "jobs.worker", "work"), patience=20),
        Program("files", _python("-m", "jobs.worker", "files"), patience=20),
        Program("metronome", _python("-m", "jobs.metronome")),
    )


def _senders(plan: Plan) -> list[str]:
    """Name the sending workers: one, or as many as SEND_WORKERS says."""
    word = plan.given.get("SEND_WORKERS") or "1"
    if not word.isdigit() or not 1 <= int(word) <= MOST_SENDERS:
        raise Refusal(f"SEND_WORKERS={word} is no number of workers; it is one from 1 to {MOST_SENDERS}.")
    more = range(2, int(word) + 1)
    return ["send", *(f"send-{number}" for number in more)]


def _demo(plan: Plan) -> tuple[Program, ...]:
    if not plan.demo:
        return ()
    return (Program("demo", _flask("demo", "make", *(() if plan.crowd else ("--no-crowd",))), once=True),)
