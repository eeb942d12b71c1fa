"""`python -m deploy.run.within COMMAND …` runs one command with the settings of the stack in DATA_DIR."""

import os
import sys
from pathlib import Path

from deploy.run.__main__ import read_plan
from deploy.run.folder import Folder
from deploy.run.plan import environment


def main() -> None:
    """Become the command; it sees what the stack's programs see, whether the stack runs or not."""
    plan = read_plan([])
    plan.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = environment(plan, Folder(plan.data, lock=-1))
    # One process that writes no metrics: the folder for them is there only while the stack runs.
    del settings["PROMETHEUS_MULTIPROC_DIR"]
    program = Path(sys.executable).with_name(sys.argv[1])
    os.execve(program, [str(program), *sys.argv[2:]], settings)  # noqa: S606 - what the caller typed


if __name__ == "__main__":
    main()
