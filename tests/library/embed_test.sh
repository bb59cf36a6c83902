#!/bin/sh
# embed_test.sh BUILD-DIR SOURCE-DIR CXX: installs Parton to a folder of its own and builds and runs the example that
# finds it there, as a user's project would.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/parton" >/dev/null
cmake -G Ninja -S "$2/examples/embed" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/parton" -DCMAKE_CXX_COMPILER="$3" \
  -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$folder/build" >"$folder/build.log" || { cat "$folder/build.log"; exit 1; }
"$folder/build/jukebox" >"$folder/out"
diff - "$folder/out" <<'OUT'
second time: DuplicateItemException
Late Tram       3
Glass Harbour   1
path: Query songs.chart
OUT
# What it wrote to a directory is there for the shell.
"$folder/build/jukebox" "$folder/music.db" >/dev/null
test "$("$folder/parton/bin/parton" "$folder/music.db" --mode csv -c "SELECT SUM(plays) AS n FROM songs")" = 'n
4'
echo "1 passed, 0 failed"
