#!/bin/bash
# --safe: no statement or command of a script reaches out of the database.
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
mkdir files outside
printf 'id,name\n1,a\n' >files/in.csv
cp files/in.csv outside/in.csv
printf '{"id":1}\n' >outside/in.json
echo '1;' >outside/one.sql
echo "'read';" >files/one.sql
ln -s ../outside files/link
"$shell" backup.src -c "CREATE TABLE t (id STRING, PRIMARY KEY (id)); BACKUP TO 'outside/backup'" >/dev/null
setup="CREATE TABLE t (id STRING, PRIMARY KEY (id)); INSERT INTO t VALUE {'id': 'a'};"

refused() {  # NAME COMMANDS OPTIONS...
  local name=$1 text=$2
  shift 2
  if "$shell" "$@" --mode quiet -c "$setup" -c "$text" >out.txt 2>err.txt; then
    fail "$name" 'it was carried out' "$(cat out.txt)"
  elif grep -Eq 'statements may not (read|write)|refused: the shell runs with --safe' err.txt; then
    pass
  else
    fail "$name" 'another error:' "$(cat err.txt)"
  fi
}
allowed() {  # NAME COMMANDS OPTIONS...
  local name=$1 text=$2
  shift 2
  if "$shell" "$@" -c "$setup" -c "$text" >out.txt 2>err.txt; then pass; else fail "$name" "$(cat err.txt)"; fi
}

i=0
doors=("COPY t FROM 'outside/in.csv'" "COPY t TO 'outside/new.csv'" "COPY (SELECT * FROM t) TO 'outside/new.csv.gz'"
  "SELECT * FROM csv('outside/in.csv') AS x" "SELECT * FROM json('outside/in.json') AS x"
  "SELECT * FROM ddbjson('outside/in.json') AS x" "INSERT INTO t SELECT * FROM csv('outside/in.csv') AS x"
  "SELECT VALUE (SELECT COUNT(*) FROM csv('outside/in.csv') AS x) FROM t" "EXPLAIN ANALYZE SELECT * FROM csv('outside/in.csv') AS x"
  "BACKUP TO 'outside/new'" "RESTORE FROM 'outside/backup'" "IMPORT TABLE t FROM 'outside'" "IMPORT FROM 'outside/in.json'"
  "ADVISE FROM 'outside/one.sql'" ".read outside/one.sql" ".output outside/new" ".once outside/new"
  ".import outside/in.csv t" ".advise outside/one.sql" ".import outside/in.csv nothing")
others=(".open outside/backup" ".open :memory:" ".output |touch outside/new" ".once '|touch outside/new'" ".edit")
for door in "${doors[@]}" "${others[@]}"; do
  refused "--safe: $door" "$door" --safe
done
for door in "${doors[@]}" "${others[@]}"; do
  refused "--safe-files: $door" "$door" --safe-files files
done
for door in "${doors[@]//outside/files/link}"; do
  [[ $door == *BACKUP* ]] || refused "through a link: $door" "$door" --safe-files files
done
for door in "${doors[@]//outside/files/../outside}"; do
  refused "through ..: $door" "$door" --safe-files files
done
refused 'a file of errors' "COPY t FROM 'files/in.csv' (ERRORS 'outside/new')" --safe-files files
refused 'another directory with the same beginning' "COPY t TO 'files2.csv'" --safe-files files
if [ -e outside/new ] || [ -e outside/new.csv ] || [ -e outside/new.csv.gz ] || [ -e files2.csv ]; then
  fail 'something was written' "$(ls outside)"
else
  pass
fi

allowed 'files in the directory' "COPY t FROM 'files/in.csv' (ERRORS 'files/errors'); COPY t TO 'files/out.csv';
SELECT * FROM csv('$PWD/files/in.csv') AS x; BACKUP TO 'files/backup';
.read files/one.sql
.once files/once
SELECT * FROM t;" --safe-files files
if "$shell" --safe-files files -c "RESTORE FROM 'files/backup'" >out.txt 2>&1; then pass; else fail 'a backup in the directory' "$(cat out.txt)"; fi
allowed 'statements that need no files' 'SELECT * FROM t ORDER BY id; SELECT x FROM range(1, 3) AS x, t' --safe
allowed 'the script itself may be anywhere' '1' --safe -f outside/one.sql
allowed 'without --safe' "COPY t FROM 'outside/in.csv'; .open :memory:"

# Tests: the script's directory to read, ${TMP} to write.
mkdir scripts
cat >scripts/good.sql <<'S'
CREATE TABLE t (id STRING, PRIMARY KEY (id));
COPY t FROM '${DIR}/in.csv';
COPY t TO '${TMP}/out.csv';
SELECT VALUE x.id FROM csv('${TMP}/out.csv') AS x;
-- '1'
S
cp files/in.csv scripts
if "$shell" test --safe scripts >out.txt 2>&1; then pass; else fail 'tests: files of their own' "$(cat out.txt)"; fi
bad=("SELECT * FROM csv('${PWD}/outside/in.csv') AS x;" "BACKUP TO '\${DIR}/new';" "-- @skip-unless-file $PWD/outside/in.csv")
for text in "${bad[@]}"; do
  printf '%s\n' "$text" >scripts/bad.sql
  if "$shell" test --safe scripts/bad.sql >out.txt 2>&1; then fail "test: $text" "$(cat out.txt)"; else pass; fi
  if grep -q 'statements may not' out.txt; then pass; else fail "test: $text, another error" "$(cat out.txt)"; fi
done
printf '1;\n-- (SELECT VALUE COUNT(*) FROM csv('\''%s'\'') AS x)\n' "$PWD/outside/in.csv" >scripts/bad.sql
if "$shell" test scripts/bad.sql 2>&1 | grep -q 'statements may not'; then pass; else fail 'an expectation reads no file' "$("$shell" test scripts/bad.sql)"; fi
finish
