#!/bin/sh
# run_page.sh PARTON PAGE.md: runs the page's ```sql blocks, in order, as one script of `parton test`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Lines keep their numbers, so that a failure names the line of the page.
awk '/^```sql/ { inside = 1; print ""; next } /^```/ { inside = 0; print ""; next } { print inside ? $0 : "" }' \
  "$2" >"$folder/$(basename "$2" .md).sql"
"$1" test "$folder"
