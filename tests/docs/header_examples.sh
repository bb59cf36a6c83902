#!/bin/sh
# header_examples.sh OUT.cc HEADER...: the examples in the comments of the headers (lines that start with `//` and three
# spaces), each as a function of one program.
set -eu
out=$1
shift
{
  cat <<'HEAD'
#include <cstdio>
#include <filesystem>

#include "parton/backups.h"
#include "parton/database.h"
#include "parton/functions.h"
#include "parton/json.h"
#include "parton/streams.h"
#include "parton/tables.h"

// What examples take as given.
static parton::Database* db;
static const parton::Value order_item = parton::Value::Struct({{"id", 1}});
static const parton::Value key = parton::Value::Struct({{"id", 1}});
static const char* const request_id = "r-1";
[[maybe_unused]] static const std::string label = "2026-01-01T00:00:00.000";
static bool succeeded = true;
static void Check(const parton::Status& s) {
  if (s.ok()) return;
  std::fprintf(stderr, "%s\n", s.ToString().c_str());
  succeeded = false;
}
HEAD
  for header in "$@"; do
    name=$(basename "$header" .h)
    echo "[[maybe_unused]] static void ${name}_example() {"
    echo "#line 1 \"$header\""
    sed -n 's,^//   \(.*\)$,\1,;t print
s,.*,,
: print
p' "$header"
    case $name in
      requests) echo 'Check(done);' ;;
      transaction) echo 'Check(moved);' ;;
      functions) echo 'Check(registered);' ;;
      status) echo 'Check(price.status());' ;;
      value) echo 'Check(sum.status()); Check(title.status()); Check(year.status());' ;;
    esac
    echo '}'
  done
  cat <<'TAIL'
int main() {
  std::filesystem::remove_all("music.db");
  status_example();
  value_example();
  functions_example();
  database_example();
  auto opened = parton::Database::Open(":memory:").value();
  db = opened.get();
  auto connection = db->Connect();
  Check(connection->ExecuteScript(R"(
    CREATE TABLE accounts (id STRING, PRIMARY KEY (id));
    INSERT INTO accounts << {'id': 'a', 'sum': 7}, {'id': 'b', 'sum': 7} >>;
    CREATE TABLE orders (id NUMBER, PRIMARY KEY (id));
    CREATE TABLE stock (id NUMBER, PRIMARY KEY (id));
    INSERT INTO stock VALUE {'id': 1, 'quantity': 9})"));
  transaction_example();
  requests_example();
  std::puts(connection->Execute("SELECT VALUE DOUBLE_IT(quantity) FROM stock").value()->All().value()[0].ToJson().c_str());
  return succeeded ? 0 : 1;
}
TAIL
} >"$out"
