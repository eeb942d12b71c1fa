#!/usr/bin/env bash
# Makes .venv and installs what the named requirement files pin; takes no time when nothing has changed since.
# Usage: venv.sh FILE…   PYTHON names another Python than python3.
set -euo pipefail
cd "$(dirname "$0")/../.."

python="${PYTHON:-python3}"
as_root="sudo "
[ "$(id -u)" -ne 0 ] || as_root=""

refuse() {
    printf '%s\n    %s\n' "$1" "$2" >&2
    exit 1
}

works() { # a copied or moved checkout has scripts that name the old place
    .venv/bin/python -c '' 2>/dev/null && head -n 3 .venv/bin/pip 2>/dev/null | grep -qF "$PWD/.venv/bin/python"
}
wanted() { echo "$(.venv/bin/python -V) $(cat "$@" | sha256sum)"; }

stamp=".venv/.installed-$(basename "${@: -1}" .txt)"
if works; then
    [ "$(cat "$stamp" 2>/dev/null)" != "$(wanted "$@")" ] || exit 0
else
    if ! command -v "$python" >/dev/null; then
        refuse "Python 3.11 or newer is needed and $python is not here. Type:" \
            "${as_root}apt-get update && ${as_root}apt-get install -y python3 python3-venv"
    fi
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        refuse "Python 3.11 or newer is needed; $python is $("$python" -V 2>&1). Install a newer one and type:" \
            "make run PYTHON=python3.12"
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        refuse "Python's part for virtual environments (python3-venv) is not installed. Type:" \
            "${as_root}apt-get update && ${as_root}apt-get install -y python3-venv"
    fi
    echo "Making a virtual environment in .venv …"
    # A link leads to another checkout's: that one is not ours to clear.
    [ ! -L .venv ] || rm .venv
    "$python" -m venv --clear .venv
fi

echo "Installing the packages of $* (a minute or two the first time) …"
requirements=()
for file in "$@"; do
    requirements+=(-r "$file")
done
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input "${requirements[@]}" &
pip=$!
trap 'kill "$pip" 2>/dev/null || true' INT TERM
waited=0
while kill -0 "$pip" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    [ $((waited % 10)) -ne 0 ] || echo "  … still installing, $waited s"
done
if ! wait "$pip"; then
    echo "The packages could not be installed; what pip said stands above. Is the network there? Then try again." >&2
    exit 1
fi
wanted "$@" >"$stamp"
echo "Installed in $waited s."
