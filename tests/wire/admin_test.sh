#!/bin/sh
# admin_test.sh FOLDER BUILD: dynamodb-admin (npm) in a headless Chromium against a server of our own. Packages go into
# BUILD. Skipped (77) without node, npm, Chromium, or the packages.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: there is no node or no npm"; exit 77; }
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "skipped: there is no Chromium"; exit 77; }
mkdir -p "$2"
cp "$1/admin_test.mjs" "$2/"
cd "$2"
if [ ! -d node_modules/puppeteer-core ]; then
  echo '{"private": true}' >package.json
  npm install --no-audit --no-fund --ignore-scripts --loglevel=error dynamodb-admin@5 puppeteer-core@24 >npm.log 2>&1 ||
    { echo "skipped: npm has no packages"; exit 77; }
fi
# The URL comes over a pipe; the server ends with the script.
mkfifo "$2/ready.$$"
"$PARTON" serve --port 0 --ready-fd 3 3>"$2/ready.$$" >/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$2/ready.$$"' EXIT
read -r url <"$2/ready.$$"
timeout 240 node admin_test.mjs "$url" "$chromium"
