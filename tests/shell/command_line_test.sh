#!/bin/bash
# The command line: arguments, modes, errors, exit statuses, and bad input of every kind.
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

# run NAME STATUS OUT ERR -- ARGUMENTS: patterns are extended regular expressions; `=text` is literal,
# `-` is nothing at all, `*` is anything.
run() {
  local name=$1 status=$2 out=$3 err=$4
  shift 5
  "$shell" "$@" >out.txt 2>err.txt
  local got=$?
  check "$name" "$status" "$got" "$out" "$err"
}
matches() {  # PATTERN FILE
  case $1 in
    '*') true ;;
    -) [ ! -s "$2" ] ;;
    =*) [ "$(cat "$2")" = "${1#=}" ] ;;
    *) tr '\n' '~' <"$2" | grep -Eq -- "$1" ;;
  esac
}
check() {
  if [ "$2" = "$3" ] && matches "$4" out.txt && matches "$5" err.txt; then
    pass
  else
    fail "$1" "status $3, expected $2" "stdout (expected $4):" "$(head -c 2000 out.txt)" \
      "stderr (expected $5):" "$(head -c 2000 err.txt)"
  fi
}

run 'version' 0 '^parton [0-9]' - -- --version
run 'what it was built from' 0 '~commit [0-9a-f]+\+?~built by .*~with leveldb [0-9.]+, ANTLR [0-9.]+.*~database format [0-9]+~$|~commit unknown~' - -- --version
run 'completion for nothing known' 2 - 'no completion for csh' -- --completion csh
run 'help' 0 'usage: parton.*--keep-going.*\.expand \[PATH.*Exit status.*PARTON_HISTORY' - -- --help
run 'help, short' 0 'usage: parton' - -- -h
run 'unknown option' 2 - 'bogus' -- --bogus
run 'unknown mode' 2 - 'no mode' -- --mode nonsense -c '1'
run 'bad --set' 2 - 'NAME=VALUE' -- --set novalue -c '1'
run 'unknown setting' 2 - 'nonsense' -- --set nonsense=1 -c '1'
run 'setting' 0 '*' - -- --set threads=2 -c 'SHOW threads'


# completes NAME EXPECTED WORD...: what bash is offered for the last word, in a folder with the files dir/ and data.sql.
completes() {
  local name=$1 expected=$2
  shift 2
  mkdir -p completion/dir && touch completion/data.sql
  (cd completion && . ../parton.bash && COMP_WORDS=(parton "$@") COMP_CWORD=$# && _parton &&
    IFS=, && echo "${COMPREPLY[*]}") >out.txt 2>err.txt
  check "completion: $name" 0 $? "=$expected" -
}
"$shell" --completion bash >parton.bash
completes 'commands' 'serve' se
completes 'files' 'data.sql' da
completes 'files and commands' 'test' te
completes 'options' '--keep-going' --k
completes 'options of a command' '--port' serve --p
completes 'words of an option' 'jsonl,json' --mode j
completes 'directories' 'dir' --salvage ''
completes 'a number' '' serve --port ''
for other in zsh fish; do
  "$shell" --completion $other >parton.$other
  run "completion for $other" 0 'healthcheck.*single-transaction' - -- --completion $other
  command -v $other >/dev/null || continue
  $other -n parton.$other >out.txt 2>err.txt
  check "$other reads its completion" 0 $? - -
done

many=$(printf "'%080d'; " 1 2 3 4 5 6 7 8)
run 'the caret in a long line' 1 '*' '~  …[^~]* FROM nowhere; [^~]*~ {48,}\^{7}~' -- -c "$many SELECT * FROM nowhere; 'and so it goes on, and on, and on, and on, and on, and on'"
run 'value' 0 '=3' - -- -c '1 + 2'
run 'several statements, last without semicolon' 0 '^1~2~$' - -- -c '1; 2'
run 'commands in order' 0 '^1~2~3~$' - -- -c 1 -c 2 -c 3
echo "'from a file';" >one.sql
run 'files and commands in order' 0 '^1~"from a file"~2~$' - -- -c 1 -f one.sql -c 2
run 'script as argument' 0 '="from a file"' - -- one.sql
run 'statement that starts with a comment' 0 '=5' - -- -c '-- hello
5'
run 'statement in brackets' 0 '^1~2~$' - -- -c '[1, 2]'
run 'empty statement' 0 - - -- -c ''
run 'only comments' 0 - - -- -c '-- nothing
/* nothing */ ;'

rows="SELECT VALUE x FROM [{'id': 1, 'n': 'a b'}, {'id': 2, 'n': null, 'm': <<1>>}] AS x"
run 'jsonl' 0 '={"id":1,"n":"a b"}
{"id":2,"n":null,"m":[1]}' - -- --mode jsonl -c "$rows"
run 'json' 0 '^\[~  \{"id":1,"n":"a b"\},~' - -- --mode json -c "$rows"
run 'csv' 0 '=id,n,m
1,a b,
2,,[1]' - -- --mode csv -c "$rows"
run 'markdown' 0 '^\| id \| n \| m \|~\| --- \| --- \| --- \|~\| 1 \| a b \|  \|~' - -- --mode markdown -c "$rows"
run 'partiql' 0 "^(<<|\\[)~  \\{'id': 1, 'n': 'a b'\\},~" - -- --mode partiql -c "$rows"
run 'vertical' 0 'row 2.*id = 2' - -- --mode vertical -c "$rows"
run 'table' 0 '│ id │ n    │ m     │~.*│  2 │ NULL │ <<1>> │~.*\(2 rows\)' - -- --mode table -c "$rows"
chart="SELECT VALUE x FROM [{'code': 200, 'n': 40}, {'code': 404, 'n': 10}, {'code': 500, 'n': null}] AS x"
run 'chart: bars' 0 '^200 40 █{70,}~404 10 █{17,20}[▏▎▍▌▋▊▉]?~500~\(3 rows\)' - -- --mode chart -c "$chart"
run 'chart: a series' 0 '^▁▃▅█  1 … 8~' - -- --mode chart -c 'SELECT VALUE x FROM [1, 3, 5, 8] AS x'
run 'chart: series by label' 0 '^a ▁█  1 … 2~b █▁  1 … 9~' - -- --mode chart \
  -c "SELECT VALUE x FROM [{'k': 'a', 's': [1, 2]}, {'k': 'b', 's': [9, 1]}] AS x"
run 'chart: negative numbers' 0 '^a -5 █{37}~b  5 {38}█{37}~' - -- --mode chart \
  -c "SELECT VALUE x FROM [{'k': 'a', 'v': -5}, {'k': 'b', 'v': 5}] AS x"
run 'chart: nothing to draw' 0 'no chart: no column holds numbers' - -- --mode chart \
  -c "SELECT VALUE x FROM [{'k': 'a'}] AS x"
nested="SELECT VALUE x FROM [{'id': 1, 'a': {'b': {'c': 2}, 'd': [7, 8]}}] AS x;"
run 'expand' 0 '^expanded: a, a.d~id,a.b,a.d\[0\],a.d\[1\]~1,"\{""c"":2\}",7,8~$' - -- --mode csv -c ".expand a a.d
$nested"
run 'expand off' 0 '~nothing is expanded~id,a~' - -- --mode csv -c ".expand a
.expand off
$nested"
run 'quiet' 0 - - -- --mode quiet -c "$rows"
run 'ddbjson' 0 '^\{"Item":\{"id":\{"N":"1"\}' - -- --mode ddbjson \
  -c "SELECT VALUE x FROM [{'id': 1}] AS x"
run 'mode by its beginning' 0 '^\| id' - -- --mode mark -c "$rows"

run 'error with place, caret and hint' 1 '=1' \
  '^-c:2:15: ResourceNotFoundException: .*~  SELECT \* FROM nothing; 2~ {16}\^+~' -- -c '1;
SELECT * FROM nothing; 2'
run 'keep going' 1 '^1~2~$' 'nothing' -- --keep-going -c '1; SELECT * FROM nothing; 2'
run 'the first of two commands fails' 1 - 'nothing' -- -c 'SELECT * FROM nothing' -c '2'
run 'json errors' 1 - '^\{"code":"ResourceNotFoundException","message":".*","file":"-c","line":1,"column":15' -- \
  --json-errors -c 'SELECT * FROM nothing'
run 'json errors: all fields' 1 - \
  '^\{"code":"[A-Za-z]+","message":".*","file":"-c","line":2,"column":[0-9]+,"hint":null,"statement":"SELECT FROM"\}~$' -- \
  --json-errors -c '
SELECT FROM'
run 'json errors: several' 1 - '^\{.*\}~\{.*\}~$' -- --json-errors --keep-going -c 'SELECT FROM; SELECT FROM'
run 'invalid UTF-8 on the command line' 1 - 'no UTF-8' -- -c "$(printf "SELECT '\xff'")"
run 'unterminated string' 1 - '^-c:1:8: ValidationException' -- -c "SELECT 'open"
run 'open comment' 1 '*' 'ValidationException' -- -c "1 /* open"
run 'unknown dot command' 1 - 'did you mean .mode' -- -c '.mdoe csv'
run 'dot command with too much' 1 - 'usage' -- -c '.timer on off'
run 'dot commands between statements' 0 '^1~x~2~$' - -- -c "1;
.mode csv
SELECT VALUE {'x': 2} FROM [1] AS y;"

run 'missing file' 1 - 'cannot read nothing.sql: No such file' -- -f nothing.sql
run 'missing script' 1 - 'No such file' -- nothing.sql
mkdir folder
run 'directory as script' 1 - 'is a directory' -- -f folder
head -c 4000 "$shell" >garbage.sql
run 'binary garbage' 1 - 'garbage.sql:1:[0-9]+: .*no (text|UTF-8)' -- garbage.sql
printf "1;\n 'a\xff';" >latin.sql
run 'no UTF-8' 1 '*' 'latin.sql:2:4: .*UTF-8' -- latin.sql
{ printf "'"; head -c 1000000 /dev/zero | tr '\0' x; printf "' || ;"; } >long.sql
run 'a line of a megabyte' 1 - '^long.sql:1:1000006: .{1,300}\^' -- long.sql
{ for i in $(seq 2000); do printf '('; done; printf 1; } >deep.sql
run 'deep nesting' 1 - 'ValidationException' -- deep.sql
printf '\357\273\2771;\r\n2;\r\n' >dos.sql
run 'byte order mark and carriage returns' 0 '^1~2~$' - -- dos.sql

printf '1;\n2' >in.txt
"$shell" <in.txt >out.txt 2>err.txt; check 'standard input' 0 $? '^1~2~$' -
"$shell" -f - <in.txt >out.txt 2>err.txt; check 'standard input as file' 0 $? '^1~2~$' -
"$shell" <&- >out.txt 2>err.txt; check 'no standard input' 0 $? - -
"$shell" -c '1' >&- 2>err.txt; got=$?; : >out.txt; check 'no standard output' 0 "$got" - '*'
"$shell" -c '1' </dev/null >/dev/full 2>err.txt; got=$?; : >out.txt
check 'full disk' 1 "$got" - 'cannot write the results: No space left'

run 'full disk while exporting' 1 - 'cannot write /dev/full: No space left' -- --sample \
  -c "COPY songs TO '/dev/full' (FORMAT jsonl)"
run 'full disk: .output' 1 - 'cannot write.*No space left' -- -c '.output /dev/full
1;'
run 'full disk: .once' 1 - 'cannot write.*No space left' -- -c '.once /dev/full
1;
2;'
run 'a folder that is not there' 1 - 'cannot write to no/such/file' -- -c '.once no/such/file
1;'
run 'a command that fails' 1 '*' 'ended with status 3' -- -c ".once '| cat >/dev/null; exit 3'
1;"

# Results are there before the next statement starts, and before the input ends.
mkfifo pipe
"$shell" <pipe >out.txt 2>err.txt &
pid=$!
exec 9>pipe
printf '1;\n' >&9
for _ in $(seq 100); do [ -s out.txt ] && break; sleep 0.05; done
early=$(cat out.txt)
printf '2' >&9
exec 9>&-
wait $pid
check 'results come at once' 0 $? '^1~2~$' -
if [ "$early" = 1 ]; then pass; else fail 'results come before the input ends' "$early"; fi

"$shell" -c "SELECT VALUE x FROM range(1, 1000000) AS x; SELECT VALUE 'not reached' FROM [1] AS x" 2>err.txt |
  head -1 >out.txt
got=${PIPESTATUS[0]}
check 'closed standard output' 141 "$got" '=1' -

# Databases.
run 'create and write' 0 '*' - -- db.d -c "CREATE TABLE t (id NUMBER, PRIMARY KEY (id)); INSERT INTO t VALUE {'id': 1}"
run 'read it back' 0 '={"id":1}' - -- db.d -c 'SELECT * FROM t'
run 'files of the open database' 1 - 'open database' -- db.d -c "SELECT * FROM csv('db.d/LOCK') AS x"
printf '.output ./db.d/CURRENT\n1;\n' >hostile.sql
run 'output into the open database' 1 '*' 'open database' -- db.d hostile.sql
printf '.read db.d/LOCK\n' >hostile.sql
run 'a script in the open database' 1 '*' 'open database' -- db.d hostile.sql
printf '.open ./db.d\n' >hostile.sql
run 'opened twice' 1 '*' 'in this process already' -- db.d hostile.sql
run 'read-only' 1 '={"id":1}' 'ReadOnly|read-only' -- db.d --read-only -c "SELECT * FROM t; INSERT INTO t VALUE {'id': 2}"
run 'single transaction: an error undoes all' 1 '*' 'nothing' -- db.d --single-transaction \
  -c "INSERT INTO t VALUE {'id': 5}" -c 'SELECT * FROM nothing'
run 'single transaction: nothing of it stays' 0 '={"id":1}' - -- db.d -c 'SELECT * FROM t'
run 'single transaction: all of it stays' 0 '^\{"n":3\}~$' - -- db.d --single-transaction \
  -c "INSERT INTO t VALUE {'id': 5}" -c "INSERT INTO t VALUE {'id': 6}" -c 'SELECT COUNT(*) AS n FROM t'
run 'single transaction: undo it' 0 - - -- db.d --mode quiet -c 'DELETE FROM t WHERE id IN [5, 6]'
run 'a file is no database' 3 - 'in.txt' -- ./in.txt/x -c 1
mkdir other; echo hello >other/file
run 'another directory is no database' 3 - 'other' -- other -c 1
if [ -e other/CURRENT ]; then fail 'another directory was written to' "$(ls other)"; else pass; fi
mkfifo hold
"$shell" db.d <hold >/dev/null 2>&1 &
pid=$!
exec 8>hold
sleep 0.3
run 'locked by another process' 3 - 'DatabaseLocked' -- db.d -c 1
run 'in use, and looked at' 0 '=1' - -- db.d --read-only -c 'SELECT VALUE COUNT(*) FROM t'
exec 8>&-
wait $pid

# SIGINT cancels, SIGTERM ends; nothing is lost.
"$shell" db.d -c "INSERT INTO t VALUE {'id': 7}" -c "SELECT COUNT(*) AS n FROM range(1, 100000000) AS a, range(1, 1000) AS b" \
  >out.txt 2>err.txt &
pid=$!
sleep 0.7
kill -TERM $pid
wait $pid
check 'SIGTERM in the middle of a statement' 143 $? '*' '*'
run 'nothing is lost' 0 '={"id":7}' - -- db.d -c 'SELECT * FROM t WHERE id = 7'
"$shell" -c "SELECT COUNT(*) AS n FROM range(1, 100000000) AS a, range(1, 1000) AS b" -c 2 >out.txt 2>err.txt &
pid=$!
sleep 0.5
kill -INT $pid
wait $pid
check 'SIGINT in the middle of a statement' 130 $? - 'ancel'

# A typo in a schemaless table matches nothing: a note says so, never an error.
run 'an attribute that no item has' 0 - 'note: no attribute "gendre" in 8 sampled items of songs; did you mean "genre"' -- \
  --sample -c "SELECT title FROM songs WHERE gendre = 'folk'"
run 'tests for absence are no typos' 0 '*' - -- --sample \
  -c 'SELECT title FROM songs WHERE deleted IS MISSING AND attribute_not_exists(gone)'
run 'lint off' 0 - - -- --sample --set lint=off -c "SELECT title FROM songs WHERE gendre = 'folk'"
run 'update with an unknown attribute' 0 '*' 'no attribute "gendre"' -- --sample \
  -c "UPDATE songs SET plays = 1 WHERE gendre = 'folk'"

# Dot commands that print.
run 'tables' 0 '=t' - -- db.d -c .tables
run 'schema' 0 'CREATE TABLE .?t' - -- db.d -c '.schema t'
run 'indexes' 0 '=songs.by_genre' - -- --sample -c .indexes
run 'help on a command' 0 '^\.mode \[NAME\]~' - -- -c '.help mode'
run 'help on a function' 0 '^UPPER\(' - -- -c '.help upper'
run 'help on keys' 0 'C-r +search' - -- -c '.help keys'
run 'help on a setting' 0 'SET scan = allow' - -- -c '.help scan'
run 'help on nothing' 1 - 'did you mean .help mode' -- -c '.help moed'
run 'ambiguous command' 1 - 'there are \.open, \.output|there are \.once, \.open, \.output' -- -c '.o x'
run 'explain auto' 0 'Scan songs.*"n":8' - -- --sample -c '.explain auto
SELECT COUNT(*) AS n FROM songs'
run 'last in another mode' 0 '^\{"x":1\}~x~1~$' - -- -c "SELECT VALUE {'x': 1} FROM [1] AS y;
.last csv"
run 'width' 0 'abc…' - -- --mode table -c ".width 4
SELECT VALUE {'x': 'abcdefgh'} FROM [1] AS y;"
run 'watch needs something' 1 - 'nothing has been run' -- -c '.watch 1'
run 'open another database' 0 '~\{"id":1\}~' - -- -c '1;
.open db.d
SELECT * FROM t;'
run 'settings stay with .open' 0 '={"threads":3}' - -- --set threads=3 -c '.open :memory:
SHOW threads'
run 'check' 0 '=sound' - -- db.d -c .check
run 'dump' 0 '*' - -- db.d -c .dump
cp out.txt dump.sql
run 'the dump runs' 0 - - -- copy.d -f dump.sql
run 'the dump gives the same' 0 '={"n":2,"s":8}' - -- copy.d -c 'SELECT COUNT(*) AS n, SUM(id) AS s FROM t'
run 'once' 0 '=2' - -- -c '.once first.txt
1;
2'
if [ "$(cat first.txt)" = 1 ]; then pass; else fail 'once wrote' "$(cat first.txt)"; fi
run 'output to a command' 0 '="A"' - -- -c ".output | tr a A >&1
'a';
.output"
run 'variables are values' 0 "^\"it's\"~3~\$" - -- -c ".set name 'it''s'
.set n 1 + 2
:name;
:n"
run 'read' 0 '="from a file"' - -- -c '.read one.sql'
run 'quit with a status' 4 '=1' - -- -c '1;
.quit 4
2'
run 'sample' 0 '={"n":8}' - -- --sample -c 'SELECT COUNT(*) AS n FROM songs'
run 'sample in the dynamodb dialect' 0 '~\{"title":"Late Tram"\}~' - -- --sample --set dialect=dynamodb \
  -c "SELECT title FROM songs WHERE artist = 'Mara Vance'"
run 'sample, read-only' 0 '={"n":8}' - -- --sample --read-only -c 'SELECT COUNT(*) AS n FROM songs; SET threads = 1; SHOW TABLES' --mode quiet \
  -c '.mode jsonl
SELECT COUNT(*) AS n FROM songs;'
for change in "DELETE FROM songs" "DROP TABLE songs" "CREATE TABLE t (id NUMBER, PRIMARY KEY (id))" "BEGIN; DELETE FROM songs; COMMIT" \
  "TRUNCATE TABLE songs" "COPY songs FROM 'x.csv'" "ALTER TABLE songs SET TTL (x)"; do
  run "sample, read-only: $change" 1 - 'ReadOnly' -- --sample --read-only -c "$change"
done
run 'durable=off' 0 '={"durable":"off"}' - -- quick.d --set durable=off -c 'SHOW durable'
run 'durable=on' 0 '*' - -- quick.d --set durable=on -c 'SHOW durable'
run 'durable=perhaps' 3 - 'on or off' -- quick.d --set durable=perhaps -c 1

# Variables.
run 'a variable of one row and one column' 0 '=15401' - -- --sample -c '.set n (SELECT MAX(plays) AS m FROM songs)
:n + 1'
run 'a variable of several rows' 0 '^2~$' - -- --sample -c ".set n SELECT title FROM songs WHERE genre = 'jazz'
CARDINALITY(:n)"
run 'a variable that uses another' 0 '=3' - -- -c '.set a 1
.set b :a + 1
:a + :b'
run 'unknown variable' 1 - '^-c:1:12: .*there is no variable :nope~.*\^{5}~hint: .set nope' -- -c 'SELECT 1 + :nope AS x'
run 'unknown variable, nearly one' 1 - 'did you mean :count' -- -c '.set count 1
SELECT :cuont AS x'

# Numbers are never cut, and in files nothing is.
wide="SELECT x AS n, CASE WHEN x > 1000 THEN 12345678901234567890123 ELSE 1 END AS m, CASE WHEN x > 1000 THEN 'a long text here' ELSE 'a' END AS t"
run 'a wide number behind the first rows' 0 '~│ 1001 │ 12345678901234567890123 │ a long text here │~' - -- --mode table -c "$wide FROM range(1, 1001) AS x"
run 'a wide number with a width' 0 '~│ 1001 │ 1234 │ a l… │~│      │ 5678 │      │~' - -- --mode table -c ".width 4
$wide FROM range(1, 1001) AS x;"
run 'headers with a width' 0 '~│ meas │ meas │~│ urem │ urem │~│ ent1 │ ent2 │~' - -- --mode table -c ".width 4
SELECT VALUE {'measurement1': 1, 'measurement2': 2} FROM [1] AS x;"

# What is wrong is said.
run 'a string in double quotes' 0 - "note: no attribute \"jazz\" .*; strings take single quotes: 'jazz'~" -- --sample -c 'SELECT title FROM songs WHERE genre = "jazz"'
run 'DSC' 1 - 'did you mean DESC' -- --sample -c 'SELECT title FROM songs ORDER BY plays DSC'
run 'SUM of text' 0 '*' 'note: .*SUM takes numbers.*8 times' -- --sample -c 'SELECT SUM(title) AS s FROM songs'
run 'a function of a wrong type' 0 '*' 'note: upper\(plays\): UPPER: argument 1 .* \(7 times, MISSING each time\)' -- --sample -c 'SELECT upper(plays) AS u FROM songs'
run 'a comparison of types' 0 - "note: plays > '100': values of these types have no order \(7 times" -- --sample -c "SELECT title FROM songs WHERE plays > '100'"
run 'operators' 0 '*' "note: title \+ 1: there is no operator STRING \+ INT \(8 times" -- --sample -c 'SELECT title + 1 AS x FROM songs'
run 'one that runs on threads' 0 '*' "7 times" -- --sample --set threads=4 -c 'SELECT COUNT(upper(plays)) AS u FROM songs'
run 'a change' 0 '*' "note: upper\(plays\)" -- --sample -c "UPDATE songs SET loud = COALESCE(upper(plays), 'x') WHERE artist = 'Kilowatt'"
run 'what is not there is no wrong type' 0 '*' - -- --sample -c 'SELECT upper(genre) AS u, length.minutes AS m, plays + 1 AS p FROM songs'
run 'CAN_CAST asks' 0 '*' - -- --sample -c 'SELECT CAN_CAST(title AS INT) AS c FROM songs'
run 'no notes without lint' 0 '*' - -- --sample --set lint=off -c 'SELECT SUM(title) AS s FROM songs'
printf 'name,id,x\na,1,2\n' >new.csv
run 'import into no table' 1 - 'there is no table people.*CREATE TABLE "people" \("id" NUMBER, PRIMARY KEY \("id"\)\);' -- -c '.import new.csv people'
printf '{"user":"a","n":1}\n' >new.jsonl
run 'import into no table: JSON' 1 - 'CREATE TABLE "people" \("user" STRING, PRIMARY KEY \("user"\)\);' -- -c '.import new.jsonl people'
run 'import of no file' 1 - 'No such file|nowhere.csv' -- -c '.import nowhere.csv people'
run 'what was done' 0 '^\(1 item inserted\)~\(8 items changed\)~\(9 items written\)~\(9 items deleted\)~\(9 items loaded\)~\(1 item written\)~$' - -- --sample --mode table \
  -c "INSERT INTO songs VALUE {'artist': 'x', 'title': 'y'}" -c "UPDATE songs SET n = 1 WHERE plays IS NOT MISSING OR year = 2024" \
  -c "COPY songs TO 'songs.jsonl'; /* all */ DELETE FROM songs; COPY songs FROM 'songs.jsonl'; REPLACE INTO songs VALUE {'artist': 'x', 'title': 'y'}"
run 'help on a statement' 0 '^SELECT: .*ORDER BY expression.*example:' - -- -c '.help select'
run 'help on two words' 0 '^CREATE TABLE: .*PRIMARY KEY' - -- -c '.help create table'
run 'help on all that begin so' 0 '~CREATE INDEX: ' - -- -c '.help create'
run 'help on a word that is much' 0 '^\.import .*~IMPORT: ' - -- -c '.help import'
run 'help lists statements' 0 '  ADVANCE CLOCK ' - -- -c '.help statements'
# The examples of the help are statements; what some of them name is not there.
"$shell" -c '.help statements' | sed -n 's/^  \([A-Z ]*[A-Z]\)  .*/\1/p' >names.txt
wrong=$(while read -r name; do
  example=$("$shell" -c ".help $name" | awk '/^example:/ { getline; print; exit }')
  "$shell" --sample --mode quiet -c "$example" 2>&1 |
    grep -Ev 'no change feed|no trigger|cannot open model.json|without tables|no credentials|^ |^hint:|^note:' | sed "s/^/$name: /"
done <names.txt)
if [ -z "$wrong" ] && [ "$(wc -l <names.txt)" -gt 20 ]; then pass; else fail 'the examples of the help' "$wrong"; fi
run 'exit' 3 - - -- -c '.exit 3'

# The test runner.
mkdir tests
cat >tests/good.sql <<'T'
1 + 1;
-- 2
T
cat >tests/bad.sql <<'T'
SELECT VALUE x FROM [1, 2] AS x;
-- 1
-- 3
T
run 'tests' 1 'bad.sql:1: line 1 failed.*- 3.*\+ 2.*3 passed, 1 failed' - -- test tests
run 'tests: one file' 0 '=2 passed, 0 failed' - -- test tests/good.sql
run 'tests: TAP' 1 'TAP version 13~1..4~.*not ok' - -- test tests --format tap
run 'tests: JUnit' 1 '<testsuite .*<failure ' - -- test tests --format junit --jobs 2
run 'tests: update' 0 '*' - -- test tests --update
run 'tests: after the update' 0 '=4 passed, 0 failed' - -- test tests
run 'tests: nothing there' 2 - 'does not exist' -- test nowhere

finish
