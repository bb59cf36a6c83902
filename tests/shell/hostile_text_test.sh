#!/bin/bash
# Stored control characters never reach a terminal as such: not in a mode, not in a message, not in a menu.
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
if ! command -v script >/dev/null 2>&1; then
  echo 'skipped: there is no script(1) to make a terminal'
  exit 77
fi
export LC_ALL=C.UTF-8 TERM=xterm PARTON_PAGER=cat

# Sets the title, paints, rings, goes back; C1 controls; what turns the direction of text; line separators.
evil=$'x\e]0;title\a\e[35;5m\b\x7f\xc2\x9b35m\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8y'
bad='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c'

# Puts its arguments on a terminal; what arrives there, without the line ends that a terminal makes, is in seen.txt.
on_terminal() {
  printf '#!/bin/bash\nexec %s\n' "$(printf '%q ' "$shell" "$@")" >run.sh
  NO_COLOR=1 script -qefc 'bash run.sh' /dev/null </dev/null 2>&1 | sed 's/\r*$//' >seen.txt
}
clean() {  # NAME
  if LC_ALL=C grep -aqP "$bad" seen.txt; then
    fail "$1" "$(LC_ALL=C grep -aP "$bad" seen.txt | cat -v | head -5)"
  else
    pass
  fi
}
holds() {  # PATTERN NAME
  if LC_ALL=C.UTF-8 grep -aqE -- "$1" seen.txt; then pass; else fail "$2" "nothing holds $1:" "$(cat -v seen.txt | head)"; fi
}

quoted=${evil//\'/\'\'}
cat >load.sql <<S
CREATE TABLE t (id STRING, PRIMARY KEY (id));
INSERT INTO t VALUE {'id': '$quoted', '$quoted': 1, 'n': {'$quoted': ['$quoted']}, 's': <<'$quoted'>>};
CREATE TABLE u ("$evil" STRING, PRIMARY KEY ("$evil"));
S
"$shell" db.d -f load.sql >/dev/null 2>err.txt || fail 'the hostile items are stored' "$(cat -v err.txt)"
"$shell" db.d -c "CREATE TABLE \"$evil\" (id STRING, PRIMARY KEY (id))" >/dev/null 2>&1  # may be refused

for mode in table vertical jsonl json ddbjson csv markdown partiql chart; do
  on_terminal db.d --mode $mode -c 'SELECT * FROM t; SELECT VALUE x.id FROM t AS x; (SELECT MAX(id) AS m FROM t)'
  clean "mode $mode"
done
on_terminal db.d --mode chart -c 'SELECT id, 5 AS n FROM t'
clean 'labels of a chart'
holds '5 █' 'a chart is drawn'
for mode in table csv jsonl; do
  on_terminal db.d --mode $mode -c "'$quoted'; SHOW TABLES; SHOW CREATE TABLE u; DESCRIBE u; DESCRIBE t ATTRIBUTES"
  clean "one value, SHOW, DESCRIBE in mode $mode"
done
holds 'u009b' 'C1 controls are shown'
on_terminal db.d -c "EXPLAIN SELECT * FROM t WHERE id = '$quoted'; EXPLAIN (FORMAT JSON) SELECT \"$evil\" FROM t
  WHERE \"$evil\" > '$quoted'; EXPLAIN (FORMAT CLI) SELECT * FROM t WHERE id = '$quoted'; ADVISE SELECT * FROM t WHERE n = '$quoted'"
clean 'EXPLAIN, ADVISE'
on_terminal db.d --mode table -c ".schema
.tables
.dump
.indexes
.set v '$quoted'
.set
SELECT :v || :nope"
clean 'commands and variables'
on_terminal db.d -c "INSERT INTO t VALUE {'id': '$quoted'}"
clean 'an error of an item'
holds 'DuplicateItem' 'the error is there'
on_terminal db.d --json-errors -c "SELECT * FROM \"$evil-none\""
clean 'errors as JSON'
on_terminal db.d --keep-going -c "SELECT '$quoted' FROM; SELECT * FROM \"$evil$evil\"; .read $evil
.mode $evil
$evil;
UPDATE t SET \"$evil\" = 1 + 'a' WHERE id = 'x'; SELECT \"$evil$evil\" FROM t"
clean 'errors that quote the statement, and notes'
holds '\^' 'the caret is there'
on_terminal db.d --bogus "$evil"
clean 'wrong usage'
on_terminal "$evil"/x -c 1
clean 'a database that cannot be opened'
mkdir tests
printf "SELECT VALUE '%s' FROM [1] AS x;\n-- 'other %s'\n" "$quoted" "$quoted" >"tests/a.sql"
on_terminal test tests
clean 'the report of tests'
holds '1 failed' 'the report is there'

# Files and pipes get what is stored.
"$shell" db.d --mode csv -c 'SELECT VALUE x.id FROM t AS x' >plain.txt
if grep -qF "$evil" plain.txt; then pass; else fail 'a pipe gets the bytes' "$(cat -v plain.txt)"; fi
"$shell" db.d --mode csv -c ".once once.txt
SELECT VALUE x.id FROM t AS x;"
if grep -qF "$evil" once.txt; then pass; else fail 'a file gets the bytes' "$(cat -v once.txt)"; fi

# The prompt: completion of hostile names, the menu, the history, the statement typed, the pager.
{
  sleep 0.7
  printf 'SELECT * FROM t WHERE x'
  sleep 0.3
  printf '\t'
  sleep 0.3
  printf '\t\t'
  sleep 0.3
  printf '\003'
  printf 'SELECT * FROM t WHERE n.\t'
  sleep 0.3
  printf '\003'
  printf '\033[200~SELECT '\''%s'\'';\033[201~\r' "$quoted"
  sleep 0.4
  printf '.history\r'
  sleep 0.4
  printf 'SELECT * FROM t;\r'
  sleep 0.5
  printf '\004'
} | NO_COLOR=1 script -qefc "$(printf '%q ' "$shell" db.d)" /dev/null >typed.txt 2>&1
LC_ALL=C sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\r//g; s/\x07//g' typed.txt >seen.txt
# The codes of the editor are gone now; those of the items would be too, but for their colour and their title.
if LC_ALL=C grep -aqP '\x1b\[35;5m|\x1b\]0;' typed.txt; then fail 'codes of items at the prompt' "$(cat -v typed.txt | head)"; else pass; fi
clean 'the prompt'
holds '1 row' 'the statements ran'
finish
