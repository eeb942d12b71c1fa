#!/usr/bin/env bash
# Asks the public lists of known holes about every package that is pinned here; needs the network, so it is run by hand.
# Ends with 0 when none is known, 1 when one is, 2 when nobody could be asked.
set -uo pipefail
cd "$(dirname "$0")/../.."

pip_audit_version=2.10.1
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
found=0 unasked=0

# Prints a tool's report and notes what came of it: $1 is whose packages, the rest the command.
ask() {
    local whose="$1" report="$folder/report" status=0
    shift
    "$@" >"$report" 2>&1 || status=$?
    echo "== $whose"
    if [ "$status" -eq 124 ] || { [ "$status" -ne 0 ] && grep -qiE 'connection|resolve|network|timed? ?out|ENOTFOUND|ECONN|EAI_AGAIN|proxy|40[0-9] |50[0-9] ' "$report"; }; then
        echo "The list of known holes cannot be reached from here; try again where it can."
        unasked=1
    elif [ "$status" -ne 0 ]; then
        cat "$report"
        found=1
    else
        echo "no known hole"
    fi
}

if "${PYTHON:-python3}" -m venv "$folder/venv" &&
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "pip-audit==$pip_audit_version" >"$folder/install" 2>&1; then
    for list in requirements.txt requirements-dev.txt; do
        ask "$list" timeout 300 "$folder/venv/bin/pip-audit" --disable-pip --no-deps --progress-spinner off -r "$list"
    done
else
    echo "pip-audit cannot be fetched from here; try again where packages can be had."
    unasked=1
fi
for place in miniprogram miniprogram/tools/wxci; do
    [ -f "$place/package-lock.json" ] && ask "$place" timeout 120 npm audit --fetch-retries=0 --fetch-timeout=20000 --prefix "$place" --audit-level=low
done

[ "$found" -eq 1 ] && exit 1
[ "$unasked" -eq 1 ] && exit 2
echo "No hole is known in any pinned package."
