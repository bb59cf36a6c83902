# Sourced by the shell's tests. $1: the shell. Ends with `N passed, M failed`.
shell=$(realpath "$1")
top=$(mktemp -d "${TMPDIR:-/tmp}/parton-shell-XXXXXX")
trap 'rm -rf "$top"' EXIT
cd "$top" || exit 2
export PARTON_HISTORY="$top/history" PARTON_INIT='' HOME="$top" LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS PAGER PARTON_PAGER
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$1"
  shift
  printf '%s\n' "$@" | sed 's/^/    /'
}
finish() {
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}
