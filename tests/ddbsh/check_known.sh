#!/bin/sh
# check_known.sh SHELL SUITE KNOWN: runs SUITE/run.py (cases made from ddbsh's own tests) with the shell; exactly
# the cases that the file KNOWN lists must fail. Skipped (77) where there is no suite or no python3.
set -u
shell=$1 suite=$2 known=$3
if [ ! -f "$suite/run.py" ]; then
  echo "skipped: no ddbsh cases at $suite"
  exit 77
fi
if ! command -v python3 >/dev/null 2>&1; then
  echo "skipped: the ddbsh cases need python3"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PYTHONDONTWRITEBYTECODE=1 python3 "$suite/run.py" "$shell" --all >"$work/out" 2>"$work/err"
total=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/out" | tail -n 1)
if [ -z "$total" ]; then
  echo "the suite did not come to its end:"
  cat "$work/out" "$work/err"
  echo "0 passed, 1 failed"
  exit 1
fi
passed=${total% *} failed=${total#* }
sed -n 's/^FAIL \([^:]*\): .*/\1/p' "$work/out" | LC_ALL=C sort >"$work/failed"
sed -e '/^#/d' -e '/^ *$/d' -e 's/  *.*//' "$known" | LC_ALL=C sort >"$work/known"
if awk '!/^#/ && NF == 1' "$known" | grep .; then
  echo "known failures without a reason, in $known"
  exit 1
fi
LC_ALL=C comm -23 "$work/failed" "$work/known" >"$work/new"
LC_ALL=C comm -13 "$work/failed" "$work/known" >"$work/gone"
while read -r id; do grep -F "FAIL $id: " "$work/out"; done <"$work/new"
while read -r id; do echo "passes now, take it off the list: $id"; done <"$work/gone"
listed=$((failed - $(wc -l <"$work/new")))
echo "$listed known failures"
bad=$(($(wc -l <"$work/new") + $(wc -l <"$work/gone")))
echo "$passed passed, $bad failed"
[ "$bad" -eq 0 ]
