"""The client's own promises that need no phone: the typed API is the committed one, and the queue loses nothing."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import CLIENT

UNIT_TESTS = sorted((CLIENT / "tests").glob("*.test.ts"))


def run(*command: object) -> str:
    done = subprocess.run([*map(str, command)], cwd=CLIENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.shows("client.1")
def test_the_clients_types_are_those_of_the_committed_description(tmp_path: Path) -> None:
    made = tmp_path / "schema.d.ts"

    run("node", "tools/schema.mjs", made)

    assert made.read_text() == (CLIENT / "src/api/schema.d.ts").read_text(), "npm run schema --prefix miniprogram"


@pytest.mark.shows("client.1")
def test_a_wrong_path_word_or_body_does_not_compile(tmp_path: Path) -> None:
    config = tmp_path / "tsconfig.json"
    told = {
        "extends": str(CLIENT / "tsconfig.json"),
        "include": [str(CLIENT / "tests/client.types.ts"), str(CLIENT / "src/**/*.ts")],
        "compilerOptions": {"typeRoots": [str(CLIENT / "node_modules")]},
    }
    config.write_text(json.dumps(told))

    run("node_modules/.bin/tsc", "--noEmit", "-p", config)


@pytest.mark.shows("client.3", "client.6")
@pytest.mark.parametrize("test", UNIT_TESTS, ids=lambda path: path.name.split(".")[0])
def test_the_plain_parts_keep_their_promises(test: Path, tmp_path: Path) -> None:
    """Runs `node --test`; the thousand interleavings of three phones and the broken photos are in there."""
    built = tmp_path / "test.mjs"
    run("node_modules/.bin/esbuild", test, "--bundle", "--platform=node", "--format=esm", f"--outfile={built}")

    said = run("node", "--test", "--test-reporter=tap", built)

    assert "# fail 0" in said
    assert "# pass 0" not in said
