#!/usr/bin/env bash
# Runs a command and appends date, commit, duration, result and last line to docs/runs.md.
# Usage: recorded.sh NAME COMMAND…
set -euo pipefail
cd "$(dirname "$0")/../.."

name="$1"
shift
commit="$(git rev-parse --short HEAD 2>/dev/null || echo none)"
[ -z "$(git status --porcelain -- . ':!docs/runs.md' 2>/dev/null)" ] || commit="$commit+changes"
output="$(mktemp)"
trap 'rm -f "$output"' EXIT

began="$(date -u +%s)"
status=0
"$@" 2>&1 | tee "$output" || status=$?
seconds=$(($(date -u +%s) - began))

runs=docs/runs.md
if [ ! -s "$runs" ]; then
    mkdir -p docs
    printf '# Runs\n\nWhat was run, on which commit, and how it ended. Written by `make`.\n\n' >"$runs"
    printf '| date (UTC) | commit | what | seconds | exit | last line |\n| --- | --- | --- | --- | --- | --- |\n' >>"$runs"
fi
# Without colours, and without the sign that would end a cell.
last="$(sed 's/\x1b\[[0-9;]*m//g; s/|/\//g' "$output" | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-120 || true)"
printf '| %s | %s | %s | %s | %s | %s |\n' \
    "$(date -u +'%F %H:%M')" "$commit" "$name" "$seconds" "$status" "$last" >>"$runs"
exit "$status"
