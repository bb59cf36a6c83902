#!/bin/sh
# clients_test.sh FOLDER BUILD: the checks of FOLDER/clients.mjs with libraries of npm (SDK for JavaScript, ElectroDB, OneTable, ...)
# against a server of our own. Packages go into BUILD. Skipped (77) without node, npm, the folder, or the packages.
set -eu
[ -f "$1/clients.mjs" ] || { echo "skipped: no clients at $1"; exit 77; }
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: there is no node or no npm"; exit 77; }
mkdir -p "$2"
cp "$1/package.json" "$1/clients.mjs" "$2/"
cd "$2"
if [ ! -d node_modules/electrodb ]; then
  npm install --no-audit --no-fund --ignore-scripts --loglevel=error >npm.log 2>&1 || { echo "skipped: npm has no packages"; exit 77; }
fi
# The URL comes over a pipe; the server ends with the script.
mkfifo "$2/ready.$$"
"$PARTON" serve --port 0 --ready-fd 3 3>"$2/ready.$$" >/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$2/ready.$$"' EXIT
read -r url <"$2/ready.$$"
NODE_NO_WARNINGS=1 node clients.mjs "$url"
