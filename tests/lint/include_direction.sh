#!/bin/sh
# The layers, as includes: no file includes a header of a layer above its own; LevelDB only in storage, ANTLR only
# in parser's sources, and the shell sees nothing but include/parton. Prints each offence; last line: N passed, M failed.
set -eu
cd "$(dirname -- "$0")/../.."
passed=0 failed=0

# check FOLDER FORBIDDEN-PATTERN WHY
check() {
  found=$(grep -rnE "^#include [\"<]($2)" "$1" --include='*.h' --include='*.cc' || true)
  if [ -n "$found" ]; then
    failed=$((failed + 1))
    printf '%s: %s\n%s\n' "$1" "$3" "$found"
  else
    passed=$((passed + 1))
  fi
}

all='types|parser|storage|planner|io|executor|session|shell'
check include/parton "($all|leveldb|antlr4-runtime|fmt)/" 'public headers stand alone'
check types '(parser|storage|planner|io|executor|session|shell)/' 'types is the lowest layer'
check parser '(storage|planner|io|executor|session|shell)/' 'parser stands on types only'
check storage '(parser|planner|io|executor|session|shell)/' 'storage stands on types only'
check io '(parser|storage|planner|executor|session|shell)/' 'io stands on types only'
check planner '(io|executor|session|shell)/' 'planner stands on parser and storage'
check executor '(session|shell)/' 'executor runs plans, and knows no session'
check session 'shell/' 'session does not know the shell'
check shell '(types|parser|storage|planner|io|executor|session)/[a-z_]*/*[a-z_]*\.h' 'the shell uses include/parton only'
for folder in types parser planner io executor; do
  check "$folder" 'storage/local/' 'the store is seen by its contracts alone'
done
for file in storage/*.h storage/*.cc; do
  check "$file" '(storage/local|leveldb)/' 'the seam does not know what is behind it'
done
for folder in include types parser planner io executor session shell; do
  check "$folder" 'leveldb/' 'LevelDB is storage'"'"'s alone'
done
for folder in include types storage planner io executor session shell; do
  check "$folder" '(antlr4-runtime|generated/)' 'ANTLR is the parser'"'"'s alone'
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
