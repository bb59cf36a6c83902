#!/bin/sh
# clang_tidy.sh SOURCE BUILD: .clang-tidy's checks over all sources, as many at a time as there are cores. Prints what
# they find; last line: N passed, M failed.
set -eu
source=$1 build=$2
tidy=$(command -v clang-tidy-14 || command -v clang-tidy || true)
if [ -z "$tidy" ]; then
  echo "skipped: there is no clang-tidy (apt-get install clang-tidy)"
  exit 0
fi
cd "$source"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
find types parser storage planner io executor session server shell bench -name '*.cc' | sort >"$folder/files"
# What clang itself says of system headers (it refuses one of ANTLR's, which GCC takes) is not about the sources.
# shellcheck disable=SC2016
xargs -P "$(nproc)" -n 1 sh -c '
  [ -f "$2/compile_commands.json" ] || echo "$4/: error: no compile_commands.json in $2" >"$3/$$.bad"
  "$1" -p "$2" --quiet "$5" 2>/dev/null >"$3/$$.log" || true
  if grep -q "^$4/.*: \(error\|warning\):" "$3/$$.log"; then mv "$3/$$.log" "$3/$$.bad"; fi' \
  tidy "$tidy" "$build" "$folder" "$source" <"$folder/files"
failed=$(find "$folder" -name '*.bad' | wc -l)
cat "$folder"/*.bad 2>/dev/null || true
echo "$(($(wc -l <"$folder/files") - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
