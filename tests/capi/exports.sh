#!/bin/sh
# exports.sh LIBPARTON.SO HEADER: the library exports the functions of the header, and nothing else.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort >"$folder/exported"
# A declaration may break after its type.
tr '\n' ' ' <"$2" | grep -oE 'PARTON_API [^(;]*\(' | grep -oE 'parton_[a-z0-9_]+\($' | tr -d '(' | sort >"$folder/declared"
if diff "$folder/declared" "$folder/exported"; then
  readelf -d "$1" | grep -q 'SONAME.*\[libparton\.so\.0\]' || { echo 'the soname is not libparton.so.0'; exit 1; }
  echo "$(wc -l <"$folder/declared") passed, 0 failed"
else
  echo '0 passed, 1 failed'
  exit 1
fi
