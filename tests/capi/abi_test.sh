#!/bin/sh
# abi_test.sh SOURCES C-COMPILER [--write]: the functions of include/parton.h and their types are those of
# capi/libparton.abi, by abidiff: none is gone, and none has changed. What is added is no error; --write takes it into
# the file. A library of empty functions is compared, which knows the header alone. Skipped without abigail-tools.
set -eu
sources=$1
compiler=$2
for tool in abidw abidiff; do
  command -v "$tool" >/dev/null 2>&1 || { echo "skipped: no $tool (abigail-tools)"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$sources/include/parton.h" parton.h
{
  echo '#include "parton.h"'
  # Each declaration with a body in the place of its semicolon.
  sed -e 's/^ *#.*//' parton.h | "$compiler" -DPARTON_API=PARTON_API -E -P -x c - | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*PARTON_API *\(.*(.*)\) *$/\1 { __builtin_trap(); }/p'
} >empty.c
"$compiler" -g -O0 -w -fPIC -shared -Wl,-soname,libparton.so.0 empty.c -o libparton.so.0
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash --out-file now.abi libparton.so.0
[ "$(grep -c '<elf-symbol ' now.abi)" = "$(grep -oE '\bparton_[a-z0-9_]+\(' empty.c | sort -u | wc -l)" ]
if [ "${3:-}" = --write ]; then
  cp now.abi "$sources/capi/libparton.abi"
  exit 0
fi
if ! abidiff --no-added-syms "$sources/capi/libparton.abi" now.abi >said 2>&1; then
  cat said
  echo 'The C API is not that of capi/libparton.abi. If programs that are linked with it go on, then this script takes'
  echo 'the change with --write; else the soname changes too.'
  exit 1
fi
echo "$(grep -c '<elf-symbol ' now.abi) functions are as they were"
