#!/bin/bash
# `parton test`: what it counts, where it looks for setup.sql, what it prints.
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

# run NAME STATUS PATTERN -- ARGUMENTS: of both outputs together; lines are joined by ~.
run() {
  local name=$1 status=$2 pattern=$3
  shift 4
  "$shell" test "$@" >out.txt 2>&1
  local got=$?
  if [ "$status" = "$got" ] && tr '\n' '~' <out.txt | grep -Eq -- "$pattern"; then
    pass
  else
    fail "$name" "status $got, expected $status" "expected $pattern:" "$(head -c 2000 out.txt)"
  fi
}

mkdir -p tests/inner/deep
echo "CREATE TABLE t (id NUMBER, PRIMARY KEY (id));" >tests/setup.sql
echo "INSERT INTO t VALUE {'id': 1};" >tests/inner/setup.sql
printf 'SELECT VALUE id FROM t;\n-- 1\n' >tests/inner/deep/inherits.sql
printf 'SELECT VALUE id FROM t;\n-- rows: 0\n' >tests/outer.sql
run 'setup of directories above' 0 '^4 passed, 0 failed~$' -- tests
run 'of a named directory only' 1 't not found' -- tests/inner
mkdir tests/.git
run 'up to the repository' 0 '^2 passed, 0 failed~$' -- tests/inner
run 'for one file' 0 '^2 passed, 0 failed~$' -- tests/inner/deep/inherits.sql
rmdir tests/.git

printf 'SELECT VALUE 1 + 1;\n\n-- 2\n' >stray.sql
run 'an expectation behind an empty line' 1 'stray.sql:3: script failed.*belongs to no statement: -- 2' -- stray.sql
printf 'SELECT VALUE 1 + 1;\n\n-- 2 is what comes.\n-- # 2\n' >prose.sql
run 'prose behind an empty line' 0 '^2 passed' -- prose.sql

cat >many.sql <<'END'
CREATE TABLE t (id NUMBER, PRIMARY KEY (id));

-- @test adds
INSERT INTO t VALUE {'id': 1};
-- affected: 1
SELECT VALUE id FROM t;
-- 2

-- @test removes
DELETE FROM t
WHERE id = 1;
-- affected: 2
END
run 'all' 1 'many.sql:6: adds, line 6 failed.*many.sql:10: removes, line 10 failed.*3 passed, 2 failed' -- many.sql
run 'a line' 0 '^1 passed, 0 failed~$' -- many.sql:4
run 'a line inside of a statement' 1 '^many.sql:10.*0 passed, 1 failed~$' -- many.sql:11
run 'a name' 1 'removes, line 10.*^?0 passed, 1 failed~$' -- many.sql --filter removes
run 'a path' 1 '3 passed, 2 failed' -- many.sql --filter many
run 'no such name' 2 'no test has nothing' -- many.sql --filter nothing
run 'the first failure' 1 '3 passed, 1 failed' -- many.sql --fail-fast
run 'no such file' 2 'nothing.sql does not exist' -- nothing.sql:3
run 'junit' 1 '<testcase classname="many.sql" name="adds, line 6" file="many.sql" line="6".*<failure message="[^"]+" type="failure">many.sql:6~' \
  -- many.sql --format junit
run 'no colour in a pipe' 1 '^many.sql:6' -- many.sql
run 'colour' 1 '31m- 2.*32m[+] 1.*31m3 passed' -- many.sql --color always
printf "SELECT COUNT(*) FROM range(1, 3000000000) AS a WHERE a < 0;\n" >slow.sql
run 'a time limit' 1 'slow.sql:1: line 1 failed.*it did not end within 0.3 s~' -- slow.sql --timeout 0.3
run 'a wrong time limit' 2 'timeout' -- slow.sql --timeout -1

# A change of a script, or of its setup, runs it again.
printf 'SELECT VALUE 1;\n-- 1\n' >watched.sql
"$shell" test watched.sql --watch >watch.txt 2>&1 &
watch=$!
seen() {
  for _ in $(seq 100); do
    if grep -q "$1" watch.txt; then pass; return; fi
    sleep 0.1
  done
  fail "watch: $1" "$(cat watch.txt)"
}
seen '^2 passed, 0 failed'
printf 'SELECT VALUE 1;\n-- 2\n' >watched.sql
seen '^1 passed, 1 failed'
kill "$watch"
wait "$watch" 2>/dev/null
finish
