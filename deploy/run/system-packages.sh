#!/usr/bin/env bash
# Sees to the Debian packages that the tests need: installs what is missing as root, else says what to type.
# Usage: system-packages.sh [PROGRAM…], further packages that are called like their program.
set -euo pipefail

missing=()
need() { # need PACKAGE TEST…: the package is missing when the test fails
    local package="$1"
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
has_library() { compgen -G "$1" >/dev/null; }
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

PATH="$PATH:/usr/sbin:/sbin"
need mariadb-server command -v mariadbd
need chromium has_browser
need nodejs command -v node
need npm command -v npm
need nginx-light command -v nginx
need openssl command -v openssl
need libfaketime has_library '/usr/lib/*/faketime/libfaketime.so.1'
for program in "$@"; do
    need "$program" command -v "$program"
done

[ "${#missing[@]}" -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need packages that are not installed. Type:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "Installing the packages that the tests need: ${missing[*]} (a minute or two) …"
export DEBIAN_FRONTEND=noninteractive
log="$(mktemp)"
undo=("$log")
trap 'rm -f "${undo[@]}"' EXIT
# The tests start servers themselves; what is installed starts none.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    undo+=(/usr/sbin/policy-rc.d)
    install -m 755 /dev/stdin /usr/sbin/policy-rc.d <<<$'#!/bin/sh\nexit 101'
fi
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "The packages could not be installed; what apt-get said stands above." >&2
    exit 1
fi
