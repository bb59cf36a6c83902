#!/bin/sh
# install_test.sh BUILD-DIR SOURCE-DIR CC CXX: installs Parton, moves it elsewhere, and builds and runs programs of C and
# C++ that find it there: by CMake and by pkg-config. Nothing that is installed knows a path of this machine.
set -eu
build=$1 source=$2 cc=$3 cxx=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
expect() { # WHAT EXPECTED ACTUAL
  if [ "$2" != "$3" ]; then
    printf '%s: expected %s, not %s\n%s passed, 1 failed\n' "$1" "$2" "$3" "$passed"
    exit 1
  fi
  passed=$((passed + 1))
}

cmake --install "$build" --prefix "$folder/first" >/dev/null
mkdir "$folder/elsewhere"
mv "$folder/first" "$folder/elsewhere/parton"
prefix=$folder/elsewhere/parton
libraries=$(dirname "$(find "$prefix" -name libparton.a)")

paths=$(grep -rlE "$folder/first|$source|$build|/usr/lib|/usr/local/lib" "$libraries/cmake" "$libraries/pkgconfig" || true)
expect 'files with paths of this machine' '' "$paths"

consumer=$source/tests/capi/consumer
for part in c cpp; do
  cmake -S "$consumer" -B "$folder/$part" -DPARTS=$part -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_CXX_COMPILER="$cxx" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
  cmake --build "$folder/$part" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
done
expect 'C by CMake' 'C 42' "$("$folder/c/c_consumer")"
expect 'C++ by CMake' 'C++ 42' "$("$folder/cpp/cpp_consumer")"
if cmake -S "$consumer" -B "$folder/none" -DPARTS=fortran -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log" 2>&1; then
  expect 'an unknown component' refused found
fi
expect 'an unknown component' 1 "$(grep -c 'parton has no component fortran' "$folder/log")"

if command -v pkg-config >/dev/null; then
  PKG_CONFIG_PATH=$libraries/pkgconfig
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046
  "$cc" -std=c89 -Wpedantic -Werror "$consumer/consumer.c" $(pkg-config --cflags --libs parton) -o "$folder/by_pc"
  expect 'C by pkg-config' 'C 42' "$(LD_LIBRARY_PATH=$libraries "$folder/by_pc")"
  # shellcheck disable=SC2046
  "$cxx" -std=c++20 "$consumer/consumer.cc" $(pkg-config --cflags --libs parton-cpp) -o "$folder/cpp_by_pc"
  expect 'C++ by pkg-config' 'C++ 42' "$("$folder/cpp_by_pc")"
fi
echo "$passed passed, 0 failed"
