#!/bin/bash
# run_transcripts.sh PARTON PAGE.md: types what the page's prompt blocks type, and compares what the shell answers.
#
# A block of ``` with lines of `memory> ` is a transcript. Blocks are one session from top to bottom, on the sample that
# scripts/run loads, 100 columns wide; a line `<!-- prompt: empty -->` or `<!-- prompt: sample 80 -->` starts another one.
# Times count as times; `...` stands for any lines; statements that press <Tab> are left out.
set -u
shell=$(realpath "$1")
page=$2
command -v script >/dev/null || { echo "script (package bsdutils) is not there"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# typed.N: the input of session N. expected.N: the answers, each behind a line of ^A.
awk -v folder="$folder" '
  function finish() {
    if (typed != "" && !left_out) {
      printf "%s", typed >> (folder "/typed." session)
      printf "\001 %s\n%s", first, answer >> (folder "/expected." session)
    }
    typed = answer = ""
    left_out = 0
  }
  function start(kind, columns) {
    finish(); session++
    print kind, (columns ~ /^[0-9]+$/ ? columns : 100) > (folder "/kind." session)
  }
  # The prompt of a line that goes on says what is open.
  BEGIN { more = "^ +(-|\047|\"|`|\\(|\\[|\\{|<<|/\\*)> "; session = 9; start("sample", 100) }
  /^<!-- prompt: (empty|sample)/ { start($3, $4); next }
  /^```/ { finish(); inside = !inside; next }
  !inside { next }
  /^memory> / { finish(); first = NR ": " substr($0, 9); typed = substr($0, 9) "\n"; left_out = /<Tab>/; next }
  typed != "" && answer == "" && $0 ~ more { left_out = left_out || /<Tab>/; sub(more, ""); typed = typed $0 "\n"; next }
  typed != "" { answer = answer $0 "\n" }
  END { finish() }
' "$page"

passed=0
failed=0
for typed in "$folder"/typed.*; do
  session=${typed##*.}
  read -r kind columns <"$folder/kind.$session"
  sample=
  [ "$kind" = empty ] || sample=--sample
  # A terminal without the editor: prompts and answers, and nothing of what is typed.
  cat >"$folder/go.sh" <<END
stty -echo cols $columns rows 50
export TERM=dumb NO_COLOR=1 PARTON_PAGER= HOME='$folder' PARTON_HISTORY='$folder/history' LC_ALL=C.UTF-8
'$shell' $sample --no-init
END
  { sleep 0.5; cat "$typed"; } | timeout 60 script -q -c "bash '$folder/go.sh'" /dev/null | tr -d '\r' >"$folder/got"
  # The same form as expected.N.
  awk 'BEGIN { more = "^ *(-|\047|\"|`|\\(|\\[|\\{|<<|/\\*)> " }
       /^memory> / { while (sub(/^memory> /, "")) { started = 1; print "\001"; while (sub(more, "")); } if ($0 != "") print; next }
       started { print }' "$folder/got" >"$folder/answers"
  counts=$(awk -v page="$page" -v log_file="$folder/log" '
    function plain(s) { gsub(/[0-9]+(\.[0-9]+)? ms/, "T ms", s); return s }
    # Whether lines a[i..n] match b[j..m], `...` in a standing for any lines.
    function matches(i, j,    k) {
      while (i <= n && a[i] != "...") { if (j > m || plain(a[i]) != plain(b[j])) return 0; i++; j++ }
      if (i > n) return j > m
      for (k = j; k <= m + 1; k++) if (matches(i + 1, k)) return 1
      return 0
    }
    FNR == NR { if (/^\001/) { e++; where[e] = substr($0, 3) } else expect[e] = expect[e] $0 "\n"; next }
    /^\001/ { g++; next }
    { got[g] = got[g] $0 "\n" }
    END {
      for (x = 1; x <= e; x++) {
        n = split(expect[x], a, "\n") - 1; m = split(got[x], b, "\n") - 1
        if (n < 0) n = 0
        if (m < 0) m = 0
        if (matches(1, 1)) { passed++; continue }
        failed++
        printf "%s:%s\n  expected:\n%s  came:\n%s\n", page, where[x], expect[x], got[x] >> log_file
      }
      print passed + 0, failed + 0
    }' "$folder/expected.$session" "$folder/answers")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
done
[ ! -e "$folder/log" ] || cat "$folder/log"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
