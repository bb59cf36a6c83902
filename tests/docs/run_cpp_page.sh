#!/bin/sh
# run_cpp_page.sh PAGE.md OUT.cc: the page's ```cpp blocks, in order, as the body of one program.
set -eu
{
  cat <<'HEAD'
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "parton/functions.h"
#include "parton/number.h"
#include "parton/tables.h"

static int Fail(const parton::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

int main() {
HEAD
  echo "#line 1 \"$1\""
  awk '/^```cpp/ { inside = 1; print ""; next } /^```/ { inside = 0; print ""; next } { print inside ? $0 : "" }' "$1"
  echo '  return 0;
}'
} >"$2"
