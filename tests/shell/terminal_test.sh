#!/bin/bash
# The prompt in a real terminal: types keys with tmux and looks at the screen.
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
if ! command -v tmux >/dev/null 2>&1; then
  echo 'skipped: there is no tmux'
  exit 77
fi
export PARTON_PAGER=cat
socket="parton-test-$$"
t() { tmux -L "$socket" -f /dev/null "$@"; }
trap 't kill-server 2>/dev/null; rm -rf "$top"' EXIT

start() {  # COLUMNS LINES ARGUMENTS...
  local columns=$1 lines=$2
  shift 2
  t kill-server 2>/dev/null
  socket="$socket-"
  t new-session -d -x "$columns" -y "$lines" "$shell" "$@"
  t set-option remain-on-exit on >/dev/null
  wait_for '>$' 'the prompt'
  [ "$failed" -eq 0 ] || [ "$passed" -gt 0 ] || finish  # there is no shell to test
}
key() { t send-keys "$@"; }
type_text() { t send-keys -l -- "${1/%;/\\;}"; }
enter() { type_text "$1"; key Enter; }
# Lines without the blanks at their ends.
screen() { t capture-pane -p -J 2>/dev/null | sed 's/ *$//'; }
# Waits until a line of the screen matches.
wait_for() {  # PATTERN NAME
  local _
  for _ in $(seq 400); do
    if screen | grep -Eq -- "$1"; then
      pass
      return
    fi
    sleep 0.05
  done
  fail "$2" "no line matches $1:" "$(screen)"
}
# As wait_for, on the screen with its escape codes (ESC shown as E).
wait_for_codes() {  # PATTERN NAME
  local _
  for _ in $(seq 400); do
    if t capture-pane -p -e -J 2>/dev/null | tr '\033' E | grep -Eq -- "$1"; then
      pass
      return
    fi
    sleep 0.05
  done
  fail "$2" "no line matches $1:" "$(t capture-pane -p -e -J | tr '\033' E)"
}
absent() {  # PATTERN NAME
  if screen | grep -Eq -- "$1"; then fail "$2" "$(screen)"; else pass; fi
}

start 100 40 --sample
wait_for 'A sample is loaded' 'the greeting'
enter "SELECT title, plays FROM songs WHERE artist = 'Kilowatt';"
wait_for '│ Overload     │ 15400 │' 'a table'
wait_for '\(2 rows .*Query songs.*\)' 'the footer names the path'

key C-l
enter 'SELECT * FROM nothing;'
wait_for '\^{7}' 'a caret'

# Statements of several lines; what is open shows in the prompt.
key C-l
enter 'SELECT VALUE ('
wait_for ' \(>$' 'an open bracket'
enter "'a"
wait_for " '>\$" 'an open string'
enter "b') || 'c' FROM [1] AS x"
wait_for ' ->$' 'only the semicolon is missing'
enter ';'
wait_for '\(1 row' 'it ran'

# The cursor moves in all lines; keys change the statement where it stands.
key C-l
enter 'SELECT VALUE x'
enter 'FROM [1, 2] AS y'
type_text 'WHERE true'
wait_for ' -> WHERE true' 'three lines'
key Up Up End BSpace
type_text 'y * 10'
wait_for 'VALUE y \* 10$' 'the first line is changed'
key Down Down End
type_text ' AND y > 1;'
key Up Enter
wait_for '│ +20 │' 'Enter runs the whole statement from any line'
key C-l
type_text 'SELECT one two three'
key C-w
key C-a
key M-f
key M-d
wait_for '> SELECT two$' 'cut words'
key C-e
key C-y
wait_for '> SELECT two  one$' 'paste what was cut last'
key C-_
wait_for '> SELECT two$' 'undo'
key Home
key C-k
wait_for '>$' 'cut the line'
key C-y
wait_for '> SELECT two$' 'and paste it'
key C-u
type_text 'a'
key M-Enter
type_text "'b';"
wait_for ' -> .b.;' 'Alt-Enter starts a line'
key C-c

# Colours while typing: keywords, strings, numbers, unknown names, the matching bracket.
key C-l
type_text "SELECT (12) FROM songs WHERE genre = 'x' AND nope = 1"
wait_for_codes 'E\[1m.*E\[34mSELECT' 'a keyword'
wait_for_codes "E\\[32m'x'" 'a string'
wait_for_codes 'E\[35m12' 'a number'
wait_for_codes 'E\[31m.*nope' 'an unknown attribute'
key C-a
key M-f Right Right
wait_for_codes 'E\[1;7m\(' 'the bracket at the cursor'
wait_for_codes 'E\[1;7m[^ ]*\)' 'its other half'
key C-c
key C-l
type_text 'SELECT * FROM son'
sleep 0.2
if t capture-pane -p -e | tr '\033' E | grep -Eq 'E\[31m.*son'; then fail 'songs may still come'; else pass; fi
type_text 'x'
wait_for_codes 'E\[31m.*sonx' 'no table begins like that'
key C-c

# Pasted text goes in as it is: line breaks do not run it, tabs do not complete.
key C-l
printf "SELECT\t'pasted'\n  || ' text';\n" >pasted.txt
t load-buffer -b pasted "$top/pasted.txt"
t paste-buffer -p -b pasted
wait_for "SELECT  'pasted'" 'the paste'
absent 'pasted text' 'a paste does not run'
key Enter
wait_for 'pasted text' 'Enter runs it'

# Wide characters: the cursor stands where the terminal has it.
key C-l
type_text "SELECT '漢字é"
key Left Left
type_text '|'
wait_for "'漢[|]字é" 'the cursor is behind a wide character'
key C-c

# Ctrl-C clears the line and the statement begun.
key C-l
enter 'SELECT 1 +'
type_text 'junk junk'
key C-c
wait_for '\^C' 'Ctrl-C at the prompt'
enter '1 + 1;'
wait_for '^2$' 'the next statement is whole'

# History: the statement of several lines comes back as one.
key C-l
key Up
wait_for '1 \+ 1;' 'the last statement'
key PageUp PageUp PageUp
wait_for 'SELECT VALUE \(' 'the statement of several lines'
key C-c
key C-r
type_text 'PLAYS'
wait_for 'SELECT title, plays' 'search in any case'
type_text ' and more'
wait_for 'nothing found: PLAYS and more' 'a search that fails'
key C-g
key C-r
type_text 'plays'
wait_for 'SELECT title, plays' 'search'
wait_for 'search: plays' 'what is searched for'
key C-c
wait_for '>$' 'Ctrl-C leaves the search'
key C-r
type_text 'FROM'
key C-r
key Escape
sleep 0.3
type_text '7;'
key Enter
wait_for '^7$' 'Escape goes back to what was typed'
key C-r
type_text 'nothing like this'
key C-g

# Completion.
key C-l
type_text 'SELECT * FROM lis'
key Tab
wait_for 'FROM listeners' 'a table is completed'
key C-c
type_text 'SELECT gen'
key C-c
type_text 'SELECT * FROM songs WHERE gen'
key Tab
wait_for 'WHERE genre' 'an attribute is completed'
key C-c
type_text 'SELECT * FROM songs WHERE length.'
key Tab
wait_for 'length.minutes' 'nested attributes'
key Tab
wait_for 'WHERE length.minutes' 'Tab chooses'
key Tab
wait_for 'WHERE length.seconds' 'and goes on'
key Escape
wait_for 'WHERE length\.$' 'Escape takes the choice back'
key C-c
type_text 'SELECT SUBSTR'
key Tab
wait_for 'SUBSTRING\( +SUBSTRING\(s STRING' 'functions with their signatures'
key C-c
type_text 'SELECT * FROM songs ORD'
key Tab
wait_for 'songs ORDER BY' 'keywords by their place'
key C-c
type_text 'SET sc'
key Tab
wait_for 'SET scan' 'settings'
key C-c
type_text '.sch'
key Tab
wait_for '\.schema' 'a dot command is completed'
key C-c

# Ctrl-C cancels the running statement, not the shell.
key C-l
enter 'SELECT COUNT(*) AS n FROM range(1, 100000000) AS a, range(1, 1000) AS b;'
wait_for ' items, .*/s .*Ctrl-C cancels' 'progress'
key C-c
wait_for 'Cancelled' 'the statement is cancelled'
wait_for 'items examined before it was cancelled' 'how far it came'
absent 'Ctrl-C cancels' 'the progress is wiped away'
enter "'still' || ' here';"
wait_for 'still here' 'the shell goes on'

# A transaction shows in the prompt.
key C-l
enter 'BEGIN;'
wait_for '^memory\*>$' 'an open transaction'
enter 'ROLLBACK;'
wait_for '^memory>$' 'and its end'

# Another size of the terminal in the middle of a statement.
key C-l
enter 'SELECT VALUE x FROM [1, 2, 3, 4, 5] AS x'
type_text "WHERE x = 5 OR 'a long line that has to be wrapped' = 'when the terminal is narrow'"
t resize-window -x 50 -y 40
sleep 0.3
key Left BSpace
t resize-window -x 100 -y 40
sleep 0.3
type_text "w"
key End
type_text ";"
wait_for "-> WHERE x = 5 OR 'a long line that has to be wrapped' = 'when the terminal is narrow';" 'after resizing'
key Enter
wait_for '│ +5 │' 'the statement is whole'

# Words of other shells, without a semicolon.
key C-l
enter 'help'
wait_for 'tables +names of tables' 'help'
key C-l
enter '\d'
wait_for '^listeners$' 'the tables'
key C-l
enter '\d listeners'
wait_for '^CREATE TABLE "?listeners' 'a table'

# A tab in a literal stays one.
key C-l
printf "SELECT CHAR_LENGTH('a\tb') AS n, 'a\tb' AS t;" >tab.txt
t load-buffer -b tab "$top/tab.txt"
t paste-buffer -p -b tab
wait_for "'a  b'" 'the tab is shown'
key Enter
wait_for '│ 3 │ a\\tb │' 'the tab is stored'

# What is no UTF-8.
key C-l
printf 'SELECT \351\350 FROM s\303' >latin.txt
t load-buffer -b latin "$top/latin.txt"
t paste-buffer -p -b latin
key Tab
sleep 0.3
key Tab Tab Left Left Tab C-a M-f C-w Tab
key C-c
enter '3 + 4;'
wait_for '^7$' 'invalid UTF-8 and Tab'

# Statements pasted together are entries of the history of their own.
key C-l
printf 'SELECT 11 AS a;\nSELECT 12 AS a; SELECT 13 AS a;\n' >three.txt
t load-buffer -b three "$top/three.txt"
t paste-buffer -p -b three
key Enter
wait_for '│ 13 │' 'the pasted statements ran'
key Up Up
wait_for '> SELECT 12 AS a;$' 'an entry of the history each'
key C-c

# A warning for attributes that no item has.
key C-l
enter "SELECT title FROM songs WHERE gender = 'folk';"
wait_for 'no attribute "gender" in 8 sampled items of songs; did you mean "genre"' 'did you mean'

# Nested values in columns of their own; a picture.
key C-l
enter '.expand length'
enter "SELECT title, length FROM songs WHERE artist = 'Mara Vance';"
wait_for 'length.minutes' 'expanded'
enter '.expand off'
enter '.mode chart'
enter 'SELECT genre, SUM(plays) AS n FROM songs GROUP BY genre ORDER BY n DESC;'
wait_for '^electronic 25300 █' 'bars'

# Modes.
key C-l
enter '.mode vertical'
enter "SELECT * FROM listeners WHERE id = 2;"
wait_for 'name = Jonah' 'vertical'
enter '.mode table'
enter '.timer off'
wait_for 'timer is off' 'the timer is off'

# The history is in a file, per statement.
key C-d
for _ in $(seq 50); do [ -s "$PARTON_HISTORY" ] && break; sleep 0.05; done
if grep -q 'Kilowatt' "$PARTON_HISTORY"; then pass; else fail 'the history file' "$(cat "$PARTON_HISTORY")"; fi
start 100 40
key Up
wait_for '\.timer off' 'the history of the last session'
key C-c

# Narrow terminals: a table is never wider than the screen.
start 20 40 --sample
enter 'SELECT * FROM songs;'
wait_for '\(8 rows' 'a table in 20 columns'
absent '│ Northern Rain' 'long cells are cut'
widest=$(t capture-pane -p | wc -L)
if [ "$widest" -le 20 ]; then pass; else fail 'wider than the screen' "$widest"; fi

# Numbers and keys are not cut, headers neither.
enter '.mode table'
key C-l
enter "SELECT VALUE {'measurement_1': 12345678901234567890, 'measurement_2': x} FROM range(1, 2) AS x;"
wait_for '│ +1 │' 'two rows'
got=$(screen | sed -n 's/^│ \([^ ]*\) *│.*/\1/p' | tr -d '\n')
case $got in
  measurement_112345678901234567890*) pass ;;
  *) fail 'numbers and headers over several lines' "$got" "$(screen)" ;;
esac

# No pager is installed: rows are printed.
t kill-server 2>/dev/null
socket="$socket-"
mkdir bin
for tool in bash sh; do ln -sf "$(command -v $tool)" bin/$tool; done
t new-session -d -x 80 -y 10 "env -u PARTON_PAGER PATH='$top/bin' $shell"
wait_for '>$' 'the prompt without a pager'
enter 'SELECT x FROM range(1, 50) AS x;'
wait_for '\(50 rows' 'all rows without a pager'
absent 'not found' 'no missing pager'

# A path at which there was nothing.
start 100 20 nothing_here.d
wait_for 'note: there was no database at nothing_here.d; a new one was made' 'a new database'
start 100 20 nothing_here.d
absent 'a new one was made' 'it is there now'

# No colours with NO_COLOR; colours without.
start 80 40 --sample
enter "SELECT * FROM songs WHERE artist = 'Kilowatt';"
wait_for '\(2 rows' 'rows'
if t capture-pane -p -e | grep -q "$(printf '\033\[1m')"; then pass; else fail 'no colours'; fi

# SIGTERM at the prompt leaves the terminal as it was.
t kill-server 2>/dev/null
socket="$socket-"
t new-session -d -x 80 -y 40 "sh -c 'echo \$\$ >shell.pid; exec $shell'; echo status \$?; stty -a | grep -o ' icanon'; sleep 100"
wait_for '>$' 'the prompt'
type_text 'SELECT'
kill -TERM "$(cat shell.pid)"
wait_for 'status 143' 'SIGTERM at the prompt'
wait_for 'icanon' 'the terminal is as it was'

# Ctrl-X Ctrl-E opens an editor; Ctrl-D leaves.
t kill-server 2>/dev/null
socket="$socket-"
t new-session -d -x 80 -y 40 "EDITOR='sed -i s/one/two/' $shell; echo left \$?; sleep 100"
wait_for '>$' 'the prompt'
type_text "SELECT 'one'"
key C-x
key C-e
wait_for "> SELECT 'two'$" 'edited elsewhere'
key C-c
key C-d
wait_for 'left 0' 'Ctrl-D leaves'

# Without colours, and on a terminal that cannot be drawn on.
t kill-server 2>/dev/null
socket="$socket-"
t new-session -d -x 80 -y 40 "NO_COLOR=1 $shell --sample"
wait_for '>$' 'the prompt without colours'
type_text "SELECT 'x'"
wait_for "SELECT 'x'" 'typed'
if t capture-pane -p -e | tr '\033' E | grep -q 'E\[3'; then fail 'colours with NO_COLOR'; else pass; fi
t kill-server 2>/dev/null
socket="$socket-"
t new-session -d -x 80 -y 40 "TERM=dumb $shell --sample; sleep 100"
wait_for '>$' 'the prompt of a dumb terminal'
enter 'SELECT VALUE'
wait_for ' ->$' 'a continuation on a dumb terminal'
enter "'dumb' || 'er';"
wait_for '│ dumber │' 'a statement on a dumb terminal'
finish
