#!/bin/sh
# names.sh: every path, class and function that docs/architecture*.md and docs/glossary.md name in backticks is there.
# A token with a `/` is a path from the root; any other single word is a name in the sources. Tokens with blanks or
# signs are code, and not checked. Prints what is missing; last line: N passed, M failed.
set -eu
cd "$(dirname -- "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

layers=''
for layer in include grammar types parser storage planner io executor session shell server capi tests; do
  [ ! -d "$layer" ] || layers="$layers $layer"
done
# shellcheck disable=SC2086
find $layers \( -name '*.h' -o -name '*.cc' -o -name '*.g4' \) -exec cat {} + | tr -cs 'A-Za-z0-9_' '\n' | sort -u >"$folder/words"

passed=0 failed=0
for page in docs/architecture.md docs/architecture/*.md docs/glossary.md; do
  awk '/^```/ { code = !code; next } !code' "$page" | grep -o '`[^`]*`' | tr -d '`' | sort -u >"$folder/tokens"
  while IFS= read -r token; do
    case $token in
      *' '* | *[\'\"\(\)\<\>=\&,-]*) continue ;;
      */*)
        # shellcheck disable=SC2086
        if ls -d $token >/dev/null 2>&1; then passed=$((passed + 1)); continue; fi ;;
      *[!A-Za-z0-9_:]*) continue ;;
      *)
        missing=no
        for word in $(printf '%s' "$token" | tr ':' ' '); do
          [ -e "$word" ] || grep -qxF -- "$word" "$folder/words" || missing=yes
        done
        if [ "$missing" = no ]; then passed=$((passed + 1)); continue; fi ;;
    esac
    echo "$page: $token is not there"
    failed=$((failed + 1))
  done <"$folder/tokens"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
