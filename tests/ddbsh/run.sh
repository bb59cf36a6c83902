#!/bin/bash
# ddbsh's own tests through the shell: ../shared/ddbsh/run.py. Passes if exactly the known cases fail.
# run.sh SHELL SOURCE_DIR
runner=$2/../shared/ddbsh/run.py
if [ ! -f "$runner" ] || ! command -v python3 >/dev/null 2>&1; then
  echo "skipped: $runner or python3 is not there"
  exit 77
fi
known=$(grep -v '^#' "$2/tests/ddbsh/known_failures.txt" | cut -f1 | sort)
out=$(python3 "$runner" "$1" --all)
failing=$(printf '%s\n' "$out" | sed -n 's/^FAIL \([^:]*\):.*/\1/p' | sort)
new=$(comm -13 <(printf '%s\n' "$known") <(printf '%s\n' "$failing") | sed '/^$/d')
gone=$(comm -23 <(printf '%s\n' "$known") <(printf '%s\n' "$failing") | sed '/^$/d')
total=$(printf '%s\n' "$out" | sed -n 's/^\([0-9]*\) passed, .*/\1/p')
for id in $new; do printf '%s\n' "$out" | grep -F "FAIL $id:"; done
for id in $gone; do echo "$id passes now: take it off known_failures.txt"; done
lost=$(printf '%s %s\n' "$new" "$gone" | wc -w)
[ -n "$total" ] || { printf '%s\n' "$out"; lost=1; }
echo "${total:-0} passed, $lost failed"
[ "$lost" -eq 0 ]
