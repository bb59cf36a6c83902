#!/bin/sh
# c_page.sh PAGE.md OUT.c: the page's ```c blocks, in order, as the body of one program; those marked `before` stand
# before it.
set -eu
blocks() {
  awk -v head="$1" '$0 == head { inside = 1; next } /^```/ { inside = 0; next } inside' "$2"
}
{
  cat <<'HEAD'
#include <stdio.h>
#include <string.h>

#include "parton.h"

static int Fail(parton_error* error) {
  fprintf(stderr, "%s\n", parton_error_text(error).data);
  parton_error_free(error);
  return 1;
}

HEAD
  blocks '```c before' "$1"
  echo 'int main(void) {'
  # C89 has declarations first: the first block opens with them, all others have blocks of their own.
  blocks '```c' "$1"
  echo '  return 0;
}'
} >"$2"
