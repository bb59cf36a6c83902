#!/bin/sh
# The layers, as includes: no file includes a header of a layer above its own; LevelDB only in storage, ANTLR only
# in parser's sources, and the shell sees nothing but include/parton. The one header that all may use is
# types/sync/mutex.h, which needs the standard library only. Prints each offence; last line: N passed, M failed.
set -eu
cd "$(dirname -- "$0")/../.."
passed=0 failed=0

# check FOLDER FORBIDDEN-PATTERN WHY
check() {
  found=$(grep -rnE "^#include [\"<]($2)" "$1" --include='*.h' --include='*.cc' | grep -v '"types/sync/mutex\.h"$' || true)
  if [ -n "$found" ]; then
    failed=$((failed + 1))
    printf '%s: %s\n%s\n' "$1" "$3" "$found"
  else
    passed=$((passed + 1))
  fi
}

all='types|parser|net|storage|planner|io|executor|session|server|shell|capi'
check include/parton "($all|leveldb|antlr4-runtime|fmt)/" 'public headers stand alone'
check types '(parser|net|storage|planner|io|executor|session|server|shell)/' 'types is the lowest layer'
check parser '(net|storage|planner|io|executor|session|server|shell)/' 'parser stands on types only'
check net '(parser|storage|planner|io|executor|session|server|shell)/' 'net stands on types only'
check storage '(parser|planner|io|executor|session|server|shell)/' 'storage stands on types and net only'
check io '(parser|net|storage|planner|executor|session|server|shell)/' 'io stands on types only'
check planner '(net|io|executor|session|server|shell)/' 'planner stands on parser and storage'
check executor '(net|session|server|shell)/' 'executor runs plans, and knows no session'
check session '(server|shell)/' 'session does not know its clients'
check capi '(types|parser|storage|planner|io|executor|session|server|shell)/[a-z_]*/*[a-z_]*\.h' 'the C API uses include/parton only'
check server '(types|parser|storage|planner|io|executor|session|shell)/[a-z_]*/*[a-z_]*\.h' 'the server uses include/parton only'
check shell '(types|parser|storage|planner|io|executor|session)/[a-z_]*/*[a-z_]*\.h' 'the shell uses include/parton only'
for folder in python node bindings; do
  check "$folder" '(types|parser|net|storage|planner|io|executor|session|server|shell|capi)/' 'packages use include/parton only'
done
for folder in types parser net planner io executor; do
  check "$folder" 'storage/local/' 'the store is seen by its contracts alone'
done
for file in storage/*.h storage/*.cc; do
  check "$file" '(storage/local|leveldb)/' 'the seam does not know what is behind it'
done
for folder in include types parser net planner io executor session server shell; do
  check "$folder" 'leveldb/' 'LevelDB is storage'"'"'s alone'
done
for folder in include types net storage planner io executor session server shell; do
  check "$folder" '(antlr4-runtime|generated/)' 'ANTLR is the parser'"'"'s alone'
done
# Asio as C++20 takes seconds to compile: it is in two sources of the server and one of net, and in no header.
for folder in include types parser storage planner io executor session shell; do
  check "$folder" 'boost/(asio|beast)' 'connections are of the server and of net'
done
if grep -rlE '^#include <boost/(asio|beast)' server net --include='*.h'; then
  failed=$((failed + 1))
  echo 'server, net: Asio stays out of headers'
else
  passed=$((passed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
