"""`python -m deploy.run`: the whole program on this machine until Ctrl-C; `make run` calls it."""

import argparse
import os
import sys
from pathlib import Path

from deploy.run.folder import CHECKOUT
from deploy.run.launcher import launch
from deploy.run.plan import Plan, assemble
from deploy.run.supervision import end_with_parent
from deploy.run.words import Refusal, say

HIGHEST_PORT = 65534
"""The emulator takes the next one."""


def read_plan(words: list[str]) -> Plan:
    """Read what is asked for from the command line and, where that is silent, from the environment."""
    parser = argparse.ArgumentParser(prog="python -m deploy.run", description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder (DATA_DIR; default: var in the checkout)")
    parser.add_argument("--port", help="port of the web (PORT; default 8000); the WeChat emulator takes the next one")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--demo", action="store_true", help="with invented people (default without DATABASE_URL; DEMO=1)")
    kind.add_argument("--empty", action="store_true", help="without demo data and emulator (DEMO=0)")
    parser.add_argument("--no-crowd", action="store_true", help="demo accounts and villages, no invented households")
    parser.add_argument("--tick", type=int, help="seconds between two looks for due work (TICK_SECONDS)")
    parser.add_argument("--fresh", action="store_true", help="remove what the data folder holds first (FRESH=1)")
    parser.add_argument("--ready-file", type=Path, help="written, with the addresses, when everything is ready")
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the starting process dies")
    asked = parser.parse_args(words)
    if asked.end_with_parent:
        end_with_parent()
    return Plan(
        data=(asked.data or Path(os.environ.get("DATA_DIR") or CHECKOUT / "var")).absolute(),
        port=_port(asked.port or os.environ.get("PORT") or "8000"),
        demo=asked.demo or (not asked.empty and _demo_by_default()),
        crowd=not asked.no_crowd,
        tick=asked.tick,
        fresh=asked.fresh or os.environ.get("FRESH") == "1",
        ready_file=asked.ready_file,
    )


def _demo_by_default() -> bool:
    wish = os.environ.get("DEMO")
    return wish.lower() in {"1", "true", "yes", "on"} if wish else not os.environ.get("DATABASE_URL")


def _port(word: str) -> int:
    if not word.isdigit() or not 0 < int(word) <= HIGHEST_PORT:
        raise Refusal(f"PORT={word} is no port; it is a number from 1 to {HIGHEST_PORT}.")
    return int(word)


def main() -> int:
    """Run the stack; a refusal is one sentence and exit status 1."""
    try:
        return launch(read_plan(sys.argv[1:]), assemble)
    except Refusal as refusal:
        say(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main())
