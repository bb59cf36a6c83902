#!/bin/sh
# thread_safety.sh BUILD: what uses mutexes (types/sync/mutex.h) keeps the rules its annotations state, as Clang's
# -Wthread-safety reads them. Checks sources that include the header, or a header of ours that does. Prints what clang
# finds; last line: N passed, M failed.
set -eu
build=$1
cd "$(dirname -- "$0")/../.."
clang=$(command -v clang++-14 || command -v clang++ || true)
if [ -z "$clang" ]; then
  echo "skipped: there is no clang++ (apt-get install clang)"
  exit 77
fi
[ -f "$build/compile_commands.json" ] || { echo "no compile_commands.json in $build"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

layers=''
for layer in types storage planner io executor session shell server; do
  [ ! -d "$layer" ] || layers="$layers $layer"
done
# shellcheck disable=SC2086
{
  echo types/sync/mutex.h
  grep -rl '"types/sync/mutex.h"' $layers --include='*.h'
} | sed 's/.*/#include "&"/' >"$folder/headers"
# shellcheck disable=SC2086
grep -rlFf "$folder/headers" $layers --include='*.cc' | sort >"$folder/files"

# check FILE: with the include paths and definitions of its own entry.
cat >"$folder/check" <<'END'
flags=$(awk -v file="$PWD/$4" '
  /"command":/ { command = $0 }
  index($0, "\"file\": \"" file "\"") {
    n = split(command, word, " ")
    for (i = 1; i <= n; ++i) {
      if (word[i] ~ /^-[ID]/ || word[i] ~ /^-std=/) print word[i]
      if (word[i] == "-isystem") print word[i], word[i + 1]
    }
    exit
  }' "$2/compile_commands.json" | tr -d '\\"')
# shellcheck disable=SC2086
"$1" $flags -fsyntax-only -Wno-everything -Wthread-safety -Werror "$4" >"$3/$$.log" 2>&1 || mv "$3/$$.log" "$3/$$.bad"
END
xargs -P "$(nproc)" -n 1 sh "$folder/check" "$clang" "$build" "$folder" <"$folder/files"
failed=$(find "$folder" -name '*.bad' | wc -l)
cat "$folder"/*.bad 2>/dev/null || true
echo "$(($(wc -l <"$folder/files") - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
