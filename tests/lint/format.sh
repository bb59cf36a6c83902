#!/bin/sh
# format.sh: sources stand as .clang-format says. Another version of clang-format breaks lines elsewhere, so only 14 is
# asked. Prints the files that differ; last line: N passed, M failed.
set -eu
cd "$(dirname -- "$0")/../.."
format=$(command -v clang-format-14 || true)
if [ -z "$format" ]; then
  echo "skipped: there is no clang-format-14 (apt-get install clang-format-14)"
  exit 77
fi
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find include types net parser storage planner io executor session shell server capi bindings python node tests bench \
  \( -name '*.cc' -o -name '*.h' \) 2>/dev/null | sort >"$list"
differ=$(xargs "$format" --dry-run <"$list" 2>&1 | sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning: code should be.*/\1/p' | sort -u)
failed=$(printf '%s' "$differ" | grep -c . || true)
[ "$failed" = 0 ] || printf '%s\n' "$differ" "mend with: clang-format-14 -i FILE"
echo "$(($(wc -l <"$list") - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
