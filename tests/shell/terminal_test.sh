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
  wait_for '> $' 'the prompt'
}
key() { t send-keys "$@"; }
type_text() { t send-keys -l -- "${1/%;/\\;}"; }
enter() { type_text "$1"; key Enter; }
screen() { t capture-pane -p -J 2>/dev/null; }
# Waits until a line of the screen matches.
wait_for() {  # PATTERN NAME
  local _
  for _ in $(seq 100); do
    if screen | grep -Eq -- "$1"; then
      pass
      return
    fi
    sleep 0.05
  done
  fail "$2" "no line matches $1:" "$(screen)"
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
wait_for ' \(> $' 'an open bracket'
enter "'a"
wait_for " '> \$" 'an open string'
enter "b') || 'c' FROM [1] AS x"
wait_for ' -> $' 'only the semicolon is missing'
enter ';'
wait_for '\(1 row' 'it ran'

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
key Up
wait_for 'SELECT VALUE \(' 'the statement of several lines'
key C-c
key C-r
type_text 'plays'
wait_for 'SELECT title, plays' 'search'
key C-c
key C-c

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
type_text '.sch'
key Tab
wait_for '\.schema' 'a dot command is completed'
key C-c

# Ctrl-C cancels the running statement, not the shell.
key C-l
enter 'SELECT COUNT(*) AS n FROM range(1, 100000000) AS a, range(1, 1000) AS b;'
sleep 0.7
key C-c
wait_for 'ancel' 'the statement is cancelled'
enter "'still' || ' here';"
wait_for 'still here' 'the shell goes on'

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

# No colours with NO_COLOR; colours without.
start 80 40 --sample
enter "SELECT * FROM songs WHERE artist = 'Kilowatt';"
wait_for '\(2 rows' 'rows'
if t capture-pane -p -e | grep -q "$(printf '\033\[1m')"; then pass; else fail 'no colours'; fi
finish
