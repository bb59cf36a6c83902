#!/bin/sh
# subproject_test.sh SOURCE-DIR CXX: a project that has Parton inside gets its libraries and no tests, benchmarks, shell or
# files to install; and Parton's choice of flags stays Parton's.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/app"
cat >"$folder/app/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(app LANGUAGES C CXX)
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_BUILD_TYPE Release)
add_subdirectory(${PARTON} parton)
add_executable(c_app main.c)
target_link_libraries(c_app PRIVATE parton::c)
add_executable(cpp_app main.cc)
target_link_libraries(cpp_app PRIVATE parton::parton)
CMAKE
echo 'int main(void) { return 0; }' >"$folder/app/main.c"
echo 'int main() { return 0; }' >"$folder/app/main.cc"
cmake -G Ninja -S "$folder/app" -B "$folder/build" -DPARTON="$1" -DCMAKE_CXX_COMPILER="$2" >"$folder/log" 2>&1 ||
  { cat "$folder/log"; exit 1; }
ninja -C "$folder/build" -t targets all >"$folder/targets"
if grep -E '(_tests?|_doc|bench[a-z_]*|parton_shell_main|parton_shell):' "$folder/targets"; then
  echo '0 passed, 1 failed: those are not wanted'
  exit 1
fi
for wanted in libparton.a libparton.so c_app cpp_app; do
  grep -q "$wanted" "$folder/targets" || { echo "0 passed, 1 failed: no $wanted"; exit 1; }
done
ninja -C "$folder/build" -t commands | grep -q -- '-O3' || { echo '0 passed, 1 failed: flags'; exit 1; }
cmake --install "$folder/build" --prefix "$folder/installed" >/dev/null 2>&1 || true
if [ -e "$folder/installed/include" ]; then
  echo '0 passed, 1 failed: it installs'
  exit 1
fi
echo '1 passed, 0 failed'
