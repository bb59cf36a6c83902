#!/bin/sh
# run.sh SANITIZERS SOURCE BUILD: builds the tests with the sanitizers and runs them; status 0 if all is clean.
# Under the thread sanitizer only what uses threads runs: the library's own tests and the random queries.
set -eu
sanitizers=$1 source=$2 build=$3
cmake -G Ninja -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DPARTON_BENCH=OFF \
  -DPARTON_SANITIZE="$sanitizers" >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
case $sanitizers in
  thread)
    ninja -C "$build" unit_tests library_tests query_test >"$build.log" 2>&1 || { tail -50 "$build.log"; exit 1; }
    export TSAN_OPTIONS="suppressions=$source/tests/tsan.supp ignore_noninstrumented_modules=1 halt_on_error=1"
    cd "$source"
    "$build/tests/unit_tests" --gtest_filter='*Thread*:*Transaction*:*Concurren*:*Parallel*:ItemCache*:Compaction*'
    "$build/tests/library/library_tests"
    PARTON_RANDOM_SEEDS=1 "$build/tests/random/query_test"
    ;;
  *)
    ninja -C "$build" >"$build.log" 2>&1 || { tail -50 "$build.log"; exit 1; }
    export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
    ctest --test-dir "$build" -L '^quick$' --output-on-failure --timeout 1800
    ;;
esac
