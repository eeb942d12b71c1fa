#!/usr/bin/env bash
# Installs what the mini-program is built with, exactly as its lock file says; takes no time when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/../../miniprogram"

stamp="node_modules/.installed"
wanted="$(cat package.json package-lock.json | sha256sum)"
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0
if ! command -v npm >/dev/null; then
    echo "Node with npm (18 or newer) is needed for the mini-program. Type:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends nodejs npm" >&2
    exit 1
fi
echo "Installing the mini-program's tools (npm ci) …"
npm ci --ignore-scripts --no-audit --no-fund --silent
echo "$wanted" >"$stamp"
